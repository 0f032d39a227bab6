import {readDuration} from './durations.js'
import type {WrittenRule} from './rule.js'

/**
 * The label that says that a rule was made by `alerts apply`: `apply`, or `apply/NAME` of a set that was given a name. So
 * everybody sees it, and can put it on a rule or take it off to hand it over. It is no difference between two rules.
 */
export const MANAGED_BY = 'managed_by'

/** A field that two rules have differently; a nested one by its path: `labels.team`. Absent: not written there. */
export interface FieldChange {
  field: string
  from?: unknown
  to?: unknown
}

export interface RuleDiff {
  fields: FieldChange[]
  /** Secrets of which neither says what they are, so that nobody can tell whether they differ. */
  hidden: string[]
}

export interface DiffOptions {
  /** A channel's config as it is shown: with `***` for secrets. */
  mask(rule: WrittenRule): Readonly<Record<string, unknown>>
}

/**
 * What would change if a stored rule became the wanted one: of what they mean, not of how it is written (`60s` is `1m`,
 * and what is left out has its usual value). Values are as they were written, secrets masked.
 */
export function diffRules(stored: WrittenRule, wanted: WrittenRule, {mask}: DiffOptions): RuleDiff {
  const shown = {...wanted, ...(wanted.notification_config ? {notification_config: mask(wanted)} : {})}
  const [before, after] = [leavesOf(stored), leavesOf(shown)]
  const fields: FieldChange[] = []
  for (const field of new Set([...before.keys(), ...after.keys()])) {
    const [from, to] = [before.get(field), after.get(field)]
    if (JSON.stringify(from?.means) === JSON.stringify(to?.means)) continue
    fields.push({field, ...(from ? {from: from.written} : {}), ...(to ? {to: to.written} : {})})
  }
  const said = leavesOf(wanted)
  const changed = new Set(fields.map(({field}) => field))
  const hidden = [...after].flatMap(([field, {written}]) =>
    isHidden(written) && !changed.has(field) && said.get(field)?.written !== written ? [field] : [],
  )
  return {fields, hidden}
}

/** Where a rule has `***` in the place of a secret, which nobody but the database knows. */
export function hiddenFields(rule: WrittenRule): string[] {
  return [...leavesOf(rule)].flatMap(([field, {written}]) => (isHidden(written) ? [field] : []))
}

function isHidden(value: unknown): boolean {
  return typeof value === 'string' && value.includes('***')
}

/** Names are one where they differ in case alone. */
export function nameKey(name: unknown): string {
  return String(name).normalize('NFC').toLowerCase()
}

interface Leaf {
  written: unknown
  /** The same for all that means the same. */
  means: unknown
}

/** Every field that says something else than leaving it out does. */
function leavesOf(rule: WrittenRule): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>()
  for (const [field, written] of Object.entries(rule)) {
    if (written === undefined || written === null) continue
    if (NESTED.has(field)) nestedLeaves(field, written as Record<string, unknown>, leaves)
    else {
      const means = meaningOf(field, written)
      if (JSON.stringify(means) !== JSON.stringify(usual(field, rule))) leaves.set(field, {written, means})
    }
  }
  return leaves
}

const NESTED = new Set(['labels', 'notification_config'])

function nestedLeaves(prefix: string, value: Record<string, unknown>, into: Map<string, Leaf>): void {
  for (const [key, written] of Object.entries(value)) {
    const field = `${prefix}.${key}`
    if (field === `labels.${MANAGED_BY}` || written === undefined) continue
    if (written !== null && typeof written === 'object' && !Array.isArray(written)) {
      nestedLeaves(field, written as Record<string, unknown>, into)
    } else into.set(field, {written, means: written})
  }
}

/** As rule.ts has it. */
const USUAL: Record<string, unknown> = {
  description: '',
  query: '',
  levels: [],
  services: [],
  measure: 'count',
  ratio_of: '',
  minimum: 1,
  direction: 'up',
  baseline: 86_400_000,
  condition: 'greater_than',
  time_window: 300_000,
  group_by: [],
  for: 0,
  keep_open_for: 0,
  lateness: 60_000,
  renotify: 0,
  notify_resolved: false,
  severity: 'warning',
  notification_channel: 'console',
  is_active: true,
}

function usual(field: string, rule: WrittenRule): unknown {
  if (field === 'threshold') return rule.measure === 'no_data' || rule.measure === 'new_pattern' ? 0 : undefined
  if (field === 'compare_with') return meaningOf('time_window', rule.time_window ?? '5m')
  if (field === 'resolve_threshold') return rule.threshold
  return USUAL[field]
}

const DURATIONS = new Set([
  'time_window',
  'compare_with',
  'baseline',
  'for',
  'keep_open_for',
  'every',
  'lateness',
  'renotify',
])

function meaningOf(field: string, written: unknown): unknown {
  if (DURATIONS.has(field)) {
    if (typeof written === 'number') return field === 'time_window' ? written * 60_000 : written
    return readDuration(String(written)) ?? written
  }
  if (field === 'levels' && Array.isArray(written)) return written.map((level) => String(level).toUpperCase()).sort()
  if (field === 'services' && Array.isArray(written)) return [...written].sort()
  return written
}
