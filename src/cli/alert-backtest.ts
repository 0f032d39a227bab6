import {Flags} from '@oclif/core'
import {readRule} from '../lib/alerts/check-rule.js'
import type {Rule} from '../lib/alerts/rule.js'
import type {Incident} from '../lib/alerts/score.js'
import {readSweep, type Sweep} from '../lib/alerts/sweep.js'
import {writtenOf} from '../lib/alerts/written-of.js'
import type {App} from '../lib/compose.js'
import type {BacktestOptions} from '../lib/flows/alerts/backtest.js'
import {readTruthFile} from '../lib/flows/alerts/truth-file.js'
import {variantsOf} from '../lib/flows/alerts/try-values.js'
import {parseTime} from '../lib/query/parse-time.js'
import type {Context} from './context.js'
import {timeFlags} from './filter-flags.js'
import {listFlag} from './global-flags.js'
import {callerHere} from './local-caller.js'
import {type FoundRule, ruleOfFile} from './rule-of-file.js'
import {UsageError} from './show-error.js'
import {toZone} from './zone-flag.js'

/** How far back without --since. */
const DEFAULT_SINCE = '7d'

export const backtestFlags = {
  ...timeFlags,
  file: Flags.string({description: 'The rule of this file, which need not be known to anybody yet', helpValue: 'FILE'}),
  sweep: Flags.string({
    description:
      'Try these values of threshold, resolve_threshold, for, keep_open_for or time_window: threshold=10..500:50, for=0s..10m, threshold=10,50,100; with another threshold, resolve_threshold stays the same part of it',
    helpValue: 'FIELD=VALUES',
  }),
  truth: Flags.string({
    description: 'Incidents that really happened, as generate --truth writes them: precision, recall, time to detect',
    helpValue: 'FILE',
  }),
  anywhere: Flags.boolean({
    description:
      'An alert in any service is true while the incident lasts: for a truth that does not name affected_services',
  }),
  incident: listFlag({
    description:
      'Of the truth, only incidents of this name or scenario are meant to be found; alerts of others are not false',
    helpValue: 'NAME',
  }),
}

export interface BacktestValues {
  since?: string
  until?: string
  timezone?: string
  file?: string
  sweep?: string
  truth?: string
  anywhere?: boolean
  incident?: string[]
}

export interface AskedBacktest {
  rule: Rule
  variants: Rule[]
  sweep?: Sweep
  options: BacktestOptions
}

/** What the flags ask for: the rule, its variants, the time and the truth. Throws USAGE, BAD_RULE, NOT_FOUND. */
export async function openBacktest(
  {config}: Pick<Context, 'config'>,
  app: App,
  name: string | undefined,
  flags: BacktestValues,
  now: Date,
): Promise<AskedBacktest> {
  const sweep = flags.sweep === undefined ? undefined : readSweep(flags.sweep)
  const read = (written: unknown) => readRule(written, {everyMs: config.alerts.interval})
  const {written, rule} = await findRule(app, name, flags.file, read)
  const truth = flags.truth === undefined ? undefined : await readTruthFile(flags.truth)
  if (flags.incident && !truth) throw new UsageError('--incident needs --truth: the file that incidents are in')
  if (flags.anywhere && !truth) throw new UsageError('--anywhere needs --truth: the file that incidents are in')
  return {
    rule,
    variants: sweep ? variantsOf(written, sweep, read) : [],
    ...(sweep ? {sweep} : {}),
    options: {
      ...period(flags, rule, now),
      ...(written.services ? {services: written.services} : {}),
      ...(truth ? {truth} : {}),
      ...(flags.anywhere ? {anywhere: true} : {}),
      ...(flags.incident && truth ? {meant: meantBy(flags.incident, truth)} : {}),
    },
  }
}

async function findRule(
  app: App,
  name: string | undefined,
  file: string | undefined,
  read: (written: unknown) => Rule,
): Promise<FoundRule> {
  if (file !== undefined) return ruleOfFile(file, name, read)
  if (name === undefined) throw new UsageError('name a rule, or give --file with one')
  const written = writtenOf(await (await app.alerts()).showRule(callerHere(), name))
  return {written, rule: read(written)}
}

/** Without --until: to the last evaluation that no late record can change any more. */
function period(
  {since, until, timezone}: BacktestValues,
  {everyMs, latenessMs}: Rule,
  now: Date,
): {since: number; until: number} {
  const zone = toZone(timezone)
  const from = Date.parse(parseTime(since ?? DEFAULT_SINCE, now, zone))
  const to = until === undefined ? now.getTime() - latenessMs : Date.parse(parseTime(until, now, zone))
  const last = Math.floor(to / everyMs) * everyMs
  if (last > from) return {since: from, until: last}
  throw new UsageError('there is no evaluation between --since and --until', [
    `The rule is evaluated every ${everyMs / 1_000} s`,
  ])
}

/** An incident that is not in the file is a slip of the pen, and would make every figure empty. */
function meantBy(names: readonly string[], truth: readonly Incident[]): (incident: Incident) => boolean {
  const known = new Set(truth.flatMap(({name, scenario}) => (scenario === undefined ? [name] : [name, scenario])))
  const strange = names.find((name) => !known.has(name))
  if (strange !== undefined) {
    throw new UsageError(`the truth has no incident ${JSON.stringify(strange)}`, [`It has ${[...known].join(', ')}`])
  }
  return ({name, scenario}) => names.includes(name) || (scenario !== undefined && names.includes(scenario))
}
