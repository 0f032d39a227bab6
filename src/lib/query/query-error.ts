import {LogflowError} from '../errors/logflow-error.js'

/** What is shown of a long query on either side of the place that is wrong. */
const AROUND = 60

/**
 * Where a query is wrong: `at` is a UTF-16 index into the text. The message already holds the caret lines: of a query
 * of several lines the one that is wrong, of a long one the part around the caret.
 */
export class QueryError extends LogflowError {
  readonly at: number
  /** What is wrong there, and what to write instead. */
  readonly problem: string

  constructor(text: string, at: number, problem: string) {
    const {line, column} = excerpt(text, at)
    super('BAD_QUERY', `the query does not parse\n  ${line}\n  ${' '.repeat(column)}^ ${problem}`)
    this.at = at
    this.problem = problem
  }
}

function excerpt(text: string, at: number): {line: string; column: number} {
  const start = text.lastIndexOf('\n', at - 1) + 1
  const end = text.indexOf('\n', at)
  const line = text.slice(start, end === -1 ? undefined : end)
  const before = [...line.slice(0, at - start)]
  const after = [...line.slice(at - start)]
  const left = before.length > AROUND ? ['…', ...before.slice(-AROUND)] : before
  const right = after.length > AROUND ? [...after.slice(0, AROUND), '…'] : after
  return {line: [...left, ...right].join('').replaceAll('\t', ' '), column: left.length}
}
