import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {openSqlite} from '../../../../src/lib/database/sqlite/open-sqlite.js'
import {alertsStatus} from '../../../../src/lib/flows/alerts/alerts-status.js'
import {alertsOver, bookOver, ROOT} from '../../../support/open-alerts.js'
import {tempFolder} from '../../../support/temp-folder.js'

const MINUTE = 60_000
const T0 = Date.UTC(2026, 0, 1, 10)
const after = (minutes: number) => new Date(T0 + minutes * MINUTE)

test('rules, what is open, what fails, and whether anybody looks', async () => {
  const database = await openSqlite({path: join(tempFolder(), 'logflow.db'), create: true})
  onTestFinished(() => database.close())
  await database.migrate()
  const alerts = alertsOver(database, () => after(0))
  const book = bookOver(database, () => after(0))
  const status = (minutes: number) => alertsStatus(alerts, ROOT, {everyMs: MINUTE, now: after(minutes)})

  expect(await status(0)).toMatchObject({rules: 0, open: 0, newest: [], failing: [], unwatched: false})
  await alerts.createRule(ROOT, {name: 'off', threshold: 1, is_active: false})
  expect(await status(600)).toMatchObject({rules: 1, active: 0, unwatched: false})
  await alerts.createRule(ROOT, {name: 'Errors', threshold: 1})
  // A rule that was just made has not been due yet; much later nobody can be looking.
  expect(await status(5)).toMatchObject({rules: 2, active: 1, unwatched: false})
  expect(await status(9)).toMatchObject({unwatched: true})

  const {rules} = await book.load()
  const [rule] = rules
  if (!rule) throw new Error('the rule is not there for the engine')
  await book.noteFailure(rule.id, 'the store is away', after(20))
  expect(await status(21)).toMatchObject({failing: ['Errors']})
})
