import type {TestState} from './rule-test.js'

/** How one expectation came out. JSON names, as `alerts test -o json` prints it. */
export interface CheckedStep {
  /** As written, counted from the start of the test, and as a moment (RFC 3339). */
  at: string
  time: string
  rule: string
  /** Absent: of any group. */
  group?: Record<string, string | null>
  expected: {state: TestState; value?: number; groups?: number}
  got: {
    state: TestState
    /** Of the evaluation that counts then; without `group` the one that is nearest to firing. Absent: too little to say. */
    value?: number
    /** Groups in the expected state. */
    groups?: number
  }
  /** `count > 100 in 5 min`. */
  condition: string
  /** The evaluation that counts: the last one until then. Absent: there was none yet. */
  evaluated?: string
  passed: boolean
  where: string
}

export interface CheckedNotices {
  expected: NoticeCounts[]
  got: NoticeCounts[]
  passed: boolean
}

export interface NoticeCounts {
  at: string
  rule: string
  opened?: number
  again?: number
  resolved?: number
}

export interface CheckedTest {
  name: string
  where: string
  passed: boolean
  steps: CheckedStep[]
  /** Absent: nothing was said of notices. */
  notices?: CheckedNotices
  /** How many there were, and evaluations of all rules. */
  records: number
  evaluations: number
}

/** What `alerts test` found in one file. */
export interface CheckedFile {
  file: string
  passed: boolean
  tests: CheckedTest[]
}
