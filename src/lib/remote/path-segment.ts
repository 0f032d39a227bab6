import {LogflowError} from '../errors/logflow-error.js'

/** Half of a surrogate pair, which no URL can hold. */
const HALF_CHARACTER = /\p{Surrogate}/u

/** A name as one part of a path. One that would lead elsewhere, dots alone, is nobody's: NOT_FOUND. */
export function pathSegment(name: string): string {
  if (isNoSegment(name)) throw notThere(name)
  return encodeURIComponent(name)
}

/** Such a name cannot stand in a path, however it is written. */
export function isNoSegment(name: string): boolean {
  return name === '' || /^\.{1,2}$/.test(name) || HALF_CHARACTER.test(name)
}

export function notThere(name: string): LogflowError {
  return new LogflowError('NOT_FOUND', `there is no ${JSON.stringify(name)}`)
}
