import type {QueryNode, Regex, Wildcard} from './query.js'

/** What to mark in the text of an answer. */
export interface Marks {
  /** As tokenize() cuts them. */
  words: string[]
  /** Whole words like these. */
  patterns: Wildcard[]
  regexes: Regex[]
}

/** What a query asks of the text: what it leaves out, and what it asks of fields other than the message, is not marked. */
export function marksOf(node: QueryNode): Marks {
  const marks: Marks = {words: [], patterns: [], regexes: []}
  collect(node, marks)
  return {...marks, words: [...new Set(marks.words)]}
}

function collect(node: QueryNode, marks: Marks): void {
  if (node.kind === 'and' || node.kind === 'or') for (const part of node.nodes) collect(part, marks)
  else if (node.kind === 'phrase') marks.words.push(...node.words)
  else if (node.kind === 'wild-word') marks.patterns.push(node.pattern)
  else if (node.kind === 'text-regex') marks.regexes.push(node.regex)
  else if (node.kind === 'field' && node.field.in === 'record' && node.field.name === 'message') {
    if (node.test.kind === 'regex') marks.regexes.push(node.test.regex)
  }
}
