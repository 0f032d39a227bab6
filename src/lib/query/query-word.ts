// The last word of a query that is being typed: a field's name, or its value. For completion, in shells and in prompts.

/** Fields whose values people pick from a few: a store is asked for these. */
export const VALUED_FIELDS = ['service', 'level', 'host', 'environment'] as const

export type QueryWord =
  /** `before` is what stands before it in the query, a `-` or a parenthesis of its own included. */
  | {kind: 'name'; before: string; begin: string}
  | {kind: 'value'; before: string; field: string; begin: string}
  | {kind: 'text'}

/** Fields worth offering: those that people filter by. */
export const OFFERED_FIELDS = [
  ...VALUED_FIELDS,
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
  const valued = /^([\p{L}_@][\p{L}\p{N}_.@-]*)(?::(?:[<>]=?|=)?|[<>]=?|=)(.*)$/su.exec(word)
  if (!valued) return /^[\p{L}\p{N}_@.-]*$/u.test(word) ? {kind: 'name', before, begin: word} : {kind: 'text'}
  const [, field = '', begin = ''] = valued
  const signs = word.slice(0, word.length - begin.length)
  return {kind: 'value', before: `${before}${signs}`, field, begin}
}

/** A value as a query takes it: in quotes where it is more than a word. */
export function queryValue(value: string): string {
  return /^[\w.-]+$/.test(value) ? value : JSON.stringify(value)
}

function insideQuotes(query: string): boolean {
  let inside = false
  for (let at = 0; at < query.length; at++) {
    if (query[at] === '\\') at++
    else if (query[at] === '"') inside = !inside
  }
  return inside
}
