import type {BadRule} from '../../alerts/bad-rule.js'
import {MisplacedRule, type Place, type PlacedRule, placeText} from '../../alerts/read-rules.js'
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
  /** The rule, or all that is wrong with it. */
  check(written: unknown): {rule: Rule} | {rule?: undefined; mistakes: readonly BadRule[]}
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
    for (const place of inFile ?? []) lintOne(place, check, linted, names)
  }
  const order = new Map(files.map((file, index) => [file, index]))
  linted.findings.sort((a, b) => indexIn(order, a) - indexIn(order, b) || a.line - b.line || a.column - b.column)
  return linted
}

function indexIn(order: ReadonlyMap<string, number>, {file}: Place): number {
  return order.get(file) ?? 0
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
  const checked = check.check(place.written)
  const named = typeof place.written.name === 'string' ? {rule: place.written.name} : {}
  if (checked.rule === undefined) {
    for (const {path, message, suggestions} of checked.mistakes) {
      const fix = suggestions[0] === undefined ? {} : {fix: suggestions[0]}
      linted.findings.push({...place.at(path), severity: 'error', ...named, message, ...fix})
    }
    return
  }
  const {rule} = checked
  const other = names.get(nameKey(rule.name))
  if (other !== undefined) {
    linted.findings.push({
      ...place.at(['name']),
      severity: 'error',
      ...named,
      message: `name: ${JSON.stringify(rule.name)} is taken at ${placeText(other)}`,
      fix: 'Give one of the two another name: case makes no difference',
    })
    return
  }
  names.set(nameKey(rule.name), place.at(['name']))
  const written = place.written as unknown as WrittenRule
  linted.rules.push({written, rule, place})
  linted.findings.push(...warningsOf({written, rule, place}, check))
}

function warningsOf({written, rule, place}: FileRule, check: RuleCheck): RuleFinding[] {
  const warning = (path: string[], message: string, fix?: string): RuleFinding => {
    return {...place.at(path), severity: 'warning', rule: rule.name, message, ...(fix ? {fix} : {})}
  }
  return [
    ...check.warnings(rule, written).map((message) => warning(fieldOf(message, written), message)),
    ...openSecrets(written, check).map((key) =>
      warning(
        ['notification_config', key],
        `notification_config.${key}: holds a secret, in a file`,
        `Write $\{LOGFLOW_ALERT_${key.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}}, and set that variable where the engine runs`,
      ),
    ),
    ...hiddenFields(written).map((field) =>
      warning(field.split('.'), `${field}: is hidden (***), which only a rule that is there already can fill in`),
    ),
  ]
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

/** What keeps a file from being read as rules is a finding; the others are read all the same. */
async function told<T>(linted: LintedRules, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MisplacedRule)) throw error
    const [fix] = error.suggestions
    linted.findings.push({...error.place, severity: 'error', message: error.problem, ...(fix ? {fix} : {})})
    return undefined
  }
}
