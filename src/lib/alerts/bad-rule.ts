import {LogflowError} from '../errors/logflow-error.js'

/** Keys and indices into a written rule: `['notification_config', 'url']`, `['group_by', 1]`; empty for the whole. */
export type RulePath = ReadonlyArray<string | number>

/**
 * A rule that cannot be, and where in it: whoever read it from a file finds the line by `path`. An unknown field is at
 * its own path.
 */
export class BadRule extends LogflowError {
  readonly path: RulePath
  /** What is wrong, without the field's name: `must be a number, not "many"`. */
  readonly problem: string

  constructor(path: RulePath, problem: string, suggestions: string[] = []) {
    super('BAD_RULE', path.length === 0 ? problem : `${pathText(path)}: ${problem}`, {suggestions})
    this.path = path
    this.problem = problem
  }
}

/** `notification_config.url`, `group_by[1]`. */
export function pathText(path: RulePath): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('')
}
