import {expect, test} from 'vitest'
import {traceView} from '../../../src/lib/output/trace-view.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {traceJson} from '../../../src/lib/trace/trace-json.js'
import {buildTrace} from '../../../src/lib/trace/trace-tree.js'

const screen = {isTerminal: true, width: 100, color: false}
const COUNT = 3000

/** Spans of one record each, `parent` naming the one above by its number. */
function spans(
  parent: (n: number) => number | string | undefined,
  more: (n: number) => Partial<LogRecord> = () => ({}),
) {
  return Array.from({length: COUNT}, (_, n): LogRecord => {
    const time = new Date(1_767_225_600_000 + n).toISOString()
    const above = parent(n)
    return {
      id: `r${n}`,
      '@timestamp': time,
      observed_timestamp: time,
      level: 'INFO',
      service: `s${n % 7}`,
      message: `step ${n}`,
      trace_id: 't',
      span_id: `x${n}`,
      ...(above === undefined ? {} : {parent_span_id: `x${above}`}),
      attributes: {},
      source: {id: 's', offset: n, format: 'json'},
      ...more(n),
    }
  })
}

test.each([
  ['a chain as deep as it is long', spans((n) => (n === 0 ? undefined : n - 1))],
  ['one parent of all', spans((n) => (n === 0 ? undefined : 0))],
  ['a parent each that nobody logged', spans((n) => `missing-${n}`)],
  [
    'no ids but one',
    spans(
      () => undefined,
      (n) => ({trace_id: undefined, span_id: undefined, correlation_id: 'c', service: `s${n}`}),
    ),
  ],
])('%s: drawn in little room, whole with --all', (_, records) => {
  const tree = buildTrace('t', records)
  const folded = traceView(tree, {screen, now: 0})
  expect(folded.split('\n').length).toBeLessThan(400)
  expect(folded).toContain(`${COUNT.toLocaleString('en-US')} records`)
  const whole = traceView(tree, {screen, now: 0, all: true})
  for (const n of [0, 1, COUNT >> 1, COUNT - 1]) expect(whole).toMatch(new RegExp(`step ${n}\\b`))
  const json = traceJson(tree)
  const told = json.spans.flatMap((span) => span.records.map(({id}) => id))
  expect(told.sort()).toEqual(records.map(({id}) => id).sort())
  const places = new Map(json.spans.map(({id}, place) => [id, place]))
  for (const {parent, id} of json.spans)
    if (parent !== null) expect(places.get(parent)).toBeLessThan(places.get(id) as number)
})

test('one error deep down is shown with all above it, however many spans are left out', () => {
  const records = spans(
    (n) => (n === 0 ? undefined : n < 10 ? n - 1 : n % 10),
    (n) => (n === 2500 ? {level: 'ERROR', message: 'the one that failed'} : {}),
  )
  const tree = buildTrace('t', records)
  const text = traceView(tree, {screen, now: 0})
  expect(text).toMatch(/✗ the one that failed/)
  expect(text).toMatch(/▶ \+2500 ms +ERROR +s1 +the one that failed/)
  const {spans: listed} = traceJson(tree, {errorsOnly: true})
  expect(listed.map(({id}) => id)).toEqual(['x0', 'x2500'])
})

test('records in any order make the same tree', () => {
  const records = spans((n) => (n === 0 ? undefined : n >> 1)).slice(0, 200)
  const shuffled = [...records].sort((a, b) => (a.id < b.id ? -1 : 1))
  expect(traceJson(buildTrace('t', shuffled))).toEqual(traceJson(buildTrace('t', records)))
})

test('no records make an empty tree', () => {
  expect(traceJson(buildTrace('t', []))).toMatchObject({id: 't', duration_ms: 0, spans: []})
})
