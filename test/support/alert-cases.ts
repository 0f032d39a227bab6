// Cases of test/cases/alerts: what alerts do with the records of each minute. The README there says how to read them.

import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parse} from 'yaml'
import {advance} from '../../src/lib/alerts/advance.js'
import {firstState} from '../../src/lib/alerts/begin-state.js'
import {readRule} from '../../src/lib/alerts/check-rule.js'
import {readDuration} from '../../src/lib/alerts/durations.js'
import type {Look} from '../../src/lib/alerts/look.js'
import {planLooks} from '../../src/lib/alerts/plan.js'
import {type GroupKey, groupKey, type Rule} from '../../src/lib/alerts/rule.js'
import type {AlertEvent, ByHand, RuleState, SilenceSpan} from '../../src/lib/alerts/state.js'
import {Aggregator} from '../../src/lib/metrics/aggregator.js'
import type {LogRecord} from '../../src/lib/record/record.js'
import {makeItem} from '../contracts/store-records.js'

const CASES = join(import.meta.dirname, '../cases/alerts')

/** A line of columns, or one for each service. */
type Lines = string | number | Record<string, string | number>

export interface AlertCase {
  case: string
  rule: Record<string, unknown>
  records: Lines
  others?: Lines
  value?: Lines
  state?: Lines
  told?: Lines
  silences?: Array<{from: string; until: string; matchers?: Record<string, string>}>
  by_hand?: Array<{acknowledge?: string; resolve?: string}>
}

export function readCases<T>(name: string): T[] {
  return parse(readFileSync(join(CASES, name), 'utf8')) as T[]
}

const START = Date.UTC(2026, 0, 1)
const MINUTE = 60_000
const NAMES = {acknowledge: 'acknowledgedAt', resolve: 'resolvedAt'} as const

/** What was made of the records, in the columns of the case. A column at which no evaluation was is `/`. */
export class Played {
  readonly rule: Rule
  readonly #looks = new Map<number, Look>()
  readonly #states = new Map<number, RuleState>()
  readonly #events: AlertEvent[] = []
  readonly #minutes: number

  constructor(given: AlertCase) {
    this.rule = readRule({name: 'case', every: '1m', ...given.rule})
    this.#minutes = Math.max(...rowsOf(given.records).map(([, row]) => row.length))
    const records = [...recordsOf(given.records, 'ERROR'), ...recordsOf(given.others ?? {}, 'INFO')]
    let state = firstState(START)
    let ids = 0
    for (const look of looksOver(this.rule, records, this.#minutes)) {
      const {silences, byHand} = this.#done(given, look.at)
      // As after a restart each time.
      const kept = JSON.parse(JSON.stringify(state)) as RuleState
      const stepped = advance({rule: this.rule, state: kept, looks: [look], silences, byHand, newId: () => `a${++ids}`})
      state = stepped.state
      this.#events.push(...stepped.events)
      const minute = (look.at - START) / MINUTE
      this.#looks.set(minute, look)
      this.#states.set(minute, state)
    }
  }

  value(service?: string): string[] {
    return this.#columns((minute) => {
      const value = this.#looks.get(minute)?.values.get(keyOf(service))
      if (!this.#looks.has(minute)) return '/'
      return value?.value === undefined ? '.' : String(Math.round(value.value * 1e4) / 1e4)
    })
  }

  state(service?: string): string[] {
    return this.#columns((minute) => {
      const state = this.#states.get(minute)
      return state ? (state.groups[keyOf(service)]?.phase ?? '.') : '/'
    })
  }

  told(service?: string): string[] {
    return this.#columns((minute) => {
      if (!this.#states.has(minute)) return '/'
      const at = START + minute * MINUTE
      const events = this.#events.filter((event) => event.at === at && event.group === keyOf(service))
      return events.map((event) => toldText(event, this.rule)).join('+') || '.'
    })
  }

  #columns(of: (minute: number) => string): string[] {
    return Array.from({length: this.#minutes}, (_, i) => of(i + 1))
  }

  /** What people had done when the evaluation was made. */
  #done({silences = [], by_hand = []}: AlertCase, at: number): {silences: SilenceSpan[]; byHand: Map<string, ByHand>} {
    const hand: ByHand = {}
    for (const done of by_hand)
      for (const [what, when] of Object.entries(done) as Array<[keyof typeof NAMES, string]>)
        if (momentOf(when) < at) hand[NAMES[what]] = momentOf(when)
    // Done to the first alert of the case.
    const byHand = new Map(Object.keys(hand).length > 0 ? [['a1', hand]] : [])
    const spans = silences.map(({from, until, matchers = {}}) => ({
      from: momentOf(from),
      until: momentOf(until),
      matchers,
    }))
    return {silences: spans, byHand}
  }
}

function toldText(event: AlertEvent, rule: Rule): string {
  if (event.kind === 'pending' || (event.kind === 'resolved' && !rule.notifyResolved)) return '.'
  if (event.kind === 'fell_back') return 'fell'
  return event.kind !== 'moved' && event.silenced ? `(${event.kind})` : event.kind
}

function looksOver(rule: Rule, records: LogRecord[], minutes: number): Look[] {
  const to = START + minutes * MINUTE
  const plan = planLooks(rule, {from: START, to, finalUntil: to})
  const aggregator = new Aggregator(plan.questions)
  for (const record of records) aggregator.add(record)
  return plan.looks(aggregator.answers())
}

function recordsOf(lines: Lines, level: 'ERROR' | 'INFO'): LogRecord[] {
  return rowsOf(lines).flatMap(([service, row]) =>
    row.flatMap((count, minute) =>
      Array.from({length: Number(count)}, (_, i) => {
        const ms = START + minute * MINUTE + Math.floor((i * MINUTE) / Number(count))
        const named = service === undefined || service === 'null' ? {} : {service}
        return makeItem('case', i, {'@timestamp': new Date(ms).toISOString(), level, ...named}).record
      }),
    ),
  )
}

/** The columns of each service; of `undefined` where there is one line for all. */
export function rowsOf(lines: Lines): Array<[service: string | undefined, row: string[]]> {
  if (typeof lines !== 'object') return [[undefined, String(lines).trim().split(/\s+/)]]
  return Object.entries(lines).map(([service, row]) => [service, String(row).trim().split(/\s+/)])
}

function keyOf(service: string | undefined): GroupKey {
  return groupKey(service === undefined ? [] : [service === 'null' ? null : service])
}

function momentOf(span: string): number {
  return START + (readDuration(span) as number)
}
