// The last word of a query that is being typed: a field's name, or its value.

const VALUED = ['service', 'level', 'host', 'environment'] as const
export type ValuedField = (typeof VALUED)[number]

export type QueryWord =
  /** `before` is what stands before it in the query, a `-` or a parenthesis of its own included. */
  | {kind: 'name'; before: string; begin: string}
  | {kind: 'value'; before: string; field: ValuedField; begin: string}
  | {kind: 'text'}

/** Fields worth offering: those that people filter by. */
export const OFFERED_FIELDS = [
  ...VALUED,
  'message',
  'event',
  'trace_id',
  'span_id',
  'correlation_id',
  'request_id',
  'duration_ms',
  'error.name',
  'error.message',
  '@timestamp',
  'source.file',
]

export function queryWord(query: string): QueryWord {
  if (insideQuotes(query)) return {kind: 'text'}
  const [, before = '', word = ''] = /^(.*?(?:^|[\s(])[-!]?)([^\s()]*)$/su.exec(query) ?? []
  const valued = /^([a-z]+)(?::|[<>]=?)(.*)$/su.exec(word)
  if (!valued) return /^[\w@.]*$/u.test(word) ? {kind: 'name', before, begin: word} : {kind: 'text'}
  const [, field = '', begin = ''] = valued
  if (!VALUED.includes(field as ValuedField)) return {kind: 'text'}
  const signs = word.slice(0, word.length - begin.length)
  return {kind: 'value', before: `${before}${signs}`, field: field as ValuedField, begin}
}

function insideQuotes(query: string): boolean {
  let inside = false
  for (let at = 0; at < query.length; at++) {
    if (query[at] === '\\') at++
    else if (query[at] === '"') inside = !inside
  }
  return inside
}
