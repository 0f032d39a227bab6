import {expect, test} from 'vitest'
import {advance} from '../../../src/lib/alerts/advance.js'
import {firstState} from '../../../src/lib/alerts/begin-state.js'
import {readRule} from '../../../src/lib/alerts/check-rule.js'
import {partsOf, planLooks} from '../../../src/lib/alerts/plan.js'
import type {Rule} from '../../../src/lib/alerts/rule.js'
import type {AlertEvent, RuleState, SilenceSpan} from '../../../src/lib/alerts/state.js'
import {Aggregator} from '../../../src/lib/metrics/aggregator.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {makeItem} from '../../contracts/store-records.js'
import {seededRandom} from '../../support/random.js'

// Records come late, but within the lateness of the rule; the engine looks at whatever moments, and has nothing but its
// state as JSON in between. What it makes of them must be what one replay of all records makes of them afterwards.

const STREAMS = 500
const START = Date.UTC(2026, 0, 1)
const LASTS_MS = 12 * 60_000

interface Arriving {
  record: LogRecord
  arrives: number
}

interface Stream {
  rule: Rule
  records: Arriving[]
  silences: SilenceSpan[]
  /** When the engine looks; after the last of them nothing is open to change. */
  looks: number[]
}

function makeStream(seed: number): Stream {
  const random = seededRandom(seed)
  const below = (n: number) => Math.floor(random() * n)
  const pick = <T>(...choices: T[]): T => choices[below(choices.length)] as T
  const rule = readRule(ruleOf(pick))
  const records: Arriving[] = []
  const services = pick(['a'], ['a', 'b', 'c'])
  // Calm and loud stretches in turn, so that conditions hold for a while and then do not.
  for (let at = START - 5 * 60_000; at < START + LASTS_MS; at += pick(20_000, 60_000, 150_000)) {
    const loud = pick(0, 0, 1, 4, 10)
    for (let i = 0; i < loud; i++) {
      const ms = at + below(60_000)
      const arrives = ms + pick(0, below(rule.latenessMs + 1), rule.latenessMs)
      const timestamp = new Date(ms).toISOString()
      const given = {'@timestamp': timestamp, service: pick(...services), level: pick('ERROR', 'INFO')} as const
      records.push({record: makeItem('s', records.length, given).record, arrives})
    }
  }
  const silences = Array.from({length: pick(0, 0, 1, 3)}, () => {
    const from = START + below(LASTS_MS)
    return {
      from,
      until: from + below(6 * 60_000),
      matchers: pick<Record<string, string>>({}, {service: 'a'}, {rule: 'r'}),
    }
  })
  const looks: number[] = []
  const stride = pick(60_000, 120_000, 300_000)
  for (let at = START; at < START + LASTS_MS + rule.latenessMs; ) {
    at += 1 + below(stride)
    looks.push(at)
  }
  return {rule, records, silences, looks: [...looks, START + 2 * LASTS_MS]}
}

type Pick = <T>(...choices: T[]) => T

function ruleOf(pick: Pick): Record<string, unknown> {
  return {
    name: 'r',
    ...pick(
      {threshold: pick(1, 3)},
      {threshold: pick(2, 6)},
      {threshold: 4, resolve_threshold: 2},
      {threshold: 3, condition: 'greater_than_or_equal'},
      {threshold: 2, condition: 'less_than'},
      {threshold: 0, condition: 'equals'},
      {measure: 'no_data'},
      {query: 'level:error', measure: 'ratio', threshold: 0.4, minimum: pick(1, 3)},
      {measure: 'spike', threshold: 2, direction: pick('up', 'down', 'both')},
    ),
    time_window: pick('30s', '1m', '90s', '2m', '5m'),
    every: pick('10s', '30s', '1m'),
    lateness: pick('0s', '1m', '3m'),
    for: pick('0s', '0s', '1m', '100s'),
    keep_open_for: pick('0s', '0s', '1m', '4m'),
    renotify: pick('0s', '2m'),
    ...pick({}, {group_by: ['service']}),
  }
}

let ids = 0
const newId = () => `alert-${++ids}`

function step({rule, silences}: Stream, state: RuleState, records: LogRecord[], now: number, finalUntil: number) {
  const events: AlertEvent[] = []
  let at = state
  for (const part of partsOf(rule, {from: state.until, to: now, finalUntil})) {
    const plan = planLooks(rule, part)
    const aggregator = new Aggregator(plan.questions)
    for (const record of records) aggregator.add(record)
    const looks = plan.looks(aggregator.answers())
    const stepped = advance({rule, state: at, looks, silences, byHand: new Map(), newId})
    at = JSON.parse(JSON.stringify(stepped.state)) as RuleState
    events.push(...stepped.events)
  }
  return {state: at, events}
}

function live(stream: Stream): AlertEvent[] {
  const events: AlertEvent[] = []
  let state = firstState(START)
  for (const now of stream.looks) {
    const known = stream.records.filter(({arrives}) => arrives <= now).map(({record}) => record)
    const stepped = step(stream, state, known, now, now - stream.rule.latenessMs)
    state = stepped.state
    events.push(...stepped.events)
  }
  expect(state.early).toEqual({})
  return events
}

function replay(stream: Stream): AlertEvent[] {
  const to = (stream.looks.at(-1) as number) - stream.rule.latenessMs
  const all = stream.records.map(({record}) => record)
  return step(stream, firstState(START), all, to, to).events
}

/** What people were told and when alerts began and ended, by evaluation and group. */
function outcome(events: AlertEvent[]): string[] {
  const opened = new Map<string, {group: string; at: number; silenced: boolean}>()
  const rest: string[] = []
  for (const event of events) {
    const {alert, group, at} = event
    if (event.kind === 'opened') {
      expect(opened.has(alert), 'opened twice').toBe(false)
      opened.set(alert, {group, at, silenced: event.silenced})
    } else if (event.kind === 'moved') {
      const early = opened.get(alert)
      expect(early && at < early.at, 'moved to before').toBe(true)
      opened.set(alert, {...(early as {group: string; silenced: boolean}), at})
    } else if (event.kind === 'pending' || event.kind === 'fell_back') {
      expect(opened.has(alert), `${event.kind} after it had opened`).toBe(false)
    } else if (event.kind === 'resolved' || event.kind === 'again')
      rest.push(`${at} ${group} ${event.kind}${event.silenced ? ' silenced' : ''}`)
  }
  const openings = [...opened.values()].map(
    ({group, at, silenced}) => `${at} ${group} opened${silenced ? ' silenced' : ''}`,
  )
  return [...openings, ...rest].sort()
}

test(`${STREAMS} random streams come out live as in a replay`, () => {
  const kinds: Record<string, number> = {}
  for (let seed = 1; seed <= STREAMS; seed++) {
    const stream = makeStream(seed)
    const events = live(stream)
    expect(outcome(events), `stream ${seed}: ${JSON.stringify(stream.rule)}`).toEqual(outcome(replay(stream)))
    for (const {kind} of events) kinds[kind] = (kinds[kind] ?? 0) + 1
  }
  // The streams are such that all this happens.
  for (const kind of ['pending', 'fell_back', 'opened', 'moved', 'again', 'resolved'])
    expect(kinds[kind], kind).toBeGreaterThan(10)
})
