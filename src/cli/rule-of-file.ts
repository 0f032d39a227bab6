import {placed} from '../lib/alerts/read-rules.js'
import type {Rule, WrittenRule} from '../lib/alerts/rule.js'
import {readRuleFile} from '../lib/flows/alerts/rule-files.js'
import {UsageError} from './show-error.js'

export interface FoundRule {
  written: WrittenRule
  rule: Rule
}

/** The rule of a file, by its name where the file has several. Throws USAGE, FILE_UNREADABLE, BAD_RULE with the place. */
export async function ruleOfFile(
  file: string,
  name: string | undefined,
  read: (written: unknown) => Rule,
): Promise<FoundRule> {
  const rules = await readRuleFile(file)
  const names = rules.map(({written}) => String(written.name))
  const found = name === undefined ? (rules.length === 1 ? rules[0] : undefined) : rules[names.indexOf(name)]
  if (!found) {
    const problem =
      name === undefined ? `${file} has ${rules.length} rules` : `${file} has no rule ${JSON.stringify(name)}`
    throw new UsageError(problem, [`Name one of them: ${names.join(', ')}`])
  }
  try {
    return {written: found.written as unknown as WrittenRule, rule: read(found.written)}
  } catch (error) {
    throw placed(error, found)
  }
}
