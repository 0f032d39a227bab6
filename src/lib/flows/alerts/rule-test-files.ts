import {dirname, resolve} from 'node:path'
import type {CheckedFile, CheckedTest} from '../../alerts/checked-test.js'
import {readRuleTests} from '../../alerts/read-rule-tests.js'
import {placed} from '../../alerts/read-rules.js'
import type {Rule} from '../../alerts/rule.js'
import {nearMatch} from '../../config/near-match.js'
import {readRuleFile, readSmallFile} from './rule-files.js'
import {runRuleTest} from './run-rule-test.js'

/** Throws BadRule. */
export type ReadRule = (written: unknown) => Rule

/** Runs the tests of a file. Throws BAD_RULE with file and line where the tests or a rule cannot be read. */
export async function runRuleTestFile(file: string, readRule: ReadRule): Promise<CheckedFile> {
  const {rules: named, tests} = await readRuleTests(file, await readSmallFile(file), nearMatch)
  const rules: Rule[] = []
  for (const name of named) rules.push(...(await rulesOf(resolve(dirname(file), name), readRule)))
  const checked: CheckedTest[] = []
  for (const test of tests) checked.push(await runRuleTest(test, rules))
  return {file, passed: checked.every(({passed}) => passed), tests: checked}
}

/** The rules of a file, checked. */
export async function rulesOf(path: string, readRule: ReadRule): Promise<Rule[]> {
  return (await readRuleFile(path)).map((one) => {
    try {
      return readRule(one.written)
    } catch (error) {
      throw placed(error, one)
    }
  })
}
