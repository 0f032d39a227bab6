import type {StoredRule} from './alerts.js'
import type {PlacedRule} from './read-rules.js'
import type {WrittenRule} from './rule.js'
import {type DiffOptions, diffRules, type FieldChange, MANAGED_BY, nameKey} from './rules-diff.js'
import {writtenOf} from './written-of.js'

/** A rule of a file that was checked. */
export interface WantedRule {
  written: WrittenRule
  place: PlacedRule
}

export interface PlanOptions extends DiffOptions {
  /** Which rules that are in none of the files are deleted: those that apply made (under the same set), or all. */
  prune: 'none' | 'applied' | 'all'
  /** Tells apart what is applied from several places. */
  set?: string
  /** Rules whose secrets cannot be compared are sent again. */
  rewriteSecrets: boolean
}

export type RuleStep = {name: string} & (
  | {action: 'create'; send: WrittenRule; fields: FieldChange[]}
  | {action: 'change'; send: WrittenRule; stored: StoredRule; fields: FieldChange[]; hidden: string[]}
  | {action: 'same'; stored: StoredRule; hidden: string[]}
  | {action: 'delete'; stored: StoredRule}
)

export interface ChangePlan {
  /** Those of the files in their order, then what is deleted. */
  steps: RuleStep[]
  /** Rules that apply made and that are in none of the files, where nothing is deleted. */
  left: string[]
}

/**
 * What makes the stored rules those of the files. No two wanted rules have the same name. A rule that was switched off
 * stays so unless its file says `is_active`.
 */
export function planChanges(
  stored: readonly StoredRule[],
  wanted: readonly WantedRule[],
  options: PlanOptions,
): ChangePlan {
  const mark = options.set === undefined ? 'apply' : `apply/${options.set}`
  const known = new Map(stored.map((rule) => [nameKey(rule.name), rule]))
  const named = new Set(wanted.map(({written}) => nameKey(written.name)))
  const steps = wanted.map(({written}) => stepFor(written, known.get(nameKey(written.name)), mark, options))
  const others = stored.filter(({name}) => !named.has(nameKey(name)))
  const made = others.filter(({labels}) => labels?.[MANAGED_BY] === mark)
  const gone = options.prune === 'all' ? others : options.prune === 'applied' ? made : []
  steps.push(...gone.map((rule): RuleStep => ({action: 'delete', name: rule.name, stored: rule})))
  return {steps, left: options.prune === 'none' ? made.map(({name}) => name) : []}
}

function stepFor(written: WrittenRule, stored: StoredRule | undefined, mark: string, options: PlanOptions): RuleStep {
  const {name} = written
  if (stored === undefined) {
    const {fields} = diffRules({} as WrittenRule, written, options)
    return {action: 'create', name, send: marked(written, mark), fields}
  }
  const wanted = stored.is_active === false ? {is_active: false, ...written} : written
  const {fields, hidden} = diffRules(writtenOf(stored), wanted, options)
  if (fields.length === 0 && !(options.rewriteSecrets && hidden.length > 0)) {
    return {action: 'same', name: stored.name, stored, hidden}
  }
  // Whoever made it stays the one who did: a rule made by hand is not taken over, and so never pruned.
  return {
    action: 'change',
    name: stored.name,
    send: marked(wanted, stored.labels?.[MANAGED_BY]),
    stored,
    fields,
    hidden,
  }
}

function marked(written: WrittenRule, mark: string | undefined): WrittenRule {
  if (mark === undefined || written.labels?.[MANAGED_BY] !== undefined) return written
  return {...written, labels: {...written.labels, [MANAGED_BY]: mark}}
}

/** How many of each. */
export function countSteps({steps}: ChangePlan): Record<RuleStep['action'], number> {
  const counts = {create: 0, change: 0, same: 0, delete: 0}
  for (const {action} of steps) counts[action]++
  return counts
}
