import {randomUUID} from 'node:crypto'
import type {Caller} from '../../src/lib/accounts/accounts.js'
import {localCaller, scopesOf} from '../../src/lib/accounts/scopes.js'
import {readRule} from '../../src/lib/alerts/check-rule.js'
import {recordsQuery} from '../../src/lib/alerts/describe-rule.js'
import {openLocalAlerts} from '../../src/lib/alerts/local/local-alerts.js'
import {openEngineBook} from '../../src/lib/alerts/local/local-engine-book.js'
import type {ConfigSecrets} from '../../src/lib/alerts/local/parts.js'
import type {Database} from '../../src/lib/database/database.js'
import {openChannels} from '../../src/lib/notify/channels.js'
import {checkChannelConfig} from '../../src/lib/notify/check-config.js'
import {maskChannelConfig, mergeMasked} from '../../src/lib/notify/mask-config.js'
import {sendTestNotice, type TestedRule} from '../../src/lib/notify/test-notice.js'
import type {AlertsUnderTest} from '../contracts/alerts.js'
import {userOf} from '../contracts/database.js'
import type {EngineBookUnderTest} from '../contracts/engine-book.js'

export const RULES = {
  read: (written: unknown) => readRule(written, {checkChannel: checkChannelConfig}),
  recordsQuery,
}
export const SECRETS: ConfigSecrets = {mask: maskChannelConfig, merge: mergeMasked}

export const ROOT = localCaller('root')

export function alertsOver(database: Database, now?: () => Date) {
  return openLocalAlerts({database, rules: RULES, secrets: SECRETS, sendTest, ...(now ? {now} : {})})
}

/** Over the channels as they are set without any setting. */
function sendTest(tested: TestedRule) {
  const channels = openChannels({alerts: {allowDestinations: [], variables: {}}})
  return sendTestNotice(tested, {
    channels,
    newId: randomUUID,
    now: () => new Date(),
    signal: new AbortController().signal,
  })
}

export function bookOver(database: Database, now?: () => Date) {
  return openEngineBook({database, rules: RULES, ...(now ? {now} : {})})
}

/** An account that is in the database, at work. */
export async function workingUser(database: Database, change: Partial<Caller> = {}): Promise<Caller> {
  const username = `u-${randomUUID().slice(0, 8)}`
  const user = userOf({username, username_key: username})
  await database.queries.insertInto('users').values(user).execute()
  return {subject: user.id, username, role: 'user', scopes: scopesOf('user'), ...change}
}

/** What the contract runs over. */
export async function alertsUnderTest(database: Database): Promise<AlertsUnderTest> {
  const alerts = alertsOver(database)
  const admin = await workingUser(database, {role: 'admin', scopes: scopesOf('admin')})
  return {
    admin: {alerts, caller: admin},
    somebody: async () => ({alerts, caller: await workingUser(database)}),
    reader: async () => ({alerts, caller: await workingUser(database, {scopes: new Set(['read']), tokenId: 'token'})}),
    book: bookOver(database),
    close: () => database.close(),
  }
}

/** The same database, opened twice. */
export async function engineBookUnderTest([one, other]: [Database, Database]): Promise<EngineBookUnderTest> {
  await one.migrate()
  return {
    book: bookOver(one),
    other: bookOver(other),
    alerts: alertsOver(one),
    async close() {
      await Promise.all([one.close(), other.close()])
    },
  }
}
