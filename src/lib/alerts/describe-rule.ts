// A rule in words, and the records that it is about as a query: for notices, lists and errors.

import {unreachable} from '../errors/logflow-error.js'
import {durationText} from './durations.js'
import {type Condition, type GroupKey, groupValues, type Measure, type Rule} from './rule.js'

const SIGNS: Record<Condition, string> = {
  greater_than: '>',
  greater_than_or_equal: '>=',
  less_than: '<',
  less_than_or_equal: '<=',
  equals: '=',
}

/** `count > 100 in 5m`, `ratio > 5% in 5m for 2m by service`. */
export function describeCondition(rule: Rule): string {
  const parts = [`${judgement(rule)} in ${durationText(rule.windowMs)}`]
  if (rule.measure.kind === 'spike') parts.push(`compared with the ${durationText(rule.measure.compareMs)} before`)
  if (rule.measure.kind === 'new_pattern') parts.push(`not seen in the ${durationText(rule.measure.baselineMs)} before`)
  if (rule.forMs > 0) parts.push(`for ${durationText(rule.forMs)}`)
  if (rule.groupBy.length > 0) parts.push(`by ${rule.groupBy.join(', ')}`)
  return parts.join(' ')
}

function judgement({measure, condition, threshold}: Rule): string {
  switch (measure.kind) {
    case 'count':
      return `count ${SIGNS[condition]} ${threshold}`
    case 'ratio':
      return `ratio ${SIGNS[condition]} ${formatMeasured(measure, threshold)}`
    case 'no_data':
      return 'no data'
    case 'spike':
      return SPIKES[measure.direction](threshold)
    case 'new_pattern':
      return `records of new patterns ${SIGNS[condition]} ${threshold}`
    default:
      return unreachable(measure)
  }
}

const SPIKES = {
  up: (threshold: number) => `count up ${threshold}x`,
  down: (threshold: number) => `count down to 1/${threshold}`,
  both: (threshold: number) => `count up ${threshold}x or down to 1/${threshold}`,
}

/** A value of a rule or its threshold: a ratio as percent, a spike as a multiple. */
export function formatMeasured(measure: Measure, value: number): string {
  if (measure.kind === 'ratio') return `${rounded(100 * value)}%`
  if (measure.kind === 'spike') return `${rounded(value)}x`
  return String(value)
}

/** Four digits that tell something. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(4)))
}

/** The query of a rule with its levels and services, in the query language; '' for all. */
export function queryTextOf(query: string, levels: readonly string[], services: readonly string[]): string {
  const parts: string[] = []
  if (levels.length > 0) parts.push(`level:${oneOf(levels.map((level) => level.toLowerCase()))}`)
  if (services.length > 0) parts.push(`service:${oneOf(services.map(quoted))}`)
  const own = query.trim()
  if (own !== '') parts.unshift(parts.length > 0 && MAY_NEED_PARENTHESES.test(own) ? `(${own})` : own)
  return parts.join(' ')
}

/** OR binds weaker than what stands side by side. */
const MAY_NEED_PARENTHESES = /\bor\b|\|\|/i

/** The query that finds the records of one group. Of a very long value it may find a few others, too. */
export function recordsQuery(rule: Pick<Rule, 'query' | 'groupBy'>, group: GroupKey): string {
  const values = groupValues(group)
  const parts = rule.groupBy.map((name, i) => groupPart(name, values[i] ?? null))
  if (parts.length === 0) return rule.query
  const own = MAY_NEED_PARENTHESES.test(rule.query) ? `(${rule.query})` : rule.query
  return [own, ...parts].filter((part) => part !== '').join(' ')
}

function groupPart(name: string, value: string | null): string {
  const field = nameText(name)
  if (value === null) return `NOT ${field}:*`
  return `${field}:${name === 'level' ? value.toLowerCase() : quoted(value)}`
}

/** A name in a query: what is not plain there has a backslash before it. */
function nameText(name: string): string {
  return name.replace(/[^\p{L}\p{N}_.@$-]/gu, '\\$&').replace(/^[^\p{L}_@$\\]/u, '\\$&')
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? (values[0] as string) : `(${values.join(' OR ')})`
}
