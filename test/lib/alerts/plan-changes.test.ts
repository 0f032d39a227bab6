import {describe, expect, test} from 'vitest'
import type {StoredRule} from '../../../src/lib/alerts/alerts.js'
import {countSteps, type PlanOptions, planChanges} from '../../../src/lib/alerts/plan-changes.js'
import {readRules} from '../../../src/lib/alerts/read-rules.js'
import type {WrittenRule} from '../../../src/lib/alerts/rule.js'
import {diffRules} from '../../../src/lib/alerts/rules-diff.js'

const SECRETS = new Set(['secret', 'url'])
/** As a channel does it, of references nothing. */
const mask = ({notification_config = {}}: WrittenRule) =>
  Object.fromEntries(
    Object.entries(notification_config).map(([key, value]) => [
      key,
      SECRETS.has(key) && !String(value).startsWith('${') ? '***' : value,
    ]),
  )

const rule = (more: Partial<WrittenRule>): WrittenRule => ({name: 'a', query: 'level:error', threshold: 50, ...more})
const diff = (stored: Partial<WrittenRule>, wanted: Partial<WrittenRule>) =>
  diffRules(rule(stored), rule(wanted), {mask})

describe('what means the same is no difference', () => {
  test.each<[Partial<WrittenRule>, Partial<WrittenRule>]>([
    [{time_window: 5}, {time_window: '5m'}],
    [{time_window: '300s'}, {}],
    [{for: '120s'}, {for: '2m'}],
    [{levels: ['error', 'fatal']}, {levels: ['FATAL', 'ERROR']}],
    [{severity: 'warning', measure: 'count', condition: 'greater_than', is_active: true}, {}],
    [{resolve_threshold: 50}, {}],
    [
      {measure: 'no_data', threshold: 0},
      {measure: 'no_data', threshold: undefined as never},
    ],
    [{labels: {managed_by: 'apply'}}, {labels: {}}],
    [{notification_config: {secret: '***'}}, {notification_config: {secret: '***'}}],
  ])('%j and %j', (stored, wanted) => {
    expect(diff(stored, wanted)).toEqual({fields: [], hidden: []})
    expect(diff(wanted, stored)).toMatchObject({fields: []})
  })
})

test('what differs is told field by field, as it was written', () => {
  const stored = {time_window: 5, description: 'old', labels: {team: 'shop'}, group_by: ['service', 'host']}
  const wanted = {time_window: '10m', labels: {team: 'pay', tier: '1'}, group_by: ['host', 'service'], threshold: 80}
  expect(diff(stored, wanted).fields.sort((a, b) => (a.field < b.field ? -1 : 1))).toEqual([
    {field: 'description', from: 'old'},
    {field: 'group_by', from: ['service', 'host'], to: ['host', 'service']},
    {field: 'labels.team', from: 'shop', to: 'pay'},
    {field: 'labels.tier', to: '1'},
    {field: 'threshold', from: 50, to: 80},
    // Of 5 minutes nothing is said: they are usual.
    {field: 'time_window', to: '10m'},
  ])
})

test('secrets are never shown, and one that cannot be compared is said to be so', () => {
  const stored = {notification_config: {secret: '***', channel: '#a'}}
  expect(diff(stored, {notification_config: {secret: 'hunter2', channel: '#b'}})).toEqual({
    fields: [{field: 'notification_config.channel', from: '#a', to: '#b'}],
    hidden: ['notification_config.secret'],
  })
  // A reference is no secret, so that it can be told from one.
  const reference = ['$', '{LOGFLOW_ALERT_KEY}'].join('')
  expect(diff(stored, {notification_config: {secret: reference, channel: '#a'}})).toEqual({
    fields: [{field: 'notification_config.secret', from: '***', to: reference}],
    hidden: [],
  })
  expect(JSON.stringify(diff({}, {notification_config: {secret: 'hunter2'}}))).not.toContain('hunter2')
})

function stored(written: WrittenRule): StoredRule {
  const statistics = {
    health: 'ok',
    triggered: 0,
    open: 0,
    notices_sent: 0,
    notices_failed: 0,
    notices_waiting: 0,
  } as const
  const at = '2026-01-01T00:00:00.000Z'
  return {...written, id: `id-${written.name}`, version: 3, created_at: at, updated_at: at, statistics}
}

async function plan(before: WrittenRule[], yaml: string, options: Partial<PlanOptions> = {}) {
  const wanted = (await readRules('r.yaml', yaml)).map((place) => ({
    written: place.written as unknown as WrittenRule,
    place,
  }))
  return planChanges(before.map(stored), wanted, {prune: 'none', rewriteSecrets: false, mask, ...options})
}

test('new, changed, the same; names are one whatever their case', async () => {
  const made = await plan(
    [rule({name: 'Errors'}), rule({name: 'same', threshold: 1})],
    '- {name: ERRORS, query: "level:error", threshold: 80}\n- {name: same, query: "level:error", threshold: 1}\n- {name: new, threshold: 2}\n',
  )
  expect(made.steps.map(({action, name}) => [action, name])).toEqual([
    ['change', 'Errors'],
    ['same', 'same'],
    ['create', 'new'],
  ])
  expect(made.steps[0]).toMatchObject({
    fields: [
      {field: 'name', from: 'Errors', to: 'ERRORS'},
      {field: 'threshold', from: 50, to: 80},
    ],
  })
  expect(countSteps(made)).toEqual({create: 1, change: 1, same: 1, delete: 0})
})

test('what apply makes carries its mark, what was made by hand does not get it', async () => {
  const {steps} = await plan(
    [rule({name: 'hand'}), rule({name: 'ours', labels: {managed_by: 'apply', team: 'a'}})],
    '- {name: hand, threshold: 1}\n- {name: ours, threshold: 1, labels: {team: b}}\n- {name: new, threshold: 1, labels: {team: c}}\n- {name: said, threshold: 1, labels: {managed_by: me}}\n',
    {set: 'shop'},
  )
  expect(steps.map((step) => ('send' in step ? step.send.labels : undefined))).toEqual([
    undefined,
    {team: 'b', managed_by: 'apply'},
    {team: 'c', managed_by: 'apply/shop'},
    {managed_by: 'me'},
  ])
})

test('only what apply made is pruned, and of its own set, unless all are meant', async () => {
  const before = [
    rule({name: 'kept'}),
    rule({name: 'hand'}),
    rule({name: 'gone', labels: {managed_by: 'apply'}}),
    rule({name: 'shop', labels: {managed_by: 'apply/shop'}}),
  ]
  const yaml = '{name: kept, query: "level:error", threshold: 50}'
  const deleted = async (options: Partial<PlanOptions>) => {
    const {steps, left} = await plan(before, yaml, options)
    return {deleted: steps.flatMap(({action, name}) => (action === 'delete' ? [name] : [])), left}
  }
  expect(await deleted({})).toEqual({deleted: [], left: ['gone']})
  expect(await deleted({prune: 'applied'})).toEqual({deleted: ['gone'], left: []})
  expect(await deleted({prune: 'applied', set: 'shop'})).toEqual({deleted: ['shop'], left: []})
  expect(await deleted({prune: 'all'})).toEqual({deleted: ['hand', 'gone', 'shop'], left: []})
})

test('what was switched off stays so, unless the file says otherwise', async () => {
  const before = [rule({is_active: false})]
  const yaml = 'name: a\nquery: "level:error"\nthreshold: 50\n'
  expect((await plan(before, yaml)).steps).toMatchObject([{action: 'same'}])
  expect((await plan(before, yaml.replace('50', '60'))).steps).toMatchObject([{send: {is_active: false}}])
  expect((await plan(before, `${yaml}is_active: true\n`)).steps).toMatchObject([
    {fields: [{field: 'is_active', from: false}]},
  ])
})

test('a secret that cannot be compared is kept, and sent again where that is asked for', async () => {
  const before = [rule({notification_config: {secret: '***'}})]
  const yaml = '{name: a, query: "level:error", threshold: 50, notification_config: {secret: hunter2}}'
  expect((await plan(before, yaml)).steps).toMatchObject([{action: 'same', hidden: ['notification_config.secret']}])
  expect((await plan(before, yaml, {rewriteSecrets: true})).steps).toMatchObject([
    {action: 'change', fields: [], send: {notification_config: {secret: 'hunter2'}}},
  ])
})
