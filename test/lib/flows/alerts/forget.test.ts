import {randomUUID} from 'node:crypto'
import {expect, onTestFinished, test} from 'vitest'
import {readRule} from '../../../../src/lib/alerts/check-rule.js'
import {runEngine} from '../../../../src/lib/flows/alerts/engine.js'
import {silentSignals} from '../../../../src/lib/telemetry/signals.js'
import {openTestDatabase} from '../../../support/open-accounts.js'
import {bookOver} from '../../../support/open-alerts.js'
import {until} from '../../../support/until.js'

const DAY = 86_400_000

test('an engine removes what is older than it is to be kept, in parts, and nothing younger', async () => {
  const database = await openTestDatabase()
  onTestFinished(() => database.close())
  const now = new Date('2024-01-05T10:00:00.000Z')
  const line = {rule_id: 'r', rule_name: 'r', alert_id: null, group_key: '{}', event: 'failing'}
  const rows = Array.from({length: 1_300}, (_, i) => ({
    ...line,
    seq: i + 1,
    at: new Date(now.getTime() - (i < 1_200 ? 2 : 0.5) * DAY).toISOString(),
    by_whom: null,
    value: null,
    detail: null,
  }))
  for (let from = 0; from < rows.length; from += 200) {
    await database.queries
      .insertInto('alert_history')
      .values(rows.slice(from, from + 200))
      .execute()
  }
  const kept = async () => (await database.queries.selectFrom('alert_history').select('seq').execute()).length
  const end = new AbortController()
  const running = runEngine({
    book: bookOver(database),
    store: () => Promise.reject(new Error('without rules nothing is asked of it')),
    channels: new Map(),
    readRule,
    newId: randomUUID,
    printable: (text) => text,
    counters: silentSignals.counters,
    onNotice: () => {},
    holder: 'one',
    now: () => now,
    leaseMs: 30_000,
    keepMs: DAY,
    signal: end.signal,
  })
  await until(async () => (await kept()) <= 100)
  end.abort()
  await running
  expect(await kept()).toBe(100)
})
