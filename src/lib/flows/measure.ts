import {Aggregator} from '../metrics/aggregator.js'
import type {Measurement} from '../metrics/measurement.js'
import {
  checkStretches,
  chooseInterval,
  intervalIn,
  msOf,
  type Period,
  periodBefore,
  periodOf,
} from '../metrics/period.js'
import type {Question} from '../metrics/question.js'
import type {QueryNode} from '../query/query.js'
import type {RecordFilter} from '../query/record-filter.js'
import type {Zone} from '../record/zone.js'
import type {Store} from '../store/store.js'
import type {UnitBatch} from '../units/unit-batch.js'
import {parseUnits} from './parse-units.js'

export interface MeasureOptions {
  query: QueryNode
  /** Bounds of event times, where there is no period. */
  since?: string
  until?: string
  /** Where it is missing, plain files are measured from their first record to their last. */
  period?: Period
  /** Length of the stretches of time, ms; chosen by the length of the period where it is missing. */
  intervalMs?: number
  zone: Zone
  /** Measure the period before, too. */
  withBefore: boolean
}

/** Measures the records of a store, all from one moment of it. Rejects when the signal aborts. */
export async function measureStore<Result>(
  store: Store,
  measurement: Measurement<Result>,
  options: MeasureOptions & {period: Period},
  signal?: AbortSignal,
): Promise<Result> {
  const plan = planOf(options, options.period)
  const groups = await store.aggregate(measurement.questions(plan.asked), signal)
  return measurement.result(groups, plan.measured)
}

/** Measures the records that units become, in one reading. `undefined` where there is none and no period was given. */
export async function measureUnits<Result>(
  batches: AsyncIterable<UnitBatch>,
  measurement: Measurement<Result>,
  options: MeasureOptions,
): Promise<Result | undefined> {
  if (options.period) {
    const plan = planOf(options, options.period)
    const aggregator = await readAll(batches, new Aggregator(measurement.questions(plan.asked)))
    return measurement.result(aggregator.answers(), plan.measured)
  }
  return measureWhole(batches, measurement, options)
}

interface Plan {
  asked: {filter: RecordFilter; before?: RecordFilter; every: {ms: number; origin: number}}
  measured: {period: Period; before?: Period; every: {ms: number; origin: number}}
}

function planOf({query, intervalMs, zone, withBefore}: MeasureOptions, period: Period): Plan {
  const every = intervalIn(intervalMs ?? chooseInterval(period.ms), zone, period.since)
  checkStretches(period, every)
  const before = withBefore ? periodBefore(period) : undefined
  const within = ({since, until}: Period): RecordFilter => ({query, since, until})
  return {
    asked: {filter: within(period), every, ...(before ? {before: within(before)} : {})},
    measured: {period, every, ...(before ? {before} : {})},
  }
}

/** The first interval of records whose times are not known yet. */
const FIRST_INTERVAL = 1_000

async function measureWhole<Result>(
  batches: AsyncIterable<UnitBatch>,
  measurement: Measurement<Result>,
  {query, since, until, intervalMs, zone}: MeasureOptions,
): Promise<Result | undefined> {
  const filter = {query, ...(since === undefined ? {} : {since}), ...(until === undefined ? {} : {until})}
  // The zone's offset is that of the first record, which is not known either: that of any will do but at a change of clocks.
  const every = intervalIn(intervalMs ?? FIRST_INTERVAL, zone, '2000-01-01T00:00:00.000Z')
  const questions: Question[] = measurement.questions({filter, every})
  const aggregator = await readAll(batches, new Aggregator(questions, {adaptable: intervalMs === undefined}))
  const [whole] = aggregator.answers()[0] ?? []
  if (whole?.first === undefined || whole.last === undefined) return undefined
  const period = periodOf(whole.first, new Date(msOf(whole.last) + 1).toISOString())
  if (intervalMs === undefined) aggregator.coarsen(Math.max(aggregator.longestMs, chooseInterval(period.ms)))
  const measured = {period, every: {ms: aggregator.longestMs || every.ms, origin: every.origin}}
  checkStretches(period, measured.every)
  return measurement.result(aggregator.answers(), measured)
}

async function readAll(batches: AsyncIterable<UnitBatch>, aggregator: Aggregator): Promise<Aggregator> {
  for await (const page of parseUnits(batches)) for (const record of page) aggregator.add(record)
  return aggregator
}
