// How much a fault run does, and its randomness.

import {seededRandom} from '../../support/random.js'

/** True for `npm run test:faults`; else a few rounds of everything. */
export const FULL = process.env.LOGFLOW_FAULTS === 'full'

export function rounds(full: number, few: number): number {
  return FULL ? full : few
}

/** How long a test may take that does so many rounds of so many seconds each, on a slow and busy machine; ms. */
export function patience(count: number, secondsEach: number): number {
  return (120 + count * secondsEach) * 1_000
}

const seed = Number(process.env.LOGFLOW_FAULTS_SEED ?? Date.now() % 1_000_000)
process.stderr.write(`faults: LOGFLOW_FAULTS_SEED=${seed}\n`)

/** Where the kills fall: the same again with the same seed, as far as the machine repeats itself. */
export const random = seededRandom(seed)
