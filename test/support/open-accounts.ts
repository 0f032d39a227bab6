import {join} from 'node:path'
import {openLocalAccounts} from '../../src/lib/accounts/local/local-accounts.js'
import {bcryptPasswords} from '../../src/lib/accounts/passwords.js'
import {localCaller} from '../../src/lib/accounts/scopes.js'
import type {Database} from '../../src/lib/database/database.js'
import {openSqlite} from '../../src/lib/database/sqlite/open-sqlite.js'
import type {AccountsUnderTest} from '../contracts/accounts.js'
import {tempFolder} from './temp-folder.js'

type Options = Partial<Parameters<typeof openLocalAccounts>[0]>

export const TEST_KEY = new TextEncoder().encode('for tests alone, and long enough')

/** Accounts over a database, with quick passwords. */
export function accountsOver(database: Database, options: Options = {}) {
  return openLocalAccounts({
    database,
    key: async () => TEST_KEY,
    sessionSeconds: 1_800,
    passwords: bcryptPasswords(4),
    ...options,
  })
}

/** A database of the running test. */
export async function openTestDatabase(): Promise<Database> {
  const database = await openSqlite({path: join(tempFolder(), 'logflow.db')})
  await database.migrate()
  return database
}

/** What the contract runs over. */
export async function accountsUnderTest(database: Database): Promise<AccountsUnderTest> {
  const accounts = accountsOver(database)
  const caller = localCaller('root')
  await accounts.create(caller, {username: 'first-admin', password: 'correct horse', role: 'admin'})
  return {
    admin: {accounts, caller: {...caller, username: 'first-admin'}},
    anybody: accounts,
    holding: async (bearer) => ({accounts, caller: await accounts.authenticate(bearer, {})}),
    close: () => database.close(),
  }
}
