// What is allowed in a rule and yet seldom meant. Pure; a sentence each, the field first.

import {nearMatch} from '../config/near-match.js'
import {NUMBER_FIELDS, type QueryNode, STRING_FIELDS} from '../query/query.js'
import {compare, holdsAtZero} from './condition.js'
import {durationText} from './durations.js'
import type {Rule} from './rule.js'
import {gcd} from './stretches.js'

const HOUR = 3_600_000
/** Counts that are asked for between two evaluations, as a window's edges lie apart from them. */
const MOST_STEPS = 20

/** @param written the same rule, as it was written */
export function lintRule(rule: Rule, written: unknown): string[] {
  const fields = (typeof written === 'object' && written !== null ? written : {}) as Record<string, unknown>
  const has = (name: string) => fields[name] !== undefined && fields[name] !== null
  return [...fieldWarnings(rule), ...conditionWarnings(rule), ...timeWarnings(rule, has), ...noticeWarnings(rule, has)]
}

const RECORD_NAMES = ['level', 'message', ...STRING_FIELDS, ...NUMBER_FIELDS.filter((name) => !name.includes('.'))]

/**
 * Attributes whose names are all but that of a field of the record: no record may have them, and then such a rule never
 * matches, or groups nothing. What stands in an attribute on purpose is written attributes.NAME.
 */
export function fieldWarnings({filter, measure, groupBy}: Rule): string[] {
  const places = [
    ['query', attributesIn(filter)],
    ['ratio_of', measure.kind === 'ratio' ? attributesIn(measure.of) : []],
    ['group_by', groupBy.filter((name) => !name.startsWith('attributes.'))],
  ] as const
  return places.flatMap(([field, names]) =>
    [...new Set(names)].flatMap((name) => {
      const near = RECORD_NAMES.some((known) => known === name) ? undefined : slipOf(name)
      return near === undefined ? [] : [`${field}: ${name} is no field of records, and so an attribute; ${near} is one`]
    }),
  )
}

/** The first letter is seldom the wrong one, and the beginning of a name is a name of its own: `trace`, `span`. */
function slipOf(name: string): string | undefined {
  const written = name.toLowerCase()
  const near = nearMatch(written, RECORD_NAMES)
  if (near === undefined || near[0] !== written[0]) return undefined
  return near !== written && near.startsWith(written) ? undefined : near
}

function attributesIn(node: QueryNode): string[] {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.nodes.flatMap(attributesIn)
    case 'not':
      return attributesIn(node.node)
    case 'field':
      return node.field.in === 'attributes' ? [node.field.path] : []
    default:
      return []
  }
}

function conditionWarnings(rule: Rule): string[] {
  const {measure, condition, threshold, resolveThreshold} = rule
  const warnings: string[] = []
  const most = measure.kind === 'ratio' ? 1 : Number.POSITIVE_INFINITY
  if (measure.kind !== 'no_data' && measure.kind !== 'spike') {
    if (!canHold(rule, most)) warnings.push(`threshold: the condition ${condition} ${threshold} can never hold`)
    else if (compare(condition, 0, threshold) && compare(condition, most, threshold))
      warnings.push(`threshold: the condition ${condition} ${threshold} always holds`)
    else if (
      resolveThreshold !== threshold &&
      compare(condition, 0, resolveThreshold) &&
      compare(condition, most, resolveThreshold)
    )
      warnings.push(`resolve_threshold: an alert never resolves, as ${condition} ${resolveThreshold} always holds`)
  }
  if (measure.kind === 'ratio' && condition === 'equals' && threshold > 0 && threshold < 1)
    warnings.push('condition: a ratio seldom equals a number exactly; use greater_than_or_equal or less_than_or_equal')
  if (measure.kind === 'ratio' && rule.filter.kind === 'all')
    warnings.push('query: it takes all records, so that the ratio is always 1; say which are the bad ones')
  if (measure.kind === 'ratio' && measure.minimum === 1)
    warnings.push('minimum: one single record is enough to be 100 %; ask for more, such as minimum: 20')
  if (measure.kind === 'spike' && measure.minimum === 1)
    warnings.push('minimum: one single record before is enough to compare with; ask for more, such as minimum: 20')
  if (measure.kind === 'new_pattern' && rule.filter.kind === 'all')
    warnings.push(
      'query: it takes all records: of more than 500,000 different messages in the baseline nothing can be said; narrow it, as to level>=warn',
    )
  if (measure.kind === 'count' && rule.filter.kind === 'all' && !holdsAtZero(rule))
    warnings.push('query: it takes all records, whatever they say')
  return warnings
}

function canHold({condition, threshold, measure}: Rule, most: number): boolean {
  if (condition === 'equals') return threshold <= most && (measure.kind === 'ratio' || Number.isInteger(threshold))
  return compare(condition, 0, threshold) || compare(condition, most, threshold)
}

function timeWarnings(rule: Rule, has: (name: string) => boolean): string[] {
  const {windowMs, everyMs, forMs, keepOpenForMs, latenessMs, measure} = rule
  const warnings: string[] = []
  if (windowMs < everyMs)
    warnings.push(
      `time_window: evaluations are ${durationText(everyMs)} apart and look at ${durationText(windowMs)} each: records between are never looked at`,
    )
  if (forMs > 0 && forMs < everyMs)
    warnings.push(
      `for: it is shorter than the ${durationText(everyMs)} between evaluations, and so counts as that long`,
    )
  if (windowMs > everyMs && everyMs / gcd(windowMs, everyMs) > MOST_STEPS)
    warnings.push(
      `time_window: it is no multiple of the ${durationText(everyMs)} between evaluations, which makes each of them dear`,
    )
  const noisy = windowMs <= 10 * 60_000 && measure.kind !== 'new_pattern'
  if (noisy && keepOpenForMs === 0 && !has('resolve_threshold'))
    warnings.push(
      `keep_open_for: without it (or resolve_threshold) a value that swings about the threshold makes an alert each time; keep_open_for: ${durationText(Math.max(windowMs, 2 * everyMs))} makes it one`,
    )
  if (latenessMs === 0) warnings.push('lateness: records that come late are never counted')
  if (measure.kind === 'no_data' && windowMs <= latenessMs)
    warnings.push('time_window: it is as short as lateness; what is only late would look like no data')
  return warnings
}

function noticeWarnings(rule: Rule, has: (name: string) => boolean): string[] {
  const warnings: string[] = []
  if (rule.severity === 'critical' && rule.runbook === undefined)
    warnings.push('runbook: a critical alert should say what to do; add a link')
  if (rule.severity === 'critical' && rule.channel === 'console')
    warnings.push('notification_channel: a critical alert is told on the console only, where nobody may be looking')
  if (rule.groupBy.includes('message'))
    warnings.push('group_by: messages have many values: each may become an alert of its own; patterns are for that')
  if (rule.groupBy.some((name) => MANY_VALUES.has(name)))
    warnings.push('group_by: each request or trace has an id of its own, and would become an alert of its own')
  if (rule.renotifyMs > 0 && rule.renotifyMs < Math.max(5 * 60_000, rule.everyMs))
    warnings.push(`renotify: every ${durationText(rule.renotifyMs)} is often; an hour (1h) is usual`)
  if (rule.renotifyMs > 24 * HOUR) warnings.push('renotify: it is longer than a day')
  if (!has('description') && rule.severity !== 'info') warnings.push('description: say what it means when this fires')
  return warnings
}

const MANY_VALUES: ReadonlySet<string> = new Set([
  'trace_id',
  'span_id',
  'parent_span_id',
  'correlation_id',
  'request_id',
])
