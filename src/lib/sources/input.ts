// Sources turn bytes (files, compressed files, pipes) into batches of units, in order, with their offsets.
// They never decode a line, never lose a byte without a Problem, never throw for a bad file: the others go on.
// open-sources.ts is the door for flows; byte-source.ts holds the smallest source of bytes: copy `openFileBytes`.

import type {LogflowError} from '../errors/logflow-error.js'

/** Something to read, not yet opened. Paths are absolute. */
export type Input =
  | {kind: 'file'; path: string; size: number; device: string; inode: string}
  /** A pipe, socket or device named by a path: read once, from wherever it stands. */
  | {kind: 'pipe'; path: string}
  | {kind: 'stdin'}

/** Why an input, or the rest of it, was not read. `error.message` is one line that names the path. */
export interface Problem {
  path: string
  error: LogflowError
  /** A file that was found, not named, and holds no text: told, but no failure. */
  harmless?: true
}

/** The error to end with when everything else is done; `undefined` where nothing failed. */
export function firstFailure(problems: readonly Problem[]): LogflowError | undefined {
  return problems.find(({harmless}) => !harmless)?.error
}

/** How an input is called in messages and progress. */
export function inputName(input: Input): string {
  return input.kind === 'stdin' ? 'stdin' : input.path
}
