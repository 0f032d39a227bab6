import {expect, test} from 'vitest'
import {QUERY_FORMS, queryHelp} from '../../src/cli/query-help.js'
import {parseQuery} from '../../src/lib/query/parse-query.js'

test.each(QUERY_FORMS)('the help’s %s parses', (example) => {
  expect(parseQuery(example).kind).not.toBe('all')
})

test('it fits a terminal of 80 columns, indented by help', () => {
  expect(
    queryHelp()
      .split('\n')
      .filter((line) => line.length > 76),
  ).toEqual([])
})
