// Values to group by in SQL against their meaning, over attributes of every shape.

import {expect, test} from 'vitest'
import {groupsOf, readGroupNames} from '../../../../src/lib/metrics/grouping.js'
import {attributeText} from '../../../../src/lib/store/lake/compile-attribute.js'
import {Duck} from '../../../../src/lib/store/lake/duckdb.js'
import {quote} from '../../../../src/lib/store/lake/sql.js'
import {makeItem} from '../../../contracts/store-records.js'
import {tempFolder} from '../../../support/temp-folder.js'

const ATTRIBUTES: Array<Record<string, unknown>> = [
  {},
  ...[0, -0, 1, -5, 0.1, -0.25, 1e21, 1.5e300, 5e-324, 1e-7, 123456789012345680000, 2 ** 53].map((a) => ({a})),
  ...[true, false, null, '', ' ', 'text', '1e21', '[', '[x]', '{', '{}', 'ü', '🎉'].map((a) => ({a})),
  ...['"', '\\', 'a\nb', '\u0000', '\u2028', 'a":', '<\u007f>'].map((a) => ({a})),
  ...[512, 513].flatMap((length) => [{a: 'x'.repeat(length)}, {a: 'ü'.repeat(length)}]),
  ...[256, 257].map((length) => ({a: '🎉'.repeat(length)})),
  {a: {}},
  {a: {b: 'in a'}},
  {a: {b: {c: 7}}},
  {a: {b: null}},
  {'a.b': 'dotted'},
  {'a.b': 'dotted', a: {b: 'below'}},
  {'a.b': 'same', a: {b: 'same'}},
  {'a.b': null, a: {b: 'below'}},
  {'a.b': {c: 'deep'}, a: {b: {c: 'deeper'}}},
  {'a.b.c': 'whole'},
  {a: {'b.c': 'half'}},
  {a: []},
  {a: ['x']},
  {a: ['x', 'y', 'x']},
  {a: [{b: 'in a list'}]},
  {a: {b: ['list']}},
  {'a.b': ['list']},
  {other: ['a', 'a":']},
  {other: {a: 'elsewhere', b: 'elsewhere'}},
  {b: 'b', c: 'c'},
  {A: 'another case'},
]

test.each([
  ['a', 4],
  ['a.b', 5],
  ['a.b.c', 1],
  ['attributes.a', 4],
  ['b', 0],
  ['missing', 0],
  // Cut at dots in too many ways, or not as SQL takes them: only reading tells.
  ['a.b.c.d.e.f', 0],
  ['a"', 59],
])('the values of %s', async (name, unknown) => {
  const [read] = readGroupNames([name])
  if (read?.in !== 'attributes') throw new Error(`${name} is no attribute`)
  const duck = new Duck({memoryLimitMb: 64, threads: 1, tempDir: tempFolder()})
  const rows = ATTRIBUTES.map((attributes, i) => {
    const json = JSON.stringify(attributes)
    return `(${i}, ${json === '{}' ? 'NULL' : `${quote(json)}::JSON`})`
  })
  const table = `(VALUES ${rows.join(', ')}) AS t(n, attributes)`
  const values = await duck.rows(`SELECT ${attributeText(read.path, "'unknown'")} FROM ${table} ORDER BY n`)
  await duck.close()
  const told = ATTRIBUTES.flatMap((attributes, i) => {
    const value = values[i]?.[0]
    return value === 'unknown' ? [] : [{attributes, values: [[value]]}]
  })
  expect(told).toEqual(
    told.map(({attributes}) => ({attributes, values: groupsOf(makeItem('s', 0, {attributes}).record, [read])})),
  )
  expect(ATTRIBUTES.length - told.length).toBe(unknown)
})
