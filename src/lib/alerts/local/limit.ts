import {LogflowError} from '../../errors/logflow-error.js'
import {LISTED, MOST_LISTED} from './parts.js'

/** USAGE for one that is out of bounds. */
export function limitOf(limit = LISTED): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_LISTED) return limit
  throw new LogflowError('USAGE', `limit is a number from 1 to ${MOST_LISTED}`)
}
