import {openApp} from '../lib/compose.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {explainNothing} from '../lib/flows/explain-nothing.js'
import {type MeasureOptions, measureStore, measureUnits} from '../lib/flows/measure.js'
import type {Measurement} from '../lib/metrics/measurement.js'
import {type Period, periodAsked as usualPeriod} from '../lib/metrics/period.js'
import {lengthText, type MetricsScreen} from '../lib/output/metrics-parts.js'
import {nothingFound} from '../lib/output/search-summary.js'
import type {NothingFound} from '../lib/query/nothing-found.js'
import {parseSpan} from '../lib/query/time-span.js'
import {firstFailure} from '../lib/sources/input.js'
import type {Context} from './context.js'
import {type Filter, spanText} from './filter-flags.js'
import {toInterval} from './measure-flags.js'
import {openInputs, tellSkipped} from './open-inputs.js'
import {toZone} from './zone-flag.js'

export interface MeasureValues {
  since?: string
  until?: string
  timezone?: string
  interval?: string
  compare?: boolean
  file?: string[]
  'fail-if-none'?: boolean
}

/** Measures and tells where there is nothing; `undefined` then, where nobody but people is to be told. */
export async function measure<Result extends {records: number}>(
  context: Context,
  asked: {filter: Filter; query?: string; flags: MeasureValues; now: Date; withBefore: boolean},
  measurement: Measurement<Result>,
): Promise<Result | undefined> {
  const {flags} = asked
  const period = periodAsked(asked.filter, flags, asked.now)
  if (flags.compare && !period)
    throw new LogflowError('USAGE', '--compare needs to know the period', {suggestions: ['Give --since, too']})
  const options: MeasureOptions = {
    ...asked.filter,
    ...(period ? {period} : {}),
    intervalMs: toInterval(flags.interval),
    zone: toZone(flags.timezone),
    withBefore: asked.withBefore,
  }
  const {result, nothing} = flags.file
    ? await measureFiles(context, {...flags, file: flags.file}, measurement, options)
    : await measureApp(context, measurement, {...options, period: period as Period})
  if (nothing) {
    const span = flags.since || flags.until || flags.file ? spanText(flags) : 'last 24 h'
    context.talk.show(nothingFound({query: asked.query, span}, nothing, context.talk.screen))
    if (flags['fail-if-none']) throw new LogflowError('NO_MATCH', 'nothing matched')
    return context.format === 'pretty' || context.format === 'table' ? undefined : result
  }
  return result
}

/** How the answer is shown. */
export function metricsScreen({screen}: Context, flags: MeasureValues, now: Date): MetricsScreen {
  const span = spanShown(flags)
  return {
    screen,
    zone: toZone(flags.timezone),
    now: now.getTime(),
    ...(span === undefined ? {} : {span}),
    ...(flags.compare ? {compare: true} : {}),
  }
}

/** The last 24 hours unless said; of files everything, which is not known yet. */
export function periodAsked({since, until}: Filter, flags: MeasureValues, now: Date): Period | undefined {
  if (flags.file && since === undefined) return undefined
  return usualPeriod({since, until}, now)
}

function spanShown(flags: MeasureValues): string | undefined {
  if (flags.until !== undefined) return undefined
  if (flags.since === undefined) return flags.file ? undefined : 'last 24 h'
  const ms = parseSpan(flags.since)
  return ms === undefined ? undefined : `last ${lengthText(ms)}`
}

interface Outcome<Result> {
  result?: Result
  nothing?: NothingFound
}

async function measureApp<Result extends {records: number}>(
  {config, talk}: Context,
  measurement: Measurement<Result>,
  options: MeasureOptions & {period: Period},
): Promise<Outcome<Result>> {
  await using app = openApp(config, talk.detail, talk.warn)
  const store = await app.store()
  const result = await measureStore(store, measurement, options)
  if (result.records > 0) return {result}
  const {since, until} = options.period
  return {result, nothing: await explainNothing(store, {query: options.query, since, until})}
}

async function measureFiles<Result extends {records: number}>(
  context: Context,
  flags: MeasureValues & {file: string[]},
  measurement: Measurement<Result>,
  options: MeasureOptions,
): Promise<Outcome<Result>> {
  const {sources, problems} = await openInputs(context, flags.file, {timezone: flags.timezone})
  const result = await measureUnits(sources, measurement, options)
  const all = [...problems, ...sources.problems]
  tellSkipped(context, all)
  if (context.signal.aborted) throw new LogflowError('NOT_CAUGHT_UP', 'ended early: the files have not been read whole')
  const failure = firstFailure(all)
  if (failure) throw failure
  if (result && result.records > 0) return {result}
  return {result, nothing: {total: sources.progress().units, files: true}}
}
