import {expect, test} from 'vitest'
import {toPredicate} from '../../../src/lib/query/matches.js'
import {namesFound, parsed} from '../../contracts/query-conformance.js'
import {CORPUS_NAMES, queryCorpus} from '../../contracts/query-corpus.js'
import {EXPECTATIONS} from '../../contracts/query-expectations.js'
import {conformanceQueries} from '../../contracts/query-texts.js'

const records = queryCorpus().map((item) => item.record)

test.each(EXPECTATIONS)('%s', (query, names) => {
  expect(namesFound(records, query).sort()).toEqual([...names].sort())
})

test('the expectations name records of the corpus', () => {
  const unknown = EXPECTATIONS.flatMap(([, names]) => names).filter((name) => !CORPUS_NAMES.includes(name))
  expect(unknown).toEqual([])
})

test('there are 500 queries and more, of which most tell records apart', () => {
  const queries = new Set([...EXPECTATIONS.map(([query]) => query), ...conformanceQueries()])
  expect(queries.size).toBeGreaterThanOrEqual(500)
  const counts = [...queries].map((query) => records.filter(toPredicate(parsed(query))).length)
  expect(counts.filter((count) => count > 0 && count < records.length).length).toBeGreaterThan(350)
})
