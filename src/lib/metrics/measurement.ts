import type {RecordFilter} from '../query/record-filter.js'
import type {Period} from './period.js'
import type {Group, Interval, Question} from './question.js'

/** What is to be measured: the questions that are asked, and what their answers say together. */
export interface Measurement<Result> {
  /** The first is about all records of the filter, with their first and last times. */
  questions(asked: Asked): Question[]
  /** @param groups of each question */
  result(groups: Group[][], measured: Measured): Result
}

export interface Asked {
  filter: RecordFilter
  /** The same filter in the period before, where that is to be known. */
  before?: RecordFilter
  every: Interval
}

/** What was measured. */
export interface Measured {
  period: Period
  /** Where it was asked for. */
  before?: Period
  every: Interval
}
