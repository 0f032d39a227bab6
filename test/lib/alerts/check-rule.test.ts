import {expect, test} from 'vitest'
import {advance} from '../../../src/lib/alerts/advance.js'
import {BadRule} from '../../../src/lib/alerts/bad-rule.js'
import {definitionOf, firstState} from '../../../src/lib/alerts/begin-state.js'
import {checkRule, readRule} from '../../../src/lib/alerts/check-rule.js'
import {describeCondition} from '../../../src/lib/alerts/describe-rule.js'
import {lintRule} from '../../../src/lib/alerts/lint-rule.js'
import {planLooks} from '../../../src/lib/alerts/plan.js'
import {CHANNELS, CONDITIONS, MEASURES, SEVERITIES} from '../../../src/lib/alerts/rule.js'
import {RULE_FIELDS} from '../../../src/lib/alerts/rule-fields.js'
import {seededRandom} from '../../support/random.js'

test('what is left out has a value', () => {
  const rule = readRule({name: 'errors', query: 'level:error', threshold: 5})
  expect(rule).toMatchObject({
    name: 'errors',
    active: true,
    severity: 'warning',
    query: 'level:error',
    measure: {kind: 'count'},
    condition: 'greater_than',
    threshold: 5,
    resolveThreshold: 5,
    windowMs: 300_000,
    groupBy: [],
    everyMs: 60_000,
    latenessMs: 60_000,
    channel: 'console',
  })
  expect(rule).toMatchObject({forMs: 0, keepOpenForMs: 0, renotifyMs: 0, notifyResolved: false, channelConfig: {}})
})

test('what measures need has a value, too', () => {
  const measure = (fields: object) => readRule({name: 'r', threshold: 2, time_window: '10m', ...fields}).measure
  expect(measure({measure: 'ratio'})).toEqual({kind: 'ratio', of: {kind: 'all'}, minimum: 1})
  expect(measure({measure: 'spike'})).toEqual({kind: 'spike', direction: 'up', compareMs: 600_000, minimum: 1})
  expect(measure({measure: 'new_pattern'})).toEqual({kind: 'new_pattern', baselineMs: 86_400_000})
})

test('how far apart evaluations are may be set for all rules', () => {
  expect(readRule({name: 'r', threshold: 1}, {everyMs: 15_000}).everyMs).toBe(15_000)
  expect(readRule({name: 'r', threshold: 1, every: '5m'}, {everyMs: 15_000}).everyMs).toBe(300_000)
})

test('the whole of a ratio is of the same services, whatever the level', () => {
  const rule = readRule({name: 'r', measure: 'ratio', threshold: 0.1, levels: ['error'], services: ['payment']})
  expect(rule.measure).toMatchObject({of: {kind: 'field', field: {name: 'service'}, test: {value: 'payment'}}})
  expect(rule.query).toBe('level:error service:"payment"')
})

test('all mistakes are told at once', () => {
  const {mistakes} = checkRule({threshhold: 5, time_window: 0, severity: 'bad'})
  expect(mistakes.map(({message}) => message)).toEqual([
    'threshhold: there is no such field of a rule',
    'name: is missing',
    'threshold: is missing',
    'time_window: must be from 1s to 31d, not 0s',
    'severity: must be one of info, warning, critical, not "bad"',
  ])
})

test('what a channel refuses is a mistake of notification_config', () => {
  const checkChannel = (name: string, config: Record<string, unknown>) => {
    expect([name, config]).toEqual(['webhook', {uri: 'x'}])
    throw new BadRule(['notification_config', 'uri'], 'there is no such key', ['Did you mean url?'])
  }
  const written = {name: 'r', threshold: 1, notification_channel: 'webhook', notification_config: {uri: 'x'}}
  const {mistakes} = checkRule(written, {checkChannel})
  expect(mistakes.map(({message, suggestions}) => [message, ...suggestions])).toEqual([
    ['notification_config.uri: there is no such key', 'Did you mean url?'],
  ])
})

test('secrets in a config that is wrong are not in the error', () => {
  for (const notification_config of ['hunter2', ['hunter2'], {secret: 'hunter2'.repeat(9_999)}]) {
    const {mistakes} = checkRule({name: 'r', threshold: 1, notification_config})
    expect(mistakes.map(({message}) => message).join()).toMatch(/^notification_config: (?!.*hunter2)/)
  }
})

test('whatever is written, it is a rule that works or a mistake', () => {
  const random = seededRandom(7)
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T
  const itself: Record<string, unknown> = {}
  itself.itself = itself
  const odd = [
    null,
    undefined,
    '',
    ' ',
    'x',
    'level:error',
    '(',
    '1m',
    '0s',
    '5m',
    '99w',
    0,
    1,
    2.5,
    -1,
    1e99,
    Number.NaN,
  ]
  const lists = [[], ['error'], ['service'], ['x', 'y'], [1], [null], [['x']], ['__proto__'], [''], ['\u0000'], ['*']]
  const objects = [{}, {a: 'b'}, {a: 1}, {__proto__: 'x'}, {url: 'x'}, {'\u0007': ''}, true, false]
  const names = [...CONDITIONS, ...MEASURES, ...SEVERITIES, ...CHANNELS, 'up', 'down', 'http://x', 'constructor']
  let rules = 0
  for (let i = 0; i < 2_000; i++) {
    const written: Record<string, unknown> = {name: 'r', threshold: 2}
    for (let n = Math.floor(random() * 5); n > 0; n--)
      written[pick([...RULE_FIELDS, '__proto__x', 'constructor'])] = pick([
        ...odd,
        ...lists,
        ...objects,
        ...names,
        itself,
      ])
    const {rule, mistakes} = checkRule(written)
    expect(rule === undefined).toBe(mistakes.length > 0)
    if (!rule) continue
    rules++
    const plan = planLooks(rule, {from: 0, to: 3 * rule.everyMs, finalUntil: 2 * rule.everyMs})
    const looks = plan.looks(plan.questions.map(() => []))
    expect(looks.length).toBe(3)
    advance({rule, state: firstState(0), looks, silences: [], byHand: new Map(), newId: () => 'a'})
    expect(describeCondition(rule)).not.toMatch(/NaN|undefined|\[object/)
    expect(definitionOf(rule)).toMatch(/^[\da-f]{16}$/)
    for (const warning of lintRule(rule, written)) expect(warning).toMatch(/^[a-z_]+: /)
  }
  expect(rules).toBeGreaterThan(250)
})
