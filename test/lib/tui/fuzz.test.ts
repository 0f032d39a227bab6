// Anything in any order: keys, records with anything in them, sizes, answers that come late. Seeds are fixed; a failure
// names its seed and the last steps.

import {expect, test} from 'vitest'
import {paletteFor} from '../../../src/lib/output/palette.js'
import {textWidth} from '../../../src/lib/output/text-width.js'
import {toPredicate} from '../../../src/lib/query/matches.js'
import {ERROR_LEVELS} from '../../../src/lib/record/level.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {buildTrace} from '../../../src/lib/trace/trace-tree.js'
import {STRETCHES} from '../../../src/lib/tui/counts.js'
import {drawFrame} from '../../../src/lib/tui/draw/frame.js'
import type {Key} from '../../../src/lib/tui/line-editor.js'
import type {Effect, Message} from '../../../src/lib/tui/message.js'
import {firstState, MOST_RECORDS, type State, type Timeline} from '../../../src/lib/tui/state.js'
import {update} from '../../../src/lib/tui/update.js'
import {passing} from '../../../src/lib/tui/view.js'
import {seededRandom} from '../../support/random.js'
import {record} from './made-state.js'

const NOW = Date.UTC(2026, 0, 1, 10)
const SGR = /\u001b\[[0-9;]*m/g
const EVERY_MS = 15_000

/** What log lines have been seen to hold, and what somebody would put there who means harm. */
const HOSTILE = [
  '',
  'plain words 42',
  '\u001b[2J\u001b[31mred\u001b]52;c;cm0gLXJmIH4=\u0007',
  '\u009b5m C1 \u0085 \u0000 null',
  'right\u202eto\u2066left\u200b \u2028 \ufeff',
  'a\nb\tc\r\nd',
  '漢字漢字 👩‍👩‍👧‍👦 e\u0301\u0302\u0303',
  '\ud800 lone',
  "'; rm -rf ~ #$(id)`id`",
  '"quoted" \\ (a OR b) level:error -x',
  'user=<*> <*>',
  'x'.repeat(3_000),
  'e\u0301'.repeat(500),
  '__proto__',
  'constructor',
]

const KEY_NAMES: ReadonlyArray<NonNullable<Key['name']>> = [
  'up',
  'down',
  'left',
  'right',
  'pageUp',
  'pageDown',
  'home',
  'end',
  'return',
  'return',
  'escape',
  'escape',
  'tab',
  'backspace',
  'delete',
]
const KEY_TEXTS = [...'jkgGnNfwmMtTyYsaAbvzDHPSVpcCeEdoOrRxhlqi:/?+-= 0129."()\u0301漢']
const TYPED = [
  'level:error',
  'message:/a.*b/',
  'service:"',
  ':mute gateway',
  ':trace t-',
  ':filter level>=warn',
  ':save x',
  ':goto 09:41',
  ':play',
  ':now',
  ':unmute',
  'NOT (',
  '09:41',
  '-x',
  'a OR b',
]

class Fuzz {
  readonly #random: () => number
  readonly log: string[] = []
  state: State
  /** Everything that arrived, in order. */
  arrived: LogRecord[] = []
  #made = 0
  #journey = 0

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    const size = this.#size()
    this.state = firstState({...size, source: 'local', filter: {text: '', query: {kind: 'all'}}, everyMs: EVERY_MS})
  }

  #of<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T
  }

  #below(most: number): number {
    return Math.floor(this.#random() * most)
  }

  #size(): {columns: number; rows: number} {
    const few = this.#random() < 0.2
    return few
      ? {columns: 1 + this.#below(12), rows: 1 + this.#below(6)}
      : {columns: 20 + this.#below(200), rows: 5 + this.#below(50)}
  }

  #record(): LogRecord {
    const index = this.#made++
    const fields: Partial<LogRecord> = {
      message: `${this.#of(HOSTILE)} ${this.#below(5)}`,
      level: this.#of(['INFO', 'WARN', 'ERROR', 'FATAL', 'DEBUG', undefined]),
      service: this.#of(['gateway', 'orders', 'payment', undefined, ...HOSTILE]),
      attributes:
        this.#random() < 0.5 ? {} : {[this.#of(HOSTILE)]: this.#of(HOSTILE), n: this.#below(9), deep: {a: [1]}},
      trace_id: this.#of(['t-1', 't-2', undefined, this.#of(HOSTILE)]),
      span_id: this.#of(['s1', 's2', 's3', undefined]),
      parent_span_id: this.#of(['s1', 's2', undefined, undefined]),
      duration_ms: this.#of([undefined, 0, 12.5, 1e9]),
      source: {id: 's', offset: index, format: 'json'},
      host: this.#of(['a', 'b', undefined]),
    }
    if (this.#random() < 0.2)
      fields.error = {name: this.#of(HOSTILE), message: this.#of(HOSTILE), stack: this.#of(HOSTILE)}
    if (this.#random() < 0.1) fields.raw = this.#of(HOSTILE)
    // Some come late, some ahead of their time.
    const at = index + (this.#random() < 0.1 ? this.#below(4_000) - 2_000 : 0)
    const made = record(at, {...fields, id: `r-${index}`})
    return made
  }

  #records(most: number): LogRecord[] {
    return Array.from({length: this.#below(most)}, () => this.#record())
  }

  /** So many that what is kept is forgotten from its front. */
  crowd(): void {
    const records = Array.from({length: 40_000}, () => {
      const index = this.#made++
      return record(Math.floor(index / 100), {
        id: `r-${index}`,
        attributes: {},
        source: {id: 's', offset: index, format: 'json'},
      })
    })
    this.#tell({kind: 'records', records})
  }

  #message(): Message {
    const dice = this.#random()
    if (dice < 0.55) return this.#key()
    if (dice < 0.75) return {kind: 'records', records: this.#records(40)}
    if (dice < 0.8) return {kind: 'size', ...this.#size()}
    const hostile = () => this.#of(HOSTILE)
    switch (this.#below(11)) {
      case 0:
        return {kind: 'rate', rate: this.#random() * 1e6}
      case 1: {
        const patterns = Array.from({length: this.#below(60)}, (_, at) => ({
          text: `${hostile()} <*> ${at}`,
          count: at,
          errors: 0,
        }))
        return {kind: 'patterns', patterns, of: 99}
      }
      case 2:
        return {
          kind: 'alerts',
          alerts: Array.from({length: this.#below(5)}, () => this.#alert()),
          problem: this.#of([undefined, undefined, hostile()]),
        }
      case 3:
        return {
          kind: 'alert-about',
          about: {
            id: `a${this.#below(5)}`,
            history: [{at: new Date(NOW).toISOString(), event: 'opened', detail: hostile()} as never],
          },
        }
      case 4:
        return {
          kind: 'aside',
          title: hostile(),
          asked: {query: hostile(), since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z'},
          records: this.#aside(30),
        }
      case 5: {
        const list = Array.from({length: this.#below(6)}, (_, at) => ({
          id: `d${at}`,
          reason: hostile(),
          tries: 1,
          source: hostile(),
          offset: 1,
          preview: hostile(),
        }))
        return {kind: 'letters', letters: {list, count: this.#of([undefined, list.length, 9_999])}}
      }
      case 6:
        return {kind: 'letter', title: hostile(), lines: HOSTILE}
      case 7:
        return {
          kind: 'health',
          health: {
            lag: this.#below(9_999),
            deadLetters: this.#below(9),
            away: this.#of([undefined, hostile()]),
            busAway: this.#of([undefined, NOW]),
            pace: {behind: 3, coming: 1e9},
          },
        }
      case 8:
        return {kind: 'note', text: hostile(), bad: this.#random() < 0.5}
      case 9:
        return {kind: 'trace', tree: buildTrace('t-1', this.#aside(40)), unstored: this.#below(3), at: NOW}
      default:
        return this.#travel()
    }
  }

  /** Records that never arrive. */
  #aside(most: number): LogRecord[] {
    return Array.from({length: this.#below(most)}, (_, at) => ({...this.#record(), id: `aside-${this.#made}-${at}`}))
  }

  #travel(): Message {
    const id = this.#random() < 0.2 ? 999 : this.#journey
    const from = this.#of([
      this.state.all.at(this.state.all.first)?.id,
      this.state.all.at(this.state.all.end - 1)?.id,
      'gone',
    ])
    const records = this.#aside(50)
    switch (this.#below(7)) {
      case 0:
      case 1:
        return {
          kind: 'travel',
          step: 'begin',
          id: ++this.#journey,
          at: NOW - this.#below(1e7),
          playing: this.#random() < 0.5,
          begins: this.#random() < 0.5,
          records,
        }
      case 2:
        return {kind: 'travel', step: 'earlier', id, from, records, begins: this.#random() < 0.5}
      case 3:
        return {kind: 'travel', step: 'later', id, from, records}
      case 4:
        return {kind: 'travel', step: 'played', id, at: NOW, records, skippedMs: this.#of([0, 99_999])}
      case 5:
        return {kind: 'travel', step: 'now', id}
      default:
        return {kind: 'travel', step: this.#of(['refused', 'failed'] as const), problem: this.#of(HOSTILE)}
    }
  }

  #alert(): never {
    const hostile = this.#of(HOSTILE)
    return {
      id: `a${this.#below(5)}`,
      rule_id: 'r',
      rule_name: hostile,
      severity: 'critical',
      state: this.#of(['open', 'acknowledged']),
      group: {service: hostile},
      labels: {x: hostile},
      opened_at: new Date(NOW).toISOString(),
      updated_at: new Date(NOW).toISOString(),
      query: hostile,
      since: '2026-01-01T00:00:00Z',
      until: '2026-01-02T00:00:00Z',
      note: hostile,
      silenced: false,
      value: 3,
    } as never
  }

  #key(): Message {
    const dice = this.#random()
    if (dice < 0.35) return {kind: 'key', key: {text: '', name: this.#of(KEY_NAMES), shift: this.#random() < 0.3}}
    if (dice < 0.4) return {kind: 'key', key: {text: this.#of([...'afbekuwzx']), ctrl: true}}
    return {kind: 'key', key: {text: this.#of(KEY_TEXTS)}}
  }

  /** One step: a message; now and then a whole word typed at a prompt. */
  step(): Effect[] {
    if (this.#random() < 0.04) {
      const text = this.#of(TYPED)
      return [...(text.startsWith(':') ? text : `/${text}`), '\r'].flatMap((char) =>
        this.#tell({kind: 'key', key: char === '\r' ? {text: '', name: 'return'} : {text: char}}),
      )
    }
    return this.#tell(this.#message())
  }

  #tell(message: Message): Effect[] {
    this.log.push(
      message.kind === 'key'
        ? `key ${JSON.stringify(message.key)}`
        : message.kind === 'size'
          ? JSON.stringify(message)
          : message.kind,
    )
    if (message.kind === 'records') this.arrived.push(...message.records)
    const next = update(this.state, message)
    this.state = next.state
    return [...next.effects]
  }

  live(): Timeline {
    return this.state.aside?.live ?? this.state
  }
}

function checkTimeline({all, shown, cursor, top, paused}: Timeline): void {
  expect(all.size).toBeLessThanOrEqual(MOST_RECORDS)
  expect(cursor).toBeGreaterThanOrEqual(shown.first)
  expect(cursor).toBeLessThanOrEqual(Math.max(shown.first, (paused?.end ?? shown.end) - 1))
  expect(top).toBeGreaterThanOrEqual(shown.first)
  expect(top).toBeLessThanOrEqual(cursor)
}

function checkFrame(state: State, color: boolean, ascii: boolean): void {
  const {columns, rows} = state.size
  const frame = drawFrame(state, {palette: paletteFor(color), ascii, now: NOW})
  expect(frame.length).toBeLessThanOrEqual(rows)
  for (const line of frame) {
    const plain = line.replace(SGR, '')
    expect(textWidth(plain), JSON.stringify(line)).toBe(columns)
    expect(plain).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/)
    if (ascii) expect(plain).toMatch(/^[\x20-\x7e]*$/)
  }
}

/** What arrived is there, in its order and once; what is shown is what passes; what is counted is what came. */
function checkKept(fuzz: Fuzz): void {
  const {all, shown, counts, ...choice} = fuzz.live()
  const {arrived} = fuzz
  expect(all.end).toBe(arrived.length)
  const kept = all.slice(all.first, all.end)
  const wanted = arrived.slice(-MOST_RECORDS)
  expect(kept.length).toBe(wanted.length)
  expect(kept.every((one, at) => one === wanted[at])).toBe(true)
  const passes = passing(choice)
  const visible = wanted.filter(passes)
  const seen = shown.slice(shown.first, shown.end)
  // What is shown may go back further than what is kept in all.
  expect(seen.length).toBeGreaterThanOrEqual(visible.length)
  expect(seen.slice(seen.length - visible.length).every((one, at) => one === visible[at])).toBe(true)
  expect(new Set(seen).size).toBe(seen.length)
  const predicate = toPredicate(choice.filter.query)
  expect(seen.every(predicate)).toBe(true)
  const stretches = Array.from({length: counts.whole.length === 0 ? 0 : STRETCHES}, () => ({records: 0, errors: 0}))
  for (const one of arrived) {
    const place = Math.floor(Date.parse(one['@timestamp']) / EVERY_MS) - counts.newest + STRETCHES - 1
    const stretch = stretches[place]
    if (!stretch) continue
    stretch.records++
    if (one.level !== undefined && ERROR_LEVELS.includes(one.level)) stretch.errors++
  }
  expect(counts.whole).toEqual(stretches)
}

/** @param crowded steps at which more comes than is kept together with what came before */
function run(seed: number, steps: number, crowded: readonly number[]): void {
  const fuzz = new Fuzz(seed)
  try {
    for (let at = 0; at < steps; at++) {
      if (crowded.includes(at)) fuzz.crowd()
      for (const effect of fuzz.step())
        if (effect.kind === 'copy') expect(effect.text.startsWith('logflow ') || effect.text.startsWith('{')).toBe(true)
      const {state} = fuzz
      checkTimeline(state)
      if (at % 3 === 0) checkFrame(state, at % 2 === 0, at % 9 === 0)
      if (at % 200 === 0) checkKept(fuzz)
    }
    checkKept(fuzz)
  } catch (error) {
    const last = fuzz.log.slice(-15).join('\n  ')
    throw new Error(
      `seed ${seed}, mode ${fuzz.state.mode.kind}, ${JSON.stringify(fuzz.state.size)}, last:\n  ${last}`,
      {cause: error},
    )
  }
}

test.each([1, 2, 3, 4])('seed %i: nothing throws, nothing overflows, nothing is lost', (seed) => {
  run(seed, 400, [])
})

test.each([5, 6])('seed %i: nor where more comes than is kept', (seed) => {
  run(seed, 250, [60, 90, 120, 160])
})
