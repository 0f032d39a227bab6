import {describe, expect, test} from 'vitest'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {compared} from '../../../src/lib/tui/compare.js'
import {compareLines} from '../../../src/lib/tui/compare-lines.js'
import {record} from './made-state.js'

const BASE = {id: 'r-1', '@timestamp': '2026-01-01T09:41:07.118Z'} as const

/** Two records by what they have beside the same rest, and of it every field that differs: `name left right delta`. */
const CASES: Array<[what: string, left: Partial<LogRecord>, right: Partial<LogRecord>, differing: string[]]> = [
  ['the same', {}, {}, []],
  [
    'times as difference, in order of the fields',
    {level: 'INFO'},
    {'@timestamp': '2026-01-01T09:41:08.318Z', level: 'ERROR'},
    ['@timestamp 2026-01-01T09:41:07.118Z 2026-01-01T09:41:08.318Z +1.2 s', 'level INFO ERROR'],
  ],
  [
    'an earlier time, to the nanosecond',
    {'@timestamp': '2026-01-01T09:41:07.118000500Z'},
    {'@timestamp': '2026-01-01T09:41:07.117Z'},
    ['@timestamp 2026-01-01T09:41:07.118000500Z 2026-01-01T09:41:07.117Z -1.0 ms'],
  ],
  [
    'attributes flattened, one that only one of them has beside its neighbour',
    {attributes: {order: {id: 'a', size: 2}, last: 1}},
    {attributes: {order: {id: 'b', size: 2.5, rush: true}, last: 1}},
    ['order.id a b', 'order.size 2 2.5 +0.5', 'order.rush undefined true'],
  ],
  [
    'durations with their unit, other numbers without',
    {duration_ms: 120, attributes: {n: 0.1}},
    {duration_ms: 4_120, attributes: {n: 0.3}},
    ['duration_ms 120 4120 +4.0 s', 'n 0.1 0.3 +0.2'],
  ],
  [
    'errors and their causes',
    {error: {name: 'A', message: 'm', stack: 's1', causes: [{name: 'C', message: 'c'}]}},
    {error: {name: 'A', message: 'other', stack: 's1'}},
    ['error.message m other', 'error.cause C: c undefined'],
  ],
  [
    'where they came from last, whatever stands before it in the record',
    {id: 'r-1', message: 'a', source: {id: 's', offset: 1, format: 'json'}},
    {id: 'r-2', message: 'b', source: {id: 's', offset: 9, format: 'json'}},
    ['message a b', 'id r-1 r-2', 'source.offset 1 9 +8'],
  ],
  [
    'a number is not the same as its text, nothing is not an empty text, nor null',
    {attributes: {a: '', b: null, c: 1}},
    {attributes: {b: '', c: '1'}},
    ['a "" undefined', 'b null ""'],
  ],
  [
    'an attribute that is called as a field is',
    {attributes: {level: 'loud', message: 'x'}},
    {attributes: {level: 'quiet', message: 'x'}},
    ['attributes.level loud quiet'],
  ],
]

test.each(CASES)('%s', (_, left, right, differing) => {
  const {differing: found, equal} = compared(record(1, {...BASE, ...left}), record(1, {...BASE, ...right}))
  expect(
    found.map(({name, left, right, delta}) => [name, left, right, ...(delta ? [delta] : [])].map(String).join(' ')),
  ).toEqual(differing)
  expect(equal.every(({left, right}) => left === right && left !== undefined)).toBe(true)
})

describe('as lines', () => {
  const comparison = compared(record(1, {attributes: {long: 'x'.repeat(900)}}), record(2, {attributes: {long: 'y'}}))

  test.each([200, 120, 80, 72, 71, 40, 20, 8])('of %i columns: no value is lost that is not told of', (width) => {
    const lines = compareLines(comparison, width, true)
    const text = JSON.stringify(lines)
    for (const word of ['request 1', 'gateway', 'more char', '+1.0 s']) {
      if (width >= 20) expect(text.replaceAll('"},{"', '')).toContain(word)
    }
  })

  test('equal fields are folded until they are asked for', () => {
    expect(JSON.stringify(compareLines(comparison, 100, false))).toMatch(/[2-9] fields the same: = shows them/)
    expect(JSON.stringify(compareLines(comparison, 100, false))).not.toContain('gateway')
    expect(JSON.stringify(compareLines(comparison, 100, true))).toContain('gateway')
  })
})
