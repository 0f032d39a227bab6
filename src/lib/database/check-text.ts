import {LogflowError} from '../errors/logflow-error.js'

/** Text that one of the engines could not give back as it was: PostgreSQL knows no NUL, UTF-8 no lone surrogate. */
export function checkText(parameters: readonly unknown[]): void {
  for (const value of parameters) {
    if (typeof value !== 'string') continue
    if (value.includes('\0')) throw new LogflowError('USAGE', 'text with a NUL character cannot be kept')
    if (!isWellFormed(value)) throw new LogflowError('USAGE', 'text that is no valid Unicode cannot be kept')
  }
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}
