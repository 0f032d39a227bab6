import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {anonymous, scopesOf} from '../../../../src/lib/accounts/scopes.js'
import {writtenOf} from '../../../../src/lib/alerts/written-of.js'
import {openSqlite} from '../../../../src/lib/database/sqlite/open-sqlite.js'
import {alertsContract} from '../../../contracts/alerts.js'
import {openTestDatabase} from '../../../support/open-accounts.js'
import {alertsOver, alertsUnderTest, ROOT, workingUser} from '../../../support/open-alerts.js'
import {tempFolder} from '../../../support/temp-folder.js'

alertsContract('alerts in SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logflow-alerts-'))
  const database = await openSqlite({path: join(folder, 'logflow.db')})
  await database.migrate()
  const under = await alertsUnderTest(database)
  return {
    ...under,
    close: async () => {
      await under.close()
      rmSync(folder, {recursive: true, force: true})
    },
  }
})

async function setup() {
  const database = await openTestDatabase()
  onTestFinished(() => database.close())
  return {database, alerts: alertsOver(database)}
}

const WEBHOOK = {notification_channel: 'webhook', notification_config: {url: 'http://127.0.0.1:9/'}} as const

test('a rule of the machine itself that somebody sends elsewhere over the API becomes theirs', async () => {
  const {database, alerts} = await setup()
  const admin = await workingUser(database, {role: 'admin', scopes: scopesOf('admin')})
  const user = await workingUser(database)
  const rule = await alerts.createRule(ROOT, {name: 'a', threshold: 1, ...WEBHOOK})
  expect(rule).not.toHaveProperty('owner_id')
  // The scope alerts alone makes nobody an admin.
  const token = {...admin, tokenId: 't', scopes: new Set(['alerts'] as const)}
  for (const caller of [user, token]) {
    await expect(alerts.updateRule(caller, 'a', writtenOf(rule))).rejects.toMatchObject({code: 'FORBIDDEN'})
  }
  const renamed = await alerts.updateRule(admin, 'a', {...writtenOf(rule), name: 'b'})
  expect(renamed).not.toHaveProperty('owner_id')
  const sent = {...writtenOf(renamed), notification_config: {url: 'http://127.0.0.1:10/'}}
  expect(await alerts.updateRule(admin, 'b', sent)).toMatchObject({owner_id: admin.subject})
  // And it stays so, whoever changes it afterwards.
  const back = await alerts.updateRule(ROOT, 'b', {...sent, ...WEBHOOK})
  expect(back).toMatchObject({owner_id: admin.subject})
})

test('who is nobody may look, where the doorway lets them in, and change nothing', async () => {
  const {alerts} = await setup()
  const nobody = anonymous({})
  await alerts.createRule(ROOT, {name: 'a', threshold: 1})
  expect(await alerts.listRules(nobody)).toHaveLength(1)
  const ends_at = new Date(Date.now() + 60_000).toISOString()
  for (const work of [
    () => alerts.createRule(nobody, {name: 'b', threshold: 1}),
    () => alerts.updateRule(nobody, 'a', {name: 'a', threshold: 2}),
    () => alerts.removeRule(nobody, 'a'),
    () => alerts.acknowledge(nobody, 'a'),
    () => alerts.silence(nobody, {matchers: {rule: 'a'}, ends_at}),
  ]) {
    await expect(work()).rejects.toMatchObject({code: 'UNAUTHORISED'})
  }
  const ingest = {subject: 'x', role: 'user', scopes: new Set(['ingest'] as const), tokenId: 't'} as const
  await expect(alerts.listRules(ingest)).rejects.toMatchObject({code: 'FORBIDDEN'})
})

test('an account makes so many rules and no more', async () => {
  const {database, alerts} = await setup()
  const user = await workingUser(database)
  const rule = await alerts.createRule(user, {name: 'first', threshold: 1})
  const row = await database.queries.selectFrom('alert_rules').selectAll().executeTakeFirstOrThrow()
  const more = Array.from({length: 999}, (_, i) => ({...row, id: `r${i}`, name: `r${i}`, name_key: `r${i}`}))
  for (let from = 0; from < more.length; from += 333) {
    await database.queries
      .insertInto('alert_rules')
      .values(more.slice(from, from + 333))
      .execute()
  }
  await expect(alerts.createRule(user, {name: 'last', threshold: 1})).rejects.toMatchObject({
    code: 'USAGE',
    message: 'this account has 1,000 rules already',
  })
  await alerts.removeRule(user, rule.id)
  await alerts.createRule(user, {name: 'last', threshold: 1})
})

test('every change leaves a row in the audit trail, with no secret in it; what was refused leaves none', async () => {
  const {database, alerts} = await setup()
  const config = {...WEBHOOK, notification_config: {url: 'https://hooks.example/', secret: 'not-for-your-eyes'}}
  const rule = await alerts.createRule(ROOT, {name: 'a', threshold: 1, ...config})
  await alerts.updateRule(ROOT, 'a', {
    ...writtenOf(rule),
    threshold: 2,
    notification_config: {url: 'https://b.example/'},
  })
  await expect(alerts.updateRule(ROOT, 'a', {name: 'a', threshold: 3}, 1)).rejects.toThrow()
  const ends_at = new Date(Date.now() + 60_000).toISOString()
  const {id} = await alerts.silence(ROOT, {matchers: {rule: 'a'}, ends_at})
  await alerts.endSilence(ROOT, id)
  await alerts.removeRule(ROOT, 'a')
  const rows = await database.queries.selectFrom('audit').selectAll().orderBy('seq').execute()
  expect(rows.map(({event, object_id}) => [event, object_id])).toEqual([
    ['rule_created', rule.id],
    ['rule_changed', rule.id],
    ['silence_created', id],
    ['silence_ended', id],
    ['rule_deleted', rule.id],
  ])
  expect(JSON.parse(rows[1]?.details ?? '')).toEqual({name: 'a', changed: ['notification_config', 'threshold']})
  expect(JSON.stringify(rows)).not.toContain('not-for-your-eyes')
})

test('a name is one rule’s where two processes take it at the same moment', async () => {
  const path = join(tempFolder(), 'logflow.db')
  const databases = [await openSqlite({path}), await openSqlite({path})]
  onTestFinished(async () => {
    await Promise.all(databases.map((database) => database.close()))
  })
  await databases[0]?.migrate()
  const both = databases.map((database) => alertsOver(database))
  for (let i = 0; i < 10; i++) {
    const made = await Promise.allSettled(
      both.map((alerts) => alerts.createRule(ROOT, {name: `rule ${i}`, threshold: 1})),
    )
    const refused = made.filter((each) => each.status === 'rejected').map(({reason}) => reason.code)
    expect(refused).toEqual(['ALREADY_THERE'])
  }
  expect(await both[1]?.listRules(ROOT)).toHaveLength(10)
})
