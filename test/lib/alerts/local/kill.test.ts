import {type ChildProcess, fork} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, onTestFinished, test} from 'vitest'
import {openSqlite} from '../../../../src/lib/database/sqlite/open-sqlite.js'
import {buildChild} from '../../../support/build-child.js'
import {accountsOver} from '../../../support/open-accounts.js'
import {alertsOver, ROOT} from '../../../support/open-alerts.js'
import {tempFolder} from '../../../support/temp-folder.js'

const folder = join(import.meta.dirname, '../../../../node_modules/.cache')
const script = join(folder, `engine-child-${process.pid}.mjs`)
beforeAll(async () => {
  mkdirSync(folder, {recursive: true})
  await buildChild(join(import.meta.dirname, 'children/engine-child.ts'), script)
  return () => rmSync(script, {force: true})
})

/** Told by both engines together, before they are killed. */
const ENOUGH = 30

test('two engines that are killed at work lose no alert that they were told is kept, and leave nothing half', async () => {
  const path = join(tempFolder(), 'logflow.db')
  const database = await openSqlite({path})
  onTestFinished(() => database.close())
  await database.migrate()
  const alerts = alertsOver(database)
  await alerts.createRule(ROOT, {name: 'shared', threshold: 1})

  const told = await untilKilled(path)

  const {queries} = database
  const rows = await queries.selectFrom('triggered_alerts').select('id').execute()
  const kept = new Set(rows.map(({id}) => id))
  expect(told.filter((alert) => !kept.has(alert))).toEqual([])
  const notices = await queries.selectFrom('notifications').select(['alert_id', 'state']).execute()
  expect(notices.map(({alert_id}) => alert_id).sort()).toEqual([...kept].sort())
  const lines = await queries.selectFrom('alert_history').select(['seq', 'event', 'alert_id']).orderBy('seq').execute()
  expect(lines.map(({seq}) => seq)).toEqual(lines.map((_, i) => i + 1))
  const linesOf = (event: string) => lines.filter((line) => line.event === event).map(({alert_id}) => alert_id)
  expect(linesOf('opened').sort()).toEqual([...kept].sort())
  const sent = notices.filter(({state}) => state === 'sent')
  expect(linesOf('notice_sent').sort()).toEqual(sent.map(({alert_id}) => alert_id).sort())
  expect((await alerts.showRule(ROOT, 'shared')).statistics).toMatchObject({
    triggered: kept.size,
    open: kept.size,
    notices_sent: sent.length,
    notices_waiting: notices.length - sent.length,
  })
  const rules = await queries.selectFrom('alert_rules').select('id').orderBy('id').execute()
  const states = await queries.selectFrom('rule_states').select('rule_id').orderBy('rule_id').execute()
  expect(states.map(({rule_id}) => rule_id)).toEqual(rules.map(({id}) => id))
  const {chain} = await accountsOver(database).audit(ROOT, {limit: 0, verify: true})
  expect(chain).toEqual({rows: rules.length, head: expect.any(String), verified: true})
})

/** Ids of the alerts that two engines told of until there were enough, and they were killed. */
async function untilKilled(path: string): Promise<string[]> {
  const told: string[] = []
  const children = ['one', 'two'].map((name): ChildProcess => {
    const child = fork(script, [path, name], {execArgv: []})
    onTestFinished(() => void child.kill('SIGKILL'))
    return child
  })
  await new Promise<void>((resolve, reject) => {
    for (const child of children) {
      child.on('exit', () => reject(new Error('an engine ended by itself')))
      child.on('message', (alert: string) => {
        told.push(alert)
        if (told.length === ENOUGH) resolve()
      })
    }
  })
  await Promise.all(
    children.map((child) => {
      child.removeAllListeners('exit')
      child.kill('SIGKILL')
      return once(child, 'exit')
    }),
  )
  return told
}
