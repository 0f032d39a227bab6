import {OFFERED_FIELDS, queryValue, queryWord} from '../../query/query-word.js'
import type {LogRecord} from '../../record/record.js'
import type {Growing} from '../growing.js'
import {type Candidate, type Completion, goingOn} from './completion.js'
import {isCompared, seenAttributes, seenValues} from './seen-values.js'

const COMPARISONS = [':', '>=', '<=', '>', '<']
const MOST = 100

/** What may follow in a query: fields and attributes, signs behind a whole name, values by how often the records have them. */
export function completeQuery(query: string, all: Growing<LogRecord>): Completion {
  const word = queryWord(query)
  switch (word.kind) {
    case 'text':
      return {before: query, candidates: []}
    case 'name':
      return {before: word.before, candidates: ofNames(word.before, word.begin, all)}
    case 'value': {
      const values = seenValues(all, word.field).map((value) => ({value: queryValue(value), label: value}))
      return {before: word.before, candidates: goingOn(values, word.begin).slice(0, MOST)}
    }
  }
}

function ofNames(before: string, begin: string, all: Growing<LogRecord>): Candidate[] {
  const names = [...new Set([...OFFERED_FIELDS, ...seenAttributes(all)])]
  const signs = names.includes(begin) && isCompared(all, begin) ? COMPARISONS : []
  const candidates = [
    ...signs.map((sign) => ({value: `${begin}${sign}`})),
    ...names.filter((name) => signs.length === 0 || name !== begin).map((name) => ({value: `${name}:`})),
    ...(before.trim() === ''
      ? []
      : [
          {value: 'AND ', label: 'AND'},
          {value: 'OR ', label: 'OR'},
        ]),
    {value: 'NOT ', label: 'NOT'},
  ]
  return goingOn(candidates, begin).slice(0, MOST)
}
