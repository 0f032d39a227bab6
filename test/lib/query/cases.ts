import {readdirSync, readFileSync} from 'node:fs'
import {resolve} from 'node:path'

export const QUERY_CASES = resolve(import.meta.dirname, '../../cases/query')

export interface QueryCase {
  query: string
  /** The explained tree, or the query with its caret. */
  expected: string
}

/** The cases of test/cases/query by file; their shape is told in the README there. */
export function readQueryCases(): Array<[file: string, cases: QueryCase[]]> {
  const files = readdirSync(QUERY_CASES).filter((name) => name.endsWith('.txt'))
  return files.map((name) => [name, parseCases(readFileSync(resolve(QUERY_CASES, name), 'utf8'))])
}

function parseCases(text: string): QueryCase[] {
  const cases: QueryCase[] = []
  for (const line of text.split('\n')) {
    const last = cases.at(-1)
    if (line.startsWith('# ') || line === '') continue
    if (line.startsWith('>> ')) cases.push({query: JSON.parse(line.slice(3)) as string, expected: ''})
    else if (line.startsWith('> ')) cases.push({query: line.slice(2), expected: ''})
    else if (last) last.expected += last.expected === '' ? line : `\n${line}`
  }
  return cases
}
