import type {WrittenRule} from './rule.js'
import {RULE_FIELDS} from './rule-fields.js'
import {MANAGED_BY} from './rules-diff.js'

/** A rule as it goes into a file: its fields in the order people read them, without the mark of apply. */
export function exportedRule(rule: WrittenRule): WrittenRule {
  const {[MANAGED_BY]: _, ...labels} = rule.labels ?? {}
  const known = rule as unknown as Record<string, unknown>
  const fields = RULE_FIELDS.flatMap((field): Array<[string, unknown]> => {
    const value = field === 'labels' ? labels : known[field]
    return isEmpty(value) || (field === 'is_active' && value === true) ? [] : [[field, value]]
  })
  return Object.fromEntries(fields) as unknown as WrittenRule
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** Rules as YAML that `alerts apply` reads: a document each. */
export async function rulesYaml(rules: readonly WrittenRule[]): Promise<string> {
  const {stringify} = await import('yaml')
  return rules.map((rule) => stringify(rule, {lineWidth: 0})).join('---\n')
}

/** A name for the file of each rule: `high-error-rate.yaml`; no two the same, whatever their case. */
export function fileNames(rules: readonly Pick<WrittenRule, 'name'>[]): string[] {
  const taken = new Set<string>()
  return rules.map(({name}) => {
    const plain = name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/\p{M}+/gu, '')
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 80)
    const base = plain === '' ? 'rule' : plain
    let file = base
    for (let n = 2; taken.has(file); n++) file = `${base}-${n}`
    taken.add(file)
    return `${file}.yaml`
  })
}
