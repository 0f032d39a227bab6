import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import type {Alerts} from '../../../../src/lib/alerts/alerts.js'
import {readRules} from '../../../../src/lib/alerts/read-rules.js'
import type {WrittenRule} from '../../../../src/lib/alerts/rule.js'
import {writtenOf} from '../../../../src/lib/alerts/written-of.js'
import {openSqlite} from '../../../../src/lib/database/sqlite/open-sqlite.js'
import {allRules, planApply, runPlan} from '../../../../src/lib/flows/alerts/apply-rules.js'
import {alertsOver, ROOT} from '../../../support/open-alerts.js'
import {tempFolder} from '../../../support/temp-folder.js'

async function opened(): Promise<Alerts> {
  const database = await openSqlite({path: join(tempFolder(), 'logflow.db'), create: true})
  onTestFinished(() => database.close())
  await database.migrate()
  return alertsOver(database)
}

async function planned(alerts: Alerts, yaml: string, prune: 'none' | 'applied' = 'none') {
  const rules = (await readRules('r.yaml', yaml)).map((place) => ({
    written: place.written as unknown as WrittenRule,
    place,
  }))
  const mask = ({notification_config = {}}: WrittenRule) => notification_config
  return planApply({alerts, caller: ROOT, rules, prune, rewriteSecrets: false, mask})
}

const names = async (alerts: Alerts) => (await allRules(alerts, ROOT)).map(({name}) => name)

test('first what is new, then what is changed, last what is deleted', async () => {
  const alerts = await opened()
  await runPlan(await planned(alerts, '- {name: a, threshold: 1}\n- {name: b, threshold: 1}\n'), {alerts, caller: ROOT})
  const plan = await planned(alerts, '- {name: b, threshold: 2}\n- {name: c, threshold: 1}\n', 'applied')
  const done: string[] = []
  await runPlan(plan, {alerts, caller: ROOT}, ({action, name}) => done.push(`${action} ${name}`))
  expect(done).toEqual(['create c', 'change b', 'delete a'])
  expect(await names(alerts)).toEqual(['b', 'c'])
})

test('a rule that somebody changed meanwhile is not overwritten; run again, the rest is done', async () => {
  const alerts = await opened()
  const mine = await alerts.createRule(ROOT, {name: 'a', threshold: 1})
  const yaml = '- {name: a, threshold: 5}\n- {name: b, threshold: 1}\n'
  const plan = await planned(alerts, yaml)
  await alerts.updateRule(ROOT, mine.id, {...writtenOf(mine), threshold: 3})
  await expect(runPlan(plan, {alerts, caller: ROOT})).rejects.toMatchObject({
    code: 'ALREADY_THERE',
    message: expect.stringMatching(/^a: .*; 1 of 2 changes were made$/),
    suggestions: expect.arrayContaining(['Run it again: what is done already is not done twice']),
  })
  expect(await names(alerts)).toEqual(['a', 'b'])
  expect((await alerts.showRule(ROOT, 'a')).threshold).toBe(3)
  const again = await planned(alerts, yaml)
  expect(again.steps.map(({action}) => action)).toEqual(['change', 'same'])
  await runPlan(again, {alerts, caller: ROOT})
  expect((await alerts.showRule(ROOT, 'a')).threshold).toBe(5)
})

test('*** of an export means what is kept, and of a new rule nothing: refused before anything is changed', async () => {
  const alerts = await opened()
  const yaml = `- {name: a, threshold: 1}
- name: b
  threshold: 1
  notification_channel: webhook
  notification_config: {url: https://hooks.example.com, secret: '***'}
`
  await expect(planned(alerts, yaml)).rejects.toMatchObject({
    code: 'BAD_RULE',
    message: expect.stringMatching(/^r\.yaml:5:57: notification_config\.secret is hidden \(\*\*\*\)/),
  })
  expect(await names(alerts)).toEqual([])
})
