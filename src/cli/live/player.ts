// Time travel's part outside the state: what is stored around a moment is read, and played by the clock.

import {setTimeout as wait} from 'node:timers/promises'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {type Going, recordMark} from '../../lib/flows/search-cursor.js'
import {type AskRecords, searchRecords} from '../../lib/flows/search-records.js'
import {formatDate, formatTime} from '../../lib/output/times.js'
import {parseTime} from '../../lib/query/parse-time.js'
import {compareRecords} from '../../lib/record/order.js'
import type {LogRecord} from '../../lib/record/record.js'
import type {Growing} from '../../lib/tui/growing.js'
import {play, timeOf} from '../../lib/tui/playing.js'
import {type Travel, type TravelEffect, type TravelMessage, travelOf} from '../../lib/tui/travel.js'
import {firstLineOf} from './first-line.js'
import {MinedPatterns} from './mined-patterns.js'
import type {Live} from './parts.js'

/** Records read at once: before a moment, behind it, and while it plays. */
const BEFORE = 1_000
const AFTER = 500
const PAGE = 2_000
const TICK_MS = 100
/** What would be played within this much of the clock's time, and is all that is stored, is as good as now. */
const NEAR_NOW_MS = 1_000

export class Player {
  #journeys = 0
  #plays = 0
  #reading = new AbortController()
  /** Of the records of the journey. */
  patterns = new MinedPatterns()

  constructor(
    private readonly live: Live,
    private readonly ask: AskRecords,
  ) {
    live.ended.addEventListener('abort', () => this.#reading.abort(), {once: true})
  }

  /** Does what the state asks for; what cannot be done is said on the screen. */
  async carryOut(effect: TravelEffect): Promise<void> {
    const travel = travelOf(this.live.state())
    try {
      if (effect.to === 'moment') await this.#begin(this.#momentOf(effect.text), false)
      else if (travel) await this.#goOn(travel, effect.to)
    } catch (error) {
      const suggestions = error instanceof LogflowError ? error.suggestions : []
      const problem = [firstLineOf(error), ...suggestions.slice(0, 1)].join('; ')
      this.live.tell({kind: 'travel', step: effect.to === 'moment' ? 'refused' : 'failed', problem})
    }
  }

  async #goOn(travel: Travel, to: 'same' | 'earlier' | 'later' | 'play'): Promise<void> {
    switch (to) {
      case 'same':
        return this.#begin(new Date(travel.at).toISOString(), travel.playing)
      case 'earlier': {
        const {records, more, from} = await this.#read('newest', travel, BEFORE)
        const earlier = {records: records.reverse(), begins: !more, from}
        return this.#tell({kind: 'travel', step: 'earlier', id: travel.id, ...earlier})
      }
      case 'later': {
        const {records, from} = await this.#read('oldest', travel, AFTER)
        return this.#tell({kind: 'travel', step: 'later', id: travel.id, records, from})
      }
      case 'play':
        this.#mineAnew()
        return this.#play(travel.id)
    }
  }

  /** RFC 3339, not ahead of now. */
  #momentOf(text: string): string {
    const {zone} = this.live.state()
    const now = this.live.parts.now()
    const moment = parseTime(text, new Date(now), zone)
    if (Date.parse(moment) <= now) return moment
    const [day, clock] = [formatDate(moment, now, zone), formatTime(moment, zone).slice(0, 8)]
    const today = formatTime(new Date(now).toISOString(), zone).slice(0, 8)
    const before = /^\d{1,2}:\d\d(:\d\d)?$/.test(text.trim())
    throw new LogflowError('USAGE', `${day} ${clock} lies ahead: it is ${today} now`, {
      suggestions: before ? [`yesterday ${text.trim()} has been`] : [],
    })
  }

  /** What is stored around a moment; behind it nothing where it plays on. */
  async #begin(moment: string, playing: boolean): Promise<void> {
    this.#reading.abort()
    this.#reading = new AbortController()
    const {signal} = this.#reading
    const {query} = this.live.state().filter
    const asked = this.#isAwaited()
    const [before, after] = await Promise.all([
      all(this.ask({query, until: moment, order: 'newest', limit: BEFORE}, signal)),
      playing ? [] : all(this.ask({query, since: moment, order: 'oldest', limit: AFTER}, signal)),
    ])
    // Whoever has left the prompt meanwhile does not want to go there any more.
    if (signal.aborted || this.live.ended.aborted || (asked && !this.#isAwaited())) return
    const records = [...before.reverse(), ...after]
    if (records.length === 0 && !playing) {
      const what = query.kind === 'all' ? 'no record is stored' : 'no stored record passes the filter'
      throw new LogflowError('NOT_FOUND', `${what}: there is nothing to go to`)
    }
    const id = ++this.#journeys
    const begins = before.length < BEFORE
    this.#tell({kind: 'travel', step: 'begin', id, at: Date.parse(moment), playing, begins, records})
    if (playing) await this.#play(id)
  }

  /** Plays until it is stopped, or all that is stored was played. */
  async #play(id: number): Promise<void> {
    const mine = ++this.#plays
    const ahead: LogRecord[] = []
    let more = true
    let fetched: Promise<void> | undefined
    const fetch = async (travel: Travel) => {
      const page = await this.#read('oldest', travel, PAGE, ahead)
      more = page.more
      ahead.push(...page.records)
    }
    let before = performance.now()
    for (let travel = this.#playing(id); travel && mine === this.#plays; travel = this.#playing(id)) {
      if (ahead.length < PAGE && more) {
        fetched ??= fetch(travel).finally(() => {
          fetched = undefined
        })
        // Told where it is awaited, if that is soon.
        fetched.catch(() => {})
      }
      if (ahead.length === 0) {
        await (fetched ?? fetch(travel))
        if (mine !== this.#plays || !this.#playing(id)) return
        const last = ahead.at(-1)
        const left = last ? timeOf(last) - travel.at : 0
        if (!more && left <= NEAR_NOW_MS * travel.speed) return this.#tell({kind: 'travel', step: 'now', id})
      }
      const now = performance.now()
      const {at, count, skippedMs} = play(travel, now - before, ahead, more)
      before = now
      if (at !== travel.at || count > 0)
        this.#tell({kind: 'travel', step: 'played', id, at, records: ahead.splice(0, count), skippedMs})
      await wait(TICK_MS, undefined, {signal: this.live.ended}).catch(() => {})
    }
  }

  /** Whether a prompt waits for what comes of it. */
  #isAwaited(): boolean {
    const {mode} = this.live.state()
    return mode.kind === 'prompt' && mode.waiting === true
  }

  /** The journey, while it plays. */
  #playing(id: number): Travel | undefined {
    const travel = travelOf(this.live.state())
    return travel?.playing && travel.id === id && !this.live.ended.aborted ? travel : undefined
  }

  /** What lies beyond the records that are shown, or those that wait to be. */
  async #read(
    order: Going['order'],
    {at}: Travel,
    limit: number,
    waiting: readonly LogRecord[] = [],
  ): Promise<{records: LogRecord[]; more: boolean; from?: string}> {
    const {all: shown, filter} = this.live.state()
    const {signal} = this.#reading
    const edge = edgeOf(order, shown, waiting)
    // Where none is shown it begins at the moment itself.
    const going = edge.going ?? {order, place: {time: new Date(at).toISOString(), source: '', offset: 0}, seen: []}
    const answer = searchRecords(this.ask, {query: filter.query, limit, sort: order, going}, signal)
    const records = await all(answer.pages)
    return {records: signal.aborted ? [] : records, more: answer.rest() !== undefined, from: edge.id}
  }

  #tell(message: TravelMessage): void {
    if (this.live.ended.aborted) return
    this.live.tell(message)
    if (message.step === 'begin') this.#mineAnew()
    else if ('records' in message) this.patterns.add(message.records)
  }

  #mineAnew(): void {
    const {all: shown} = this.live.state()
    this.patterns = new MinedPatterns()
    this.patterns.add(shown.slice(shown.first, shown.end))
  }
}

/** The last record that is there in one direction, and how it goes on from it. */
function edgeOf(
  order: Going['order'],
  shown: Growing<LogRecord>,
  waiting: readonly LogRecord[],
): {id?: string; going?: Going} {
  const few = 100
  const edge =
    order === 'newest'
      ? shown.slice(shown.first, shown.first + few)
      : [...shown.slice(shown.end - few, shown.end), ...waiting.slice(-few)].reverse()
  const [last] = edge
  if (!last) return {}
  const there = edge.filter((record) => compareRecords(record, last) === 0)
  const place = {time: last['@timestamp'], source: last.source.id, offset: last.source.offset}
  return {id: last.id, going: {order, place, seen: there.map(recordMark)}}
}

async function all(pages: AsyncIterable<LogRecord[]>): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  for await (const page of pages) records.push(...page)
  return records
}
