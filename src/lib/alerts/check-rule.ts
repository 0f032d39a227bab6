// A written rule, from wherever it came, becomes a rule that is whole, or is refused with the field that is wrong and
// what to write there. Pure; rule-fields.ts reads single values.

import {LogflowError} from '../errors/logflow-error.js'
import {buildQuery} from '../query/build-query.js'
import type {QueryNode} from '../query/query.js'
import {QueryError} from '../query/query-error.js'
import {UTC} from '../record/zone.js'
import type {BadRule} from './bad-rule.js'
import {holdsAtZero} from './condition.js'
import {queryTextOf} from './describe-rule.js'
import {
  CHANNELS,
  type ChannelName,
  CONDITIONS,
  type Condition,
  MEASURES,
  type Measure,
  type MeasureName,
  type Rule,
  SEVERITIES,
} from './rule.js'
import {RuleFields} from './rule-fields.js'

export interface CheckOptions {
  /** How far apart evaluations are where a rule does not say: the setting alerts.interval; 60,000. */
  everyMs?: number
  /** Throws BadRule where a channel cannot use that configuration. */
  checkChannel?: (name: ChannelName, config: Record<string, unknown>) => void
}

/** The rule that is written. Throws {@link BadRule} for the first of its mistakes. */
export function readRule(written: unknown, options: CheckOptions = {}): Rule {
  const {rule, mistakes} = checkRule(written, options)
  if (rule) return rule
  throw mistakes[0]
}

/** All mistakes of a written rule, in the order of its fields in the documentation; without any, the rule. */
export function checkRule(
  written: unknown,
  options: CheckOptions = {},
): {rule: Rule; mistakes: []} | {rule?: undefined; mistakes: BadRule[]} {
  const fields = new RuleFields(written)
  const rule = fields.readable ? readAll(fields, options) : undefined
  return rule && fields.mistakes.length === 0 ? {rule, mistakes: []} : {mistakes: fields.mistakes}
}

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000
const LONGEST = 31 * DAY

function readAll(fields: RuleFields, options: CheckOptions): Rule {
  fields.checkNames()
  const name = fields.name()
  const filter = readFilter(fields)
  const measure = readMeasure(fields, filter.services)
  const judged = readCondition(fields, measure.kind)
  const windowMs = fields.window('time_window', {least: SECOND, most: LONGEST, unless: 5 * MINUTE})
  const groupBy = fields.groupBy(measure.kind === 'new_pattern' ? 2 : 3)
  const whole = {least: SECOND, most: LONGEST, wholeSeconds: true}
  const rule: Rule = {
    name,
    description: fields.text('description', {most: 4_000, lines: true}) ?? '',
    active: fields.boolean('is_active', true),
    severity: fields.choice('severity', SEVERITIES) ?? 'warning',
    labels: fields.labels(),
    ...fields.runbook(),
    query: filter.text,
    filter: filter.node,
    measure: spanned(measure, fields, windowMs, whole),
    ...judged,
    windowMs,
    groupBy,
    knownGroups: [],
    forMs: fields.duration('for', {least: 0, most: LONGEST, unless: 0}),
    keepOpenForMs: fields.duration('keep_open_for', {least: 0, most: LONGEST, unless: 0}),
    everyMs: fields.duration('every', {...whole, most: DAY, unless: options.everyMs ?? MINUTE}),
    latenessMs: fields.duration('lateness', {least: 0, most: DAY, unless: MINUTE}),
    renotifyMs: fields.duration('renotify', {least: 0, most: LONGEST, unless: 0}),
    notifyResolved: fields.boolean('notify_resolved', false),
    channel: fields.choice('notification_channel', CHANNELS) ?? 'console',
    channelConfig: fields.object('notification_config'),
  }
  if (groupBy.length === 1 && groupBy[0] === 'service' && holdsAtZero(rule))
    rule.knownGroups = filter.services.map((service) => [service])
  if (options.checkChannel && fields.fits('notification_channel') && fields.fits('notification_config'))
    fields.attempt('notification_config', () => options.checkChannel?.(rule.channel, {...rule.channelConfig}))
  return rule
}

interface Filter {
  node: QueryNode
  text: string
  services: string[]
}

function readFilter(fields: RuleFields): Filter {
  const query = fields.text('query', {lines: true}) ?? ''
  const levels = fields.levels()
  const services = fields.strings('services', 100)
  const node = readQuery(fields, 'query', query, {services, levels})
  return {node, text: queryTextOf(query, levels, services), services}
}

/** A query means the same whenever and wherever it is read. */
function readQuery(
  fields: RuleFields,
  name: 'query' | 'ratio_of',
  text: string,
  parts: {services: string[]; levels?: string[]},
): QueryNode {
  const read = (now: number) => buildQuery({text, ...parts, now: new Date(now), zone: UTC})
  try {
    const node = read(Date.UTC(2026, 0, 1))
    if (JSON.stringify(node) !== JSON.stringify(read(Date.UTC(2030, 6, 2, 3, 4, 5))))
      fields.refuse([name], 'names a time that depends on when it is read', [
        'Leave the time out: time_window says over which records a rule looks',
      ])
    return node
  } catch (error) {
    if (!(error instanceof LogflowError)) throw error
    fields.refuse(
      [name],
      error instanceof QueryError ? error.message : `is no query: ${error.message}`,
      error.suggestions,
    )
    return {kind: 'all'}
  }
}

/** Lengths of time are filled in by {@link spanned}, once the window is known. */
function readMeasure(fields: RuleFields, services: string[]): Measure {
  const kind = fields.choice<MeasureName>('measure', MEASURES) ?? guessed(fields)
  const only = (name: string, ...kinds: MeasureName[]) => {
    if (fields.has(name) && !kinds.includes(kind))
      fields.refuse([name], `is for measure: ${kinds.join(' and ')}, not for ${kind}`, [
        `Leave ${name} out, or say measure: ${kinds[0]}`,
      ])
  }
  only('ratio_of', 'ratio')
  only('minimum', 'ratio', 'spike')
  only('compare_with', 'spike')
  only('direction', 'spike')
  only('baseline', 'new_pattern')
  const minimum = fields.wholeNumber('minimum', 1) ?? 1
  switch (kind) {
    case 'ratio': {
      const of = readQuery(fields, 'ratio_of', fields.text('ratio_of', {lines: true}) ?? '', {services})
      return {kind, of, minimum}
    }
    case 'spike': {
      const direction = fields.choice('direction', ['up', 'down', 'both'] as const) ?? 'up'
      return {kind, direction, compareMs: 0, minimum}
    }
    case 'new_pattern':
      return {kind, baselineMs: 0}
    default:
      return {kind}
  }
}

/** What is written for one measure only says which is meant; but it must be said. */
function guessed(fields: RuleFields): MeasureName {
  if (fields.has('ratio_of') && !fields.has('measure'))
    fields.refuse(['ratio_of'], 'needs measure: ratio', ['Add measure: ratio'])
  return fields.has('ratio_of') ? 'ratio' : 'count'
}

function spanned(
  measure: Measure,
  fields: RuleFields,
  windowMs: number,
  limits: {least: number; most: number; wholeSeconds: boolean},
): Measure {
  if (measure.kind === 'spike')
    return {...measure, compareMs: fields.duration('compare_with', {...limits, unless: windowMs})}
  if (measure.kind === 'new_pattern')
    return {...measure, baselineMs: fields.duration('baseline', {...limits, unless: 24 * HOUR})}
  return measure
}

function readCondition(
  fields: RuleFields,
  kind: MeasureName,
): Pick<Rule, 'condition' | 'threshold' | 'resolveThreshold'> {
  const condition = fields.choice<Condition>('condition', CONDITIONS)
  if (kind === 'no_data') {
    for (const name of ['condition', 'threshold', 'resolve_threshold'])
      if (fields.has(name))
        fields.refuse([name], 'is not for measure: no_data, which holds where nothing matches', [
          `Leave ${name} out; for "fewer than" say measure: count, condition: less_than`,
        ])
    return {condition: 'equals', threshold: 0, resolveThreshold: 0}
  }
  if (kind === 'spike' && fields.has('condition'))
    fields.refuse(['condition'], 'is not for measure: spike, which holds at threshold times as many', [
      'Leave condition out; direction: up, down or both says which way',
    ])
  const threshold = readThreshold(fields, kind)
  const used = kind === 'spike' ? 'greater_than_or_equal' : (condition ?? 'greater_than')
  const resolveThreshold = readResolveThreshold(fields, used, threshold)
  return {condition: used, threshold, resolveThreshold}
}

function readThreshold(fields: RuleFields, kind: MeasureName): number {
  const threshold = fields.number('threshold')
  if (!fields.has('threshold')) {
    if (kind !== 'new_pattern') fields.refuse(['threshold'], 'is missing', [THRESHOLDS[kind]])
    return 0
  }
  if (threshold === undefined) return 0
  if (kind === 'spike' && threshold <= 1)
    fields.refuse(['threshold'], `must be above 1, not ${threshold}`, [THRESHOLDS.spike])
  if (threshold < 0) fields.refuse(['threshold'], `must not be below 0, not ${threshold}`, [THRESHOLDS[kind]])
  return threshold
}

const THRESHOLDS: Record<MeasureName, string> = {
  count: 'Say from which number of records it holds, such as threshold: 100',
  ratio: 'Say from which part it holds, from 0 to 1: threshold: 0.05 for 5 %',
  spike: 'Say at how many times as many it holds, such as threshold: 3',
  new_pattern: 'Leave threshold out to be told of the first such record',
  no_data: 'Leave threshold out',
}

/** On the side of the threshold where nothing is wrong. */
function readResolveThreshold(fields: RuleFields, condition: Condition, threshold: number): number {
  const resolve = fields.number('resolve_threshold')
  if (resolve === undefined || !fields.fits('threshold')) return threshold
  if (condition === 'equals')
    fields.refuse(['resolve_threshold'], 'is not for condition: equals', ['Leave resolve_threshold out'])
  const above = condition.startsWith('greater')
  if (above ? resolve > threshold : resolve < threshold)
    fields.refuse(
      ['resolve_threshold'],
      `must not be ${above ? 'above' : 'below'} the threshold ${threshold}, not ${resolve}`,
      [
        `An alert that opens ${above ? 'above' : 'below'} ${threshold} stays open until ${above ? 'fewer' : 'more'} than resolve_threshold`,
      ],
    )
  if (resolve < 0) fields.refuse(['resolve_threshold'], `must not be below 0, not ${resolve}`)
  return resolve
}
