import {expect, test} from 'vitest'
import {readRule} from '../../../../src/lib/alerts/check-rule.js'
import {readRuleTests} from '../../../../src/lib/alerts/read-rule-tests.js'
import type {WrittenRule} from '../../../../src/lib/alerts/rule.js'
import {runRuleTest} from '../../../../src/lib/flows/alerts/run-rule-test.js'
import {testRecords} from '../../../../src/lib/flows/alerts/test-records.js'

const errors: WrittenRule = {
  name: 'errors',
  query: 'level:error',
  threshold: 2,
  time_window: '1m',
  group_by: ['service'],
}

async function run(test: string, ...rules: WrittenRule[]) {
  const {tests} = await readRuleTests('t.yaml', `rules: [r.yaml]\ntests:\n${test}`)
  return runRuleTest(
    tests[0] as (typeof tests)[number],
    (rules.length > 0 ? rules : [errors]).map((rule) => readRule(rule)),
  )
}

const BURST = `
  - records:
      - {at: 30s, count: 5, every: 1s, level: ERROR, service: mail, message: 'lost {n}'}
      - {at: 30s, count: 5, every: 1s, level: ERROR, service: shop, message: 'lost {n}'}
      - {at: 30s, count: 1, level: ERROR, service: auth, message: 'odd'}
`

test('each step tells what was wanted, what came, and what was measured', async () => {
  const checked = await run(`${BURST}
    expect:
      - {at: 30s, group: {service: mail}, state: inactive}
      - {at: 1m, group: {service: mail}, state: open, value: 5}
      - {at: 1m59s, group: {service: mail}, state: open, value: 5}
      - {at: 2m, group: {service: mail}, state: inactive}
      - {at: 1m, group: {service: auth}, state: open}
      - {at: 1m, state: open, groups: 2}
      - {at: 1m, group: {service: nobody}, state: inactive}
`)
  expect(checked.steps.map(({got, evaluated, passed}) => [evaluated, got, passed])).toEqual([
    [undefined, {state: 'inactive'}, true],
    ['2026-01-01T00:01:00.000Z', {state: 'open', value: 5}, true],
    ['2026-01-01T00:01:00.000Z', {state: 'open', value: 5}, true],
    ['2026-01-01T00:02:00.000Z', {state: 'inactive'}, true],
    ['2026-01-01T00:01:00.000Z', {state: 'inactive', value: 1}, false],
    ['2026-01-01T00:01:00.000Z', {state: 'open', value: 5, groups: 2}, true],
    ['2026-01-01T00:01:00.000Z', {state: 'inactive'}, true],
  ])
  expect(checked).toMatchObject({passed: false, records: 11, evaluations: 2})
})

test('a value that differs fails, and so does a number of groups', async () => {
  const {steps} = await run(`${BURST}
    expect:
      - {at: 1m, group: {service: mail}, state: open, value: 4}
      - {at: 1m, state: open, groups: 3}
      - {at: 1m, state: inactive}
`)
  expect(steps.map(({passed}) => passed)).toEqual([false, false, false])
})

test('notices are all that were sent, one for the alerts of an evaluation', async () => {
  const notices = async (list: string) =>
    (await run(`${BURST}\n    until: 10m\n    expect: []\n    notices: ${list}`)).notices
  expect(await notices('[{at: 1m, opened: 2}]')).toMatchObject({passed: true})
  expect(await notices('[{at: 1m, rule: errors}]')).toMatchObject({passed: true})
  for (const wrong of ['[]', '[{at: 1m, opened: 1}]', '[{at: 2m}]', '[{at: 1m}, {at: 2m}]', '[{at: 1m, resolved: 1}]'])
    expect(await notices(wrong)).toMatchObject({passed: false, got: [{at: '1m', rule: 'errors', opened: 2}]})
})

test('a silence keeps its notices back, and no others', async () => {
  const {notices, steps} = await run(`${BURST}
    silences: [{from: 0s, until: 1h, matchers: {service: mail}}]
    expect: [{at: 1m, group: {service: mail}, state: open}]
    notices: [{at: 1m, opened: 1}]
`)
  expect(steps[0]?.passed).toBe(true)
  expect(notices).toMatchObject({passed: true, got: [{at: '1m', rule: 'errors', opened: 1}]})
})

test('rules of one file are tested side by side, each named', async () => {
  const slow: WrittenRule = {...errors, name: 'slow', for: '2m', group_by: []}
  const checked = await run(
    `
  - records: [{at: 0s, until: 5m, every: 10s, level: ERROR, service: mail}]
    expect:
      - {at: 2m, rule: errors, state: open}
      - {at: 2m, rule: slow, state: pending}
      - {at: 3m, rule: slow, state: open}
    notices: [{at: 1m, rule: errors}, {at: 3m, rule: slow}]
`,
    errors,
    slow,
  )
  expect(checked.passed).toBe(true)
})

test.each([
  ['no rule is named, and there are two', '{at: 1m, state: open}', 't.yaml:3:15: say which rule is meant'],
  ['a rule that is not there', '{at: 1m, rule: other, state: open}', 'there is no rule "other"'],
  ['a group of other fields', '{at: 1m, rule: errors, group: {host: a}, state: open}', 'errors groups by service'],
  ['a group of a rule without any', '{at: 1m, rule: whole, group: {host: a}, state: open}', 'whole has no group_by'],
])('refuses: %s', async (_, step, message) => {
  const whole: WrittenRule = {...errors, name: 'whole', group_by: []}
  await expect(run(`  - {expect: [${step}]}`, errors, whole)).rejects.toThrow(message)
})

test('records are what their lines become when they are shipped, at the times of the test', async () => {
  const {tests} = await readRuleTests(
    't.yaml',
    `
rules: [r.yaml]
tests:
  - expect: [{at: 1m, state: open}]
    records:
      - {at: -1s, count: 2, every: 500ms, level: warning, service: shop, msg: 'no {n}', durationMs: 12, user: {id: 'u{n}'}}
      - {at: 5s, line: '2020-05-05T05:05:05Z ERROR [shop] out of stock', service: orders, region: eu}
`,
  )
  const records = [...testRecords(tests[0] as (typeof tests)[number])]
  expect(records.map((record) => record['@timestamp'])).toEqual([
    '2025-12-31T23:59:59.000Z',
    '2025-12-31T23:59:59.500Z',
    '2026-01-01T00:00:05.000Z',
  ])
  expect(records[1]).toMatchObject({
    level: 'WARN',
    service: 'shop',
    message: 'no 1',
    duration_ms: 12,
    attributes: {user: {id: 'u1'}},
  })
  expect(records[2]).toMatchObject({level: 'ERROR', service: 'orders', attributes: {region: 'eu'}})
  expect(records[2]?.message).toContain('out of stock')
  expect(new Set(records.map(({id}) => id)).size).toBe(3)
})
