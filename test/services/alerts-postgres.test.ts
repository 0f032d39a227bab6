// Alerts and the engine's book on a real PostgreSQL: the contracts, and what becomes of a commit in an outage.

import {randomUUID} from 'node:crypto'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {groupKey} from '../../src/lib/alerts/rule.js'
import {openPostgres} from '../../src/lib/database/postgres/open-postgres.js'
import {alertsContract} from '../contracts/alerts.js'
import {engineBookContract} from '../contracts/engine-book.js'
import {alertsOver, alertsUnderTest, bookOver, engineBookUnderTest, ROOT} from '../support/open-alerts.js'
import {canStartPostgres, type RunningPostgres, startPostgres} from '../support/start-postgres.js'

const PORT = 25_433
const T0 = Date.UTC(2024, 0, 5, 10)

describe.skipIf(!canStartPostgres('alerts on PostgreSQL'))('PostgreSQL', () => {
  let server: RunningPostgres
  beforeAll(async () => {
    server = await startPostgres({port: PORT})
  })
  afterAll(() => server?.remove())

  alertsContract('alerts', async () => {
    const database = await openPostgres({url: await server.createDatabase('alerts')})
    await database.migrate()
    return alertsUnderTest(database)
  })

  engineBookContract('the engine’s book', async () => {
    const url = await server.createDatabase('book')
    return engineBookUnderTest([await openPostgres({url}), await openPostgres({url})])
  })

  test('two servers: a name taken twice, a change and a commit at once', async () => {
    const url = await server.createDatabase('two_servers')
    const databases = await Promise.all([openPostgres({url}), openPostgres({url})])
    await databases[0].migrate()
    const [one, two] = databases.map((database) => alertsOver(database))
    if (!one || !two) throw new Error('two are opened')
    const made = await Promise.allSettled(
      Array.from({length: 20}, (_, i) =>
        (i % 2 ? one : two).createRule(ROOT, {name: `rule ${Math.floor(i / 2)}`, threshold: 1}),
      ),
    )
    expect(made.filter(({status}) => status === 'fulfilled')).toHaveLength(10)
    expect(await one.listRules(ROOT)).toHaveLength(10)
    for (let round = 0; round < 5; round++) {
      const [rule] = (await bookOver(databases[0]).load()).rules
      if (!rule) throw new Error('there are rules')
      const threshold = (rule.written.threshold ?? 0) + 1
      const alert = randomUUID()
      const event = {kind: 'opened', alert, group: groupKey([]), at: T0, silenced: false} as const
      const [committed] = await Promise.all([
        bookOver(databases[1]).commit(rule, {until: T0, groups: {}, early: {}}, [event], [], new Date(T0)),
        one.updateRule(ROOT, rule.id, {...rule.written, threshold}),
      ])
      const there = await two.showAlert(ROOT, alert).then(
        () => true,
        () => false,
      )
      expect(there).toBe(committed)
    }
    await Promise.all(databases.map((database) => database.close()))
  })

  test('a commit in an outage is told as one, and what was there goes on afterwards', async () => {
    const database = await openPostgres({url: await server.createDatabase('outage')})
    await database.migrate()
    const [alerts, book] = [alertsOver(database), bookOver(database)]
    const {id} = await alerts.createRule(ROOT, {name: 'a', threshold: 1})
    const [rule] = (await book.load()).rules
    if (!rule) throw new Error('there is a rule')
    const state = {until: T0, groups: {}, early: {}}
    const away = {code: 'DATABASE_UNREACHABLE', retriable: true}
    await server.kill()
    await expect(book.commit(rule, state, [], [], new Date(T0))).rejects.toMatchObject(away)
    await expect(book.takeLease('one', 30_000)).rejects.toMatchObject(away)
    await expect(book.load()).rejects.toMatchObject(away)
    await server.start()
    await expect.poll(() => book.commit(rule, state, [], [], new Date(T0)).catch(String), {timeout: 60_000}).toBe(true)
    expect((await alerts.showRule(ROOT, id)).statistics.health).toBe('ok')
    expect(await book.takeLease('one', 30_000)).toBe(true)
    await database.close()
  })
})
