// The live engine over made-up streams: it looks at moments made by chance, is thrown away and begun again, shares its
// database with a second one, and meets a store that fails. What it leaves behind is told as plain lines, and so is what a
// replay of the same records finds.

import {randomUUID} from 'node:crypto'
import {localCaller} from '../../src/lib/accounts/scopes.js'
import type {Alerts} from '../../src/lib/alerts/alerts.js'
import {readRule} from '../../src/lib/alerts/check-rule.js'
import type {EngineBook} from '../../src/lib/alerts/engine-book.js'
import {type GroupKey, groupValues} from '../../src/lib/alerts/rule.js'
import type {AlertEvent} from '../../src/lib/alerts/state.js'
import {LogflowError} from '../../src/lib/errors/logflow-error.js'
import {Delivery} from '../../src/lib/flows/alerts/deliver.js'
import type {Asked} from '../../src/lib/flows/alerts/look.js'
import {replay} from '../../src/lib/flows/alerts/replay.js'
import {type RoundParts, Rounds} from '../../src/lib/flows/alerts/round.js'
import type {Channel, Notice} from '../../src/lib/notify/notice.js'
import type {Store, StoreItem} from '../../src/lib/store/store.js'
import {silentSignals} from '../../src/lib/telemetry/signals.js'
import {type AlertStream, STREAM_MINUTES} from './alert-streams.js'

/** What a trial runs over. */
export interface TrialWorld {
  alerts: Alerts
  book: EngineBook
  store: Pick<Store, 'aggregateEach' | 'search' | 'refresh'>
  add(items: readonly StoreItem[]): Promise<void> | void
}

export const TRIAL_START = Date.parse('2026-01-01T00:00:00Z')
const SECOND = 1_000
const MINUTE = 60_000
const END = TRIAL_START + (STREAM_MINUTES + 8) * MINUTE

const CALLER = localCaller('trial')
const signal = new AbortController().signal

export class Trial {
  readonly #world: TrialWorld
  readonly #streams: readonly AlertStream[]
  readonly #random: () => number
  readonly #arrivals: AlertStream['arrivals']
  readonly #notices = new Map<string, Notice>()
  #clock = TRIAL_START
  #engines: Rounds[] = []

  constructor(world: TrialWorld, streams: readonly AlertStream[], random: () => number) {
    this.#world = world
    this.#streams = streams
    this.#random = random
    this.#arrivals = streams.flatMap(({arrivals}) => arrivals).sort((a, b) => a.at - b.at)
  }

  get now(): Date {
    return new Date(this.#clock)
  }

  /** Lives through it all. */
  async run(): Promise<void> {
    const {alerts} = this.#world
    for (const {rule, silences} of this.#streams) {
      await alerts.createRule(CALLER, rule)
      for (const {from, until, matchers} of silences) {
        const times = {starts_at: new Date(from).toISOString(), ends_at: new Date(until).toISOString()}
        await alerts.silence(CALLER, {matchers: {...matchers}, ...times})
      }
    }
    while (this.#clock < END) {
      this.#clock += this.#pause()
      await this.#arrive()
      await this.#look()
      if (this.#random() < 0.3) await this.#deliver()
    }
    await this.#settle()
  }

  #pause(): number {
    const kind = this.#random()
    if (kind < 0.2) return Math.ceil(this.#random() * 5 * SECOND)
    return Math.ceil(this.#random() * (kind < 0.97 ? 2 * MINUTE : 12 * MINUTE))
  }

  async #arrive(): Promise<void> {
    const end = this.#arrivals.findIndex(({at}) => at > this.#clock)
    const come = this.#arrivals.splice(0, end === -1 ? this.#arrivals.length : end)
    if (come.length > 0) await this.#world.add(come.map(({item}) => item))
  }

  /** One engine or two, one of which may have begun a while ago; some are new, and know nothing. */
  async #look(): Promise<void> {
    for (const index of [0, 1])
      if (!this.#engines[index] || this.#random() < 0.15) this.#engines[index] = new Rounds(this.#parts())
    const [first, second] = this.#engines as [Rounds, Rounds]
    const before = new Date(Math.max(TRIAL_START, this.#clock - this.#random() * 20 * SECOND))
    const who = this.#random()
    if (who < 0.4) await first.make(this.now, signal)
    else if (who < 0.6) await second.make(before, signal)
    else await Promise.all([first.make(this.now, signal), second.make(before, signal)])
  }

  #parts(): RoundParts {
    const {book, store} = this.#world
    return {
      book,
      store: async () => {
        if (this.#random() < 0.05) throw new LogflowError('STORE_UNREACHABLE', 'no store', {retriable: true})
        return {...store, aggregateEach: unlucky(store, this.#random), search: store.search, refresh: store.refresh}
      },
      readRule,
      newId: randomUUID,
      printable: (text) => text,
      counters: silentSignals.counters,
      onNotice: () => {},
    }
  }

  /** A channel that fails now and then, also after the message has arrived. */
  async #deliver(chance = 0.3): Promise<number> {
    const send: Channel['send'] = async (notice) => {
      const luck = this.#random()
      if (luck < chance / 2) return {sent: false, reason: '503', retriable: true}
      this.#notices.set(notice.id, notice)
      if (luck < chance) throw new Error('the connection broke')
      return {sent: true}
    }
    const delivery = new Delivery({
      book: this.#world.book,
      channels: new Map([['console', {name: 'console', send}]]),
      holder: randomUUID(),
      now: () => this.now,
      holdMs: MINUTE,
      counters: silentSignals.counters,
      onNotice: () => {},
      random: this.#random,
    })
    await delivery.drain(signal)
    return delivery.report.sent + delivery.report.failed
  }

  /** A last look that nothing hinders, and all that still waits is sent. */
  async #settle(): Promise<void> {
    const {book, store} = this.#world
    const parts = {...this.#parts(), store: async () => store}
    while ((await new Rounds(parts).make(this.now, signal)).more);
    const end = this.#clock
    while ((await book.nextNoticeAt()) !== undefined) {
      this.#clock += 15 * MINUTE
      await this.#deliver(0)
    }
    this.#clock = end
  }

  /** Every alert and what people were told of it, by stream. */
  async live(): Promise<Map<string, string[]>> {
    const {alerts} = this.#world
    const lines = new Map<string, string[]>(this.#streams.map(({name}) => [name, []]))
    const opened = new Map<string, string>()
    for (const {name} of this.#streams) {
      const states = ['open', 'acknowledged', 'resolved', 'pending'] as const
      const found = await alerts.triggered(CALLER, {rule: name, states, limit: 1_000})
      for (const {id, group, state, opened_at, resolved_at} of found) {
        const key = `${Object.values(group).map(String).join(' ')} @ ${opened_at}`
        opened.set(id, key)
        const kind = state === 'pending' ? 'pending' : `open until ${resolved_at ?? 'now'}`
        lines.get(name)?.push(`${key} ${kind}`)
      }
    }
    for (const {rule, alerts: told} of this.#notices.values())
      for (const {id, event, resolved_at} of told)
        lines.get(rule.name)?.push(`${opened.get(id)} told ${event} ${resolved_at ?? ''}`)
    for (const each of lines.values()) each.sort()
    return lines
  }

  /** The same for a replay. */
  async replayed(): Promise<Map<string, string[]>> {
    const lines = new Map<string, string[]>()
    for (const {name, rule: written, silences} of this.#streams) {
      const rule = readRule(written)
      const until = this.#clock - rule.latenessMs
      const {events} = await replay(this.#world.store, rule, {since: TRIAL_START, until, silences})
      lines.set(name, linesOf(events, rule.notifyResolved))
    }
    return lines
  }
}

/** Refuses a question now and then, or all of them. */
function unlucky(store: Asked, random: () => number): Asked['aggregateEach'] {
  return async (questions, aborted) => {
    if (random() < 0.05) throw new LogflowError('STORE_UNREACHABLE', 'it went away', {retriable: true})
    if (random() < 0.02) throw new Error('a fault of the store')
    const answers = await store.aggregateEach(questions, aborted)
    return answers.map((answer) => (random() < 0.03 ? new LogflowError('BACKEND_REFUSED', 'not now') : answer))
  }
}

function linesOf(events: readonly AlertEvent[], notifyResolved: boolean): string[] {
  const alerts = new Map<string, {key: string; state: string}>()
  const told: string[] = []
  for (const event of events) {
    const {alert, group, at} = event
    const key = `${textOf(group)} @ ${new Date(at).toISOString()}`
    const known = alerts.get(alert)
    switch (event.kind) {
      case 'pending':
        alerts.set(alert, {key, state: 'pending'})
        break
      case 'fell_back':
        alerts.delete(alert)
        break
      case 'opened':
        alerts.set(alert, {key, state: 'open until now'})
        if (!event.silenced) told.push(`${key} told opened `)
        break
      case 'again':
        told.push(`${known?.key} told again `)
        break
      case 'resolved':
        if (known) known.state = `open until ${new Date(at).toISOString()}`
        if (notifyResolved && !event.silenced) told.push(`${known?.key} told resolved ${new Date(at).toISOString()}`)
        break
      case 'moved':
        throw new Error('a replay knows all records beforehand')
    }
  }
  return [...[...alerts.values()].map(({key, state}) => `${key} ${state}`), ...told].sort()
}

function textOf(group: GroupKey): string {
  return groupValues(group).map(String).join(' ')
}
