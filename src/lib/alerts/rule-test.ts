// Unit tests of rules, as a file has them: records that come, and in which state each rule must be then. No server, no
// store, no clock: a test says when it begins, and everything else is counted from there.

/** States of a test: an alert that is not there, or resolved, is `inactive`. */
export const TEST_STATES = ['inactive', 'pending', 'open'] as const
export type TestState = (typeof TEST_STATES)[number]

export interface RuleTestFile {
  /** Files of rules, as written: relative to this file. */
  rules: string[]
  tests: RuleTest[]
}

export interface RuleTest {
  name: string
  /** ms since 1970; the first evaluation is the first after it. Times of the test count from here. */
  start: number
  records: TestRecords[]
  silences: TestSilence[]
  expect: Expectation[]
  /** All that may be sent until the end of the test, in order; absent: not looked at. */
  notices?: ExpectedNotice[]
  /** End of the test from its start, ms: the last moment that anything is expected of. */
  until: number
  /** `file:line:column`. */
  where: string
}

/** Records like one another: one, or one every so often. */
export interface TestRecords {
  /** The first, from the start; below zero: before it. */
  at: number
  count: number
  /** Between one and the next, ms; 0: all at once. */
  every: number
  /** The line as it is shipped; else `fields` are shipped as a line of JSON. `{n}` in texts is the record's number, from 0. */
  line?: string
  fields: Readonly<Record<string, unknown>>
}

export interface TestSilence {
  from: number
  until: number
  matchers: Readonly<Record<string, string>>
}

export interface Expectation {
  /** From the start, and as it is written. */
  at: number
  atText: string
  /** Absent: the file has one rule. */
  rule?: string
  /** Fields of group_by; a rule with group_by and no group here means any of them. */
  group?: Readonly<Record<string, string | null>>
  state: TestState
  /** What must have been measured. */
  value?: number
  /** How many groups must be in that state. */
  groups?: number
  where: string
}

/** One message. Numbers of alerts that are not given are not looked at. */
export interface ExpectedNotice {
  at: number
  atText: string
  rule?: string
  opened?: number
  again?: number
  resolved?: number
  where: string
}

/** Records of one test, so that a slip of the pen does not take all memory. */
export const MOST_RECORDS = 500_000
