import {expect, test} from 'vitest'
import {parseQuery} from '../../../../src/lib/query/parse-query.js'
import {explainElasticsearch} from '../../../../src/lib/store/elasticsearch/explain.js'

const TESTED = 'each record found is tested again before it is shown'

test.each<[string, boolean, string[]]>([
  ['level:error', true, []],
  [
    'status:200',
    false,
    [
      TESTED,
      'counts and metrics read only records that the server cannot judge, such as those stored by older versions',
    ],
  ],
  ['message:/x/', false, [TESTED, 'counts and metrics read every record found']],
])('%s', (query, exact, notes) => {
  expect(explainElasticsearch({query: parseQuery(query)})).toEqual({
    engine: 'Elasticsearch',
    asked: expect.any(Object),
    exact,
    notes,
  })
})
