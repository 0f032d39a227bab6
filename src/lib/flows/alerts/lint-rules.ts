import {MisplacedRule, type Place, type PlacedRule, placed, placeText} from '../../alerts/read-rules.js'
import type {Rule, WrittenRule} from '../../alerts/rule.js'
import {hiddenFields, nameKey} from '../../alerts/rules-diff.js'
import {LogflowError} from '../../errors/logflow-error.js'
import {readRuleFile} from './rule-files.js'

/** Something that was found in a file of rules. */
export interface RuleFinding extends Place {
  severity: 'error' | 'warning'
  /** Name of the rule, where it has one. */
  rule?: string
  message: string
  fix?: string
}

export interface FileRule {
  written: WrittenRule
  rule: Rule
  place: PlacedRule
}

export interface LintedRules {
  files: number
  /** Those that can be. */
  rules: FileRule[]
  /** In the order of the files. */
  findings: RuleFinding[]
}

export interface RuleCheck {
  /** Throws BadRule. */
  read(written: unknown): Rule
  warnings(rule: Rule, written: WrittenRule): string[]
  /** A channel's config with `***` in the place of secrets. */
  mask(rule: WrittenRule): Readonly<Record<string, unknown>>
}

/** Reads and checks rules of files: all that can be said of them without a database, the files' order kept. */
export async function lintRules(files: readonly string[], check: RuleCheck): Promise<LintedRules> {
  const linted: LintedRules = {files: files.length, rules: [], findings: []}
  const names = new Map<string, Place>()
  for (const file of files) {
    const inFile = await told(linted, () => readRuleFile(file))
    for (const place of inFile ?? []) await told(linted, () => lintOne(place, check, linted, names))
  }
  return linted
}

/** Throws the first error of them; the others are counted. */
export function refuseErrors({findings}: LintedRules): void {
  const errors = findings.filter(({severity}) => severity === 'error')
  const [first] = errors
  if (first === undefined) return
  const more = errors.length === 1 ? [] : [`logflow alerts lint FILE  shows all ${errors.length} of them`]
  throw new LogflowError('BAD_RULE', `${placeText(first)}: ${first.message}`, {
    suggestions: [...(first.fix ? [first.fix] : []), ...more],
  })
}

function lintOne(place: PlacedRule, check: RuleCheck, linted: LintedRules, names: Map<string, Place>): void {
  const rule = readPlaced(place, check)
  const written = place.written as unknown as WrittenRule
  const name = nameKey(rule.name)
  const other = names.get(name)
  if (other !== undefined) {
    throw new MisplacedRule(
      place.at(['name']),
      `the name ${JSON.stringify(rule.name)} is taken at ${placeText(other)}`,
      ['Give one of the two another name: case makes no difference'],
    )
  }
  names.set(name, place.at(['name']))
  linted.rules.push({written: {...written, name: rule.name}, rule, place})
  for (const message of check.warnings(rule, written)) {
    linted.findings.push({...place.at(fieldOf(message, written)), severity: 'warning', rule: rule.name, message})
  }
  for (const key of openSecrets(written, check)) {
    linted.findings.push({
      ...place.at(['notification_config', key]),
      severity: 'warning',
      rule: rule.name,
      message: `notification_config.${key} is a secret in a file`,
      fix: `Write $\{LOGFLOW_ALERT_${key.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}}, and set that variable where the engine runs`,
    })
  }
}

function readPlaced(place: PlacedRule, {read}: RuleCheck): Rule {
  try {
    return read(place.written)
  } catch (error) {
    throw placed(error, place)
  }
}

/** Warnings begin with the field they are about, where there is one. */
function fieldOf(message: string, written: WrittenRule): string[] {
  const field = /^([a-z_]+)\b/.exec(message)?.[1]
  return field !== undefined && field in written ? [field] : []
}

/** Keys of the channel's config that hold a secret as it is. */
function openSecrets(written: WrittenRule, {mask}: RuleCheck): string[] {
  const hidden = new Set(hiddenFields({...written, notification_config: mask(written)}))
  for (const field of hiddenFields(written)) hidden.delete(field)
  const keys = [...hidden].flatMap((field) => /^notification_config\.([^.]+)/.exec(field)?.[1] ?? [])
  return [...new Set(keys)]
}

/** What keeps a file or a rule from being read is a finding; the others are read all the same. */
async function told<T>(linted: LintedRules, work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MisplacedRule)) throw error
    const [fix] = error.suggestions
    linted.findings.push({...error.place, severity: 'error', message: error.problem, ...(fix ? {fix} : {})})
    return undefined
  }
}
