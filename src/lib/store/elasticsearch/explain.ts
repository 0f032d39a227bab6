import type {RecordFilter} from '../../query/record-filter.js'
import type {Explanation} from '../store.js'
import {compileFilter} from './compile-query.js'

/** The query for the records of a filter, and what is done with those it finds. */
export function explainElasticsearch(filter: RecordFilter): Explanation {
  const {exact, candidates, certain} = compileFilter(filter)
  const notes: string[] = []
  if (!exact) {
    notes.push('each record found is tested again before it is shown')
    notes.push(
      'match_none' in certain
        ? 'counts and metrics read every record found'
        : 'counts and metrics read only records that the server cannot judge, such as those stored by older versions',
    )
  }
  return {engine: 'Elasticsearch', asked: candidates, exact, notes}
}
