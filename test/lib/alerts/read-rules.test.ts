import {expect, test} from 'vitest'
import {BadRule} from '../../../src/lib/alerts/bad-rule.js'
import {placed, placeText, readRules} from '../../../src/lib/alerts/read-rules.js'

const names = async (text: string) => (await readRules('r.yaml', text)).map(({written}) => written.name)

test.each([
  ['one rule', 'name: a\nquery: x\n', ['a']],
  ['a list', '- name: a\n- name: b\n', ['a', 'b']],
  ['a list under rules', 'rules:\n  - name: a\n  - name: b\n', ['a', 'b']],
  [
    'documents of every kind',
    'name: a\n---\n- name: b\n---\nrules: [{name: c}]\n---\n# nothing here\n',
    ['a', 'b', 'c'],
  ],
  ['JSON', '{"rules": [{"name": "a"}]}', ['a']],
  [
    'aliases',
    'rules:\n- &first {name: a, notification_config: &to {url: x}}\n- {name: b, notification_config: *to}\n',
    ['a', 'b'],
  ],
])('%s', async (_, text, expected) => {
  expect(await names(text)).toEqual(expected)
})

test('aliases are filled in', async () => {
  const [, second] = await readRules('r.yaml', '- notification_config: &to {url: x}\n- notification_config: *to\n')
  expect(second?.written).toEqual({notification_config: {url: 'x'}})
})

test.each<[string, Array<string | number>, string]>([
  ['the rule', [], '2:3'],
  ['a key', ['threshold'], '4:3'],
  ['a key within', ['notification_config', 'url'], '6:5'],
  ['one of a list', ['group_by', 1], '7:23'],
  ['what is not written, at what is around it', ['notification_config', 'secret'], '5:3'],
  ['what is not written at all, at the rule', ['query'], '2:3'],
])('finds the place of %s', async (_, path, expected) => {
  const text = `---
- name: a
  labels: {}
  threshold: many
  notification_config:
    url: https://example.com
  group_by: [service, nothing]
`
  const [rule] = await readRules('r.yaml', text)
  expect(placeText(rule?.at(path) as never)).toBe(`r.yaml:${expected}`)
})

test('an error of a rule gets the place in front, and keeps what to do', async () => {
  const [rule] = await readRules('r.yaml', 'name: a\nthreshold: many\n')
  const error = placed(new BadRule(['threshold'], 'must be a number, not "many"', ['Write 50']), rule as never)
  expect(error).toMatchObject({
    code: 'BAD_RULE',
    message: 'r.yaml:2:1: threshold: must be a number, not "many"',
    suggestions: ['Write 50'],
  })
  const other = new Error('x')
  expect(placed(other, rule as never)).toBe(other)
})

test.each([
  ['', 'r.yaml:1:1: there is no rule in it'],
  ['# nothing\n', 'r.yaml:1:1: there is no rule in it'],
  ['rules: []\n', 'r.yaml:1:1: there is no rule in it'],
  ['just text\n', 'r.yaml:1:1: a rule is `key: value` lines'],
  ['- name: a\n- 7\n', 'r.yaml:2:3: a rule is `key: value` lines'],
  ['name: a\nname: b\n', 'r.yaml:2:1: Map keys must be unique'],
  ['name: a\n\tquery: b\n', /^r\.yaml:2:1: .*[Tt]ab/],
  ['name: [a\n', /^r\.yaml:2:1: /],
  ['name: a\n---\nname: "b\n', /^r\.yaml:4:1: /],
  ['name: *nobody\n', /^r\.yaml:1:\d+: .*nobody/],
])('%j is refused with its place', async (text, message) => {
  const failure = await readRules('r.yaml', text).catch((error: unknown) => error)
  expect(failure).toMatchObject({code: 'BAD_RULE'})
  expect((failure as Error).message).toMatch(message)
})

test('aliases that would mean gigabytes are refused', async () => {
  const rows = Array.from({length: 12}, (_, i) => `l${i + 1}: &l${i + 1} [${Array(4).fill(`*l${i}`)}]`)
  const text = `l0: &l0 [x]\n${rows.join('\n')}\n`
  await expect(readRules('r.yaml', text)).rejects.toMatchObject({code: 'BAD_RULE'})
})
