import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {readRule} from '../src/lib/alerts/check-rule.js'
import {lintRule} from '../src/lib/alerts/lint-rule.js'
import {readRuleFile} from '../src/lib/flows/alerts/rule-files.js'
import {runRuleTestFile} from '../src/lib/flows/alerts/rule-test-files.js'

// The rules that are shipped as examples: each is one that lint has nothing to say of, and each is proven by its tests.

const FOLDER = join(import.meta.dirname, '../examples/alerts')
const FILES = readdirSync(FOLDER)
const RULES = FILES.filter((file) => !file.includes('.test.'))

test('every subject that is promised has its rule', () => {
  expect(RULES.sort()).toEqual([
    'brute-force-sign-ins.yaml',
    'clock-unsynchronised.yaml',
    'dead-letter-growth.yaml',
    'error-rate.yaml',
    'failing-host.yaml',
    'latency.yaml',
    'leaked-secret.yaml',
    'pipeline-lag.yaml',
    'quiet-service.yaml',
    'restart-loop.yaml',
    'traffic-drop.yaml',
  ])
})

test.each(RULES)('%s has nothing that lint warns of', async (file) => {
  const rules = await readRuleFile(join(FOLDER, file))
  expect(rules).toHaveLength(1)
  for (const {written} of rules) expect(lintRule(readRule(written), written)).toEqual([])
})

test.each(RULES)('%s does what its unit test says', async (file) => {
  const checked = await runRuleTestFile(join(FOLDER, file.replace('.yaml', '.test.yaml')), readRule)
  const differing = checked.tests.flatMap(({name, steps, notices}) => [
    ...steps.filter(({passed}) => !passed).map((step) => ({name, ...step})),
    ...(notices && !notices.passed ? [{name, ...notices}] : []),
  ])
  expect(differing).toEqual([])
  expect(checked.passed).toBe(true)
  // it opens somewhere, and somewhere it does not: a test that cannot fail proves nothing
  const states = new Set(checked.tests.flatMap(({steps}) => steps.map(({got}) => got.state)))
  expect([...states]).toEqual(expect.arrayContaining(['open', 'inactive']))
})
