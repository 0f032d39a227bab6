// How the pipeline is, as the screen shows it: what flows find out and a store tells, as far as it is drawn.

/** What could not be stored. */
export interface Letters {
  /** The newest first. */
  list: readonly DeadLetter[]
  /** In all; absent while nobody has looked. */
  count?: number
  /** Why they are not known. */
  problem?: string
  /** Some are being sent back or dropped. */
  busy?: boolean
}

export interface DeadLetter {
  id: string
  /** When it was given up, RFC 3339. */
  at?: string
  reason: string
  status?: number
  tries: number
  service?: string
  file?: string
  line?: number
  source: string
  offset: number
  /** Its first characters. */
  preview: string
}

export interface Health {
  /** Records on the bus that cannot have been shown yet. */
  lag?: number
  deadLetters?: number
  /** True where there are too many to count: no more than so many are pending. */
  deadLettersAtMost?: boolean
  /** The stream is cut and tried again, since. */
  away?: string
  /** Since when they do not answer, ms since 1970. */
  busAway?: number
  storeAway?: number
  pace?: Pace
  store?: StoreFigures
}

/** How quickly lines come and are processed: units a second, and units that wait. */
export interface Pace {
  coming?: number
  processed?: number
  behind: number
  /** How long processing them takes as it goes now. */
  behindMs?: number
  /** Since when nothing of them has been processed, ms since 1970. */
  stalledSince?: number
}

export interface StoreFigures {
  version: string
  location: string
  records: number
  bytes: number
  /** Newest event time and newest storing time, RFC 3339. */
  newest?: string
  lastStored?: string
  /** Parts that can no longer be read. */
  damaged?: readonly unknown[]
}
