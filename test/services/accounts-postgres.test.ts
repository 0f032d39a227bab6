// Accounts on a real PostgreSQL: the contract, the trail of several servers, and what becomes of it in an outage.

import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {localCaller} from '../../src/lib/accounts/scopes.js'
import {openPostgres} from '../../src/lib/database/postgres/open-postgres.js'
import {accountsContract} from '../contracts/accounts.js'
import {accountsOver, accountsUnderTest} from '../support/open-accounts.js'
import {canStartPostgres, type RunningPostgres, startPostgres} from '../support/start-postgres.js'

const PORT = 25_450
const ROOT = localCaller('root')
const PASSWORD = 'correct horse'

describe.skipIf(!canStartPostgres('accounts on PostgreSQL'))('PostgreSQL', () => {
  let server: RunningPostgres
  beforeAll(async () => {
    server = await startPostgres({port: PORT})
  })
  afterAll(() => server?.remove())

  accountsContract('accounts', async () => {
    const database = await openPostgres({url: await server.createDatabase('accounts')})
    await database.migrate()
    return accountsUnderTest(database)
  })

  test('two servers that change accounts at once keep one trail without a break', async () => {
    const url = await server.createDatabase('two_servers')
    const databases = await Promise.all([openPostgres({url}), openPostgres({url})])
    await databases[0].migrate()
    const [one, two] = databases.map((database) => accountsOver(database))
    if (!one || !two) throw new Error('two are opened')
    const made = await Promise.allSettled(
      Array.from({length: 30}, (_, index) =>
        (index % 2 ? one : two).create(ROOT, {username: `user-${Math.floor(index / 2)}`, password: PASSWORD}),
      ),
    )
    // Each name was asked for twice, once by each server.
    expect(made.filter(({status}) => status === 'fulfilled')).toHaveLength(15)
    const {chain} = await one.audit(ROOT, {limit: 0, verify: true})
    expect(chain).toEqual({rows: 15, head: expect.any(String), verified: true})
    await one.create(ROOT, {username: 'first', password: PASSWORD, role: 'admin'})
    await two.create(ROOT, {username: 'second', password: PASSWORD, role: 'admin'})
    const removed = await Promise.allSettled([one.remove(ROOT, 'first'), two.remove(ROOT, 'second')])
    expect(removed.map(({status}) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await Promise.all(databases.map((database) => database.close()))
  })

  test('an outage is told as one, lets nobody in, and is over when the server is back', async () => {
    const database = await openPostgres({url: await server.createDatabase('outage')})
    await database.migrate()
    const accounts = accountsOver(database)
    await accounts.create(ROOT, {username: 'ann', password: PASSWORD})
    const {access_token} = await accounts.signIn({}, {username: 'ann', password: PASSWORD})
    await server.kill()
    const away = {code: 'DATABASE_UNREACHABLE', retriable: true}
    await expect(accounts.authenticate(access_token, {})).rejects.toMatchObject(away)
    await expect(accounts.signIn({}, {username: 'ann', password: PASSWORD})).rejects.toMatchObject(away)
    await server.start()
    await expect
      .poll(() => accounts.authenticate(access_token, {}).then(({username}) => username, String), {timeout: 60_000})
      .toBe('ann')
    const {chain} = await accounts.audit(ROOT, {limit: 0, verify: true})
    expect(chain).toEqual({rows: 2, head: expect.any(String), verified: true})
    await database.close()
  })
})
