// The fields of a written rule, read one by one from what may be anything. Each mistake is noted with its field; a value
// that is wrong is then read as if it were not there, so that all mistakes of a rule are found at once.

import {nearMatch} from '../config/near-match.js'
import {LogflowError} from '../errors/logflow-error.js'
import {type GroupName, readGroupNames} from '../metrics/grouping.js'
import {targetOf} from '../query/field-names.js'
import {toLevel} from '../query/level-names.js'
import {LEVELS} from '../record/level.js'
import {BadRule, type RulePath} from './bad-rule.js'
import {durationText, readDuration} from './durations.js'

export const RULE_FIELDS = [
  'name',
  'description',
  'query',
  'levels',
  'services',
  'measure',
  'ratio_of',
  'minimum',
  'compare_with',
  'direction',
  'baseline',
  'condition',
  'threshold',
  'resolve_threshold',
  'time_window',
  'group_by',
  'for',
  'keep_open_for',
  'every',
  'lateness',
  'renotify',
  'notify_resolved',
  'severity',
  'labels',
  'runbook',
  'notification_channel',
  'notification_config',
  'is_active',
] as const

/** What people write who know other tools, and what it is here. */
const ELSEWHERE: Record<string, string> = {
  expr: 'query',
  filter: 'query',
  alert: 'name',
  level: 'levels',
  service: 'services',
  window: 'time_window',
  timeframe: 'time_window',
  num_events: 'threshold',
  query_key: 'group_by',
  by: 'group_by',
  keep_firing_for: 'keep_open_for',
  interval: 'every',
  repeat_interval: 'renotify',
  realert: 'renotify',
  annotations: 'description',
  runbook_url: 'runbook',
  channel: 'notification_channel',
  enabled: 'is_active',
  active: 'is_active',
}

interface Limits {
  /** ms */
  least: number
  most: number
  unless: number
  wholeSeconds?: boolean
}

export class RuleFields {
  readonly mistakes: BadRule[] = []
  /** False where there is nothing that could have fields. */
  readonly readable: boolean
  readonly #written: Readonly<Record<string, unknown>>

  constructor(written: unknown) {
    this.readable = isObject(written)
    this.#written = isObject(written) ? written : {}
    if (!this.readable) this.refuse([], `a rule was expected here: fields and their values, not ${shown(written)}`)
  }

  /** A field that is `null` is as if it were not there: so YAML has one with nothing after the colon. */
  has(name: string): boolean {
    return this.#value(name) !== undefined
  }

  /** Nothing is wrong with it so far. */
  fits(name: string): boolean {
    return !this.mistakes.some(({path}) => path[0] === name)
  }

  refuse(path: RulePath, problem: string, suggestions: string[] = []): void {
    this.mistakes.push(new BadRule(path, problem, suggestions))
  }

  /** Notes what another check refuses; its path stands as it is, one without a path is of `name`. */
  attempt(name: string, check: () => void): void {
    try {
      check()
    } catch (error) {
      if (!(error instanceof BadRule)) throw error
      this.mistakes.push(error.path.length > 0 ? error : new BadRule([name], error.problem, error.suggestions))
    }
  }

  checkNames(): void {
    for (const name of Object.keys(this.#written)) {
      if ((RULE_FIELDS as readonly string[]).includes(name)) continue
      const plain = name.toLowerCase().replaceAll('-', '_')
      const near = Object.hasOwn(ELSEWHERE, plain) ? ELSEWHERE[plain] : nearMatch(plain, RULE_FIELDS)
      this.refuse([name], 'there is no such field of a rule', [
        near ? `Did you mean ${near}?` : `Fields are ${RULE_FIELDS.join(', ')}`,
      ])
    }
  }

  name(): string {
    const name = this.text('name', {most: 200})
    if (!this.has('name')) this.refuse(['name'], 'is missing', ['Give the rule a name that no other has'])
    else if (name?.trim() === '') this.refuse(['name'], 'is empty', ['Give the rule a name that no other has'])
    else if (name !== undefined && name !== name.trim()) this.refuse(['name'], 'begins or ends with a blank')
    return name ?? ''
  }

  /** @param lines whether it may have several */
  text(name: string, {most = Number.POSITIVE_INFINITY, lines = false} = {}): string | undefined {
    const value = this.#value(name)
    if (value === undefined) return undefined
    return this.#text([name], value, most, lines)
  }

  #text(path: RulePath, value: unknown, most: number, lines = false): string | undefined {
    if (typeof value !== 'string') this.refuse(path, `must be text, not ${shown(value)}`, quoteHint(value))
    else if (value.length > most) this.refuse(path, `is at most ${most} characters long; this has ${value.length}`)
    else if ((lines ? CONTROLS_IN_LINES : CONTROLS).test(value)) this.refuse(path, 'holds a control character')
    else return value
    return undefined
  }

  boolean(name: string, unless: boolean): boolean {
    const value = this.#value(name)
    if (value === undefined) return unless
    if (typeof value !== 'boolean') this.refuse([name], `must be true or false, not ${shown(value)}`)
    return value === true
  }

  number(name: string): number | undefined {
    const value = this.#value(name)
    if (value === undefined) return undefined
    if (typeof value === 'number' && Number.isFinite(value)) return value
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
    this.refuse(
      [name],
      `must be a number, not ${shown(value)}`,
      Number.isFinite(number) ? [`Write ${name}: ${number}`] : [],
    )
    return undefined
  }

  wholeNumber(name: string, least: number): number | undefined {
    const value = this.number(name)
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return value
    this.refuse([name], `must be a whole number from ${least} up, not ${value}`)
    return undefined
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.#value(name)
    if (value === undefined) return undefined
    const found = choices.find((choice) => choice === value)
    if (found) return found
    const near = typeof value === 'string' ? (CHOICES[value] ?? nearMatch(value, choices)) : undefined
    const fits = choices.find((choice) => choice === near)
    this.refuse(
      [name],
      `must be one of ${choices.join(', ')}, not ${shown(value)}`,
      fits ? [`Did you mean ${fits}?`] : [],
    )
    return undefined
  }

  duration(name: string, limits: Limits): number {
    const value = this.#value(name)
    if (value === undefined) return limits.unless
    if (value === 0) return this.#within(name, 0, limits)
    if (typeof value === 'string') {
      const ms = readDuration(value)
      if (ms !== undefined) return this.#within(name, ms, limits)
    }
    const hint = typeof value === 'number' ? [`Say of what: ${name}: ${value}s, or ${value}m`] : []
    this.refuse([name], `must be a duration such as 30s, 5m or 1h30m, not ${shown(value)}`, hint)
    return limits.unless
  }

  /** A duration, or a number of minutes. */
  window(name: string, limits: Limits): number {
    const value = this.#value(name)
    if (typeof value !== 'number') return this.duration(name, {...limits, wholeSeconds: true})
    return this.#within(name, Math.round(value * 60_000), {...limits, wholeSeconds: true})
  }

  #within(name: string, ms: number, {least, most, unless, wholeSeconds}: Limits): number {
    if (!(ms >= least && ms <= most)) {
      const given = Number.isFinite(ms) && ms >= 0 ? durationText(ms) : String(this.#value(name))
      this.refuse([name], `must be from ${durationText(least)} to ${durationText(most)}, not ${given}`)
    } else if (wholeSeconds && ms % 1_000 !== 0)
      this.refuse([name], `must be of whole seconds, not ${durationText(ms)}`)
    else return ms
    return unless
  }

  levels(): string[] {
    return this.strings('levels', LEVELS.length).filter((text, i) => {
      if (toLevel(text)) return true
      const near = nearMatch(text, LEVELS)
      this.refuse(
        ['levels', i],
        `must be one of ${LEVELS.join(', ')}, not ${shown(text)}`,
        near ? [`Did you mean ${near}?`] : [],
      )
      return false
    })
  }

  strings(name: string, most: number): string[] {
    const value = this.#value(name)
    if (value === undefined) return []
    if (!Array.isArray(value)) {
      const hint = typeof value === 'string' ? [`Write ${name}: [${value}]`] : []
      this.refuse([name], `must be a list, not ${shown(value)}`, hint)
      return []
    }
    if (value.length > most) this.refuse([name], `has at most ${most} entries; this has ${value.length}`)
    return value.slice(0, most).flatMap((entry, i) => {
      const text = this.#text([name, i], entry, 500)
      if (text?.trim() === '') this.refuse([name, i], 'is empty')
      return text === undefined ? [] : [text]
    })
  }

  /** As the query language knows them, an attribute by its path alone. */
  groupBy(most: number): string[] {
    const names = this.strings('group_by', 3)
    if (names.length > most)
      this.refuse(['group_by'], `has at most ${most} fields for measure: new_pattern; this has ${names.length}`)
    const canonical = names.map((name, i) => this.#groupName(name, i))
    for (const [i, name] of canonical.entries())
      if (canonical.indexOf(name) < i) this.refuse(['group_by', i], `names ${name} a second time`)
    return canonical
  }

  #groupName(name: string, i: number): string {
    try {
      const [read] = readGroupNames([name]) as [GroupName]
      if (read.in === 'record') return read.name
      return targetIsPath(read.path) ? read.path : name
    } catch (error) {
      if (!(error instanceof LogflowError)) throw error
      this.refuse(['group_by', i], `cannot be ${shown(name)}`, error.suggestions)
      return name
    }
  }

  labels(): Record<string, string> {
    const labels: Record<string, string> = {}
    const entries = Object.entries(this.object('labels'))
    if (entries.length > 50) this.refuse(['labels'], `has at most 50 entries; this has ${entries.length}`)
    for (const [name, value] of entries) {
      const text = this.#text(['labels', name], value, 500)
      if (!LABEL.test(name)) this.refuse(['labels', name], 'a label is letters, digits, dots, _ and -, 100 at most')
      else if (name === 'rule' || name === 'severity')
        this.refuse(['labels', name], `cannot be a label: silences know ${name} as the rule's own`)
      else if (text !== undefined) labels[name] = text
    }
    return labels
  }

  runbook(): {runbook?: string} {
    const runbook = this.text('runbook', {most: 2_000})
    if (runbook === undefined) return {}
    if (URL.canParse(runbook) && /^https?:$/.test(new URL(runbook).protocol)) return {runbook}
    this.refuse(['runbook'], `must be a URL of http or https, not ${shown(runbook)}`)
    return {}
  }

  object(name: string): Record<string, unknown> {
    const value = this.#value(name)
    if (value === undefined) return {}
    if (isObject(value)) {
      if (isDeeper(value, MOST_DEPTH)) this.refuse([name], `is nested more than ${MOST_DEPTH} deep`)
      else if ((jsonOf(value)?.length ?? Number.POSITIVE_INFINITY) <= MOST_OBJECT) return value
      else this.refuse([name], `is at most ${MOST_OBJECT} characters of JSON`)
    } else this.refuse([name], `must be keys and values, not ${Array.isArray(value) ? 'a list' : `a ${typeof value}`}`)
    return {}
  }

  #value(name: string): unknown {
    const value = Object.hasOwn(this.#written, name) ? this.#written[name] : undefined
    return value === null ? undefined : value
  }
}

const CONTROLS = /\p{Cc}/u
const CONTROLS_IN_LINES = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/
const MOST_OBJECT = 20_000
const MOST_DEPTH = 20
const LABEL = /^[\w.-]{1,100}$/

/** Signs and short names of conditions and severities, as other tools have them. */
const CHOICES: Record<string, string> = {
  '>': 'greater_than',
  gt: 'greater_than',
  above: 'greater_than',
  '>=': 'greater_than_or_equal',
  gte: 'greater_than_or_equal',
  '<': 'less_than',
  lt: 'less_than',
  below: 'less_than',
  '<=': 'less_than_or_equal',
  lte: 'less_than_or_equal',
  '=': 'equals',
  '==': 'equals',
  eq: 'equals',
  error: 'critical',
  page: 'critical',
  warn: 'warning',
  frequency: 'count',
  flatline: 'no_data',
  absent: 'no_data',
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A path that means an attribute without `attributes.` before it. */
function targetIsPath(path: string): boolean {
  const target = targetOf([path])
  return target.kind === 'fields' && target.fields.every((field) => field.in === 'attributes')
}

function quoteHint(value: unknown): string[] {
  return typeof value === 'number' || typeof value === 'boolean' ? [`Quote it: "${value}"`] : []
}

/** Of a value in a message, short. */
function shown(value: unknown): string {
  if (typeof value === 'number') return String(value)
  const text = jsonOf(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** Looks no deeper than that, so that it ends also with what holds itself. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1))
}

/** `undefined` of what has none, such as a thing that holds itself. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
