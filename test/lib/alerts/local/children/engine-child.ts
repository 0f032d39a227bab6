// An engine at work on the rule `shared`, with a person at its side: opens an alert, settles its notice, makes a rule;
// tells of each alert once it is kept; until it is killed.

import {randomUUID} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {localCaller} from '../../../../../src/lib/accounts/scopes.js'
import {readRule} from '../../../../../src/lib/alerts/check-rule.js'
import {recordsQuery} from '../../../../../src/lib/alerts/describe-rule.js'
import {openLocalAlerts} from '../../../../../src/lib/alerts/local/local-alerts.js'
import {openEngineBook} from '../../../../../src/lib/alerts/local/local-engine-book.js'
import {groupKey} from '../../../../../src/lib/alerts/rule.js'
import {openSqlite} from '../../../../../src/lib/database/sqlite/open-sqlite.js'
import {maskChannelConfig, mergeMasked} from '../../../../../src/lib/notify/mask-config.js'

const [path, name] = process.argv.slice(2) as [string, string]
const database = await openSqlite({path, lockWait: 60_000})
const rules = {read: (written: unknown) => readRule(written), recordsQuery}
const book = openEngineBook({database, rules})
const alerts = openLocalAlerts({database, rules, secrets: {mask: maskChannelConfig, merge: mergeMasked}})
const root = localCaller(name)

for (let i = 0; ; i++) {
  const rule = (await book.load()).rules.find(({written}) => written.name === 'shared')
  if (!rule) throw new Error('the rule is there')
  const [alert, id] = [randomUUID(), randomUUID()]
  const at = (rule.state?.until ?? 0) + 60_000
  const opened = {kind: 'opened', alert, group: groupKey([]), at, silenced: false} as const
  const state = {until: at, groups: {}, early: {}}
  const notice = {id, alertId: alert, channel: 'console', body: {id, rule: {name: 'shared'}, alerts: [{id: alert}]}}
  if (await book.commit(rule, state, [opened], [notice], new Date())) process.send?.(alert)
  for (const claimed of await book.claimNotices(name, new Date(), 1, 1)) {
    await book.settleNotice(claimed.id, {sent: true}, new Date())
  }
  await alerts.createRule(root, {name: `${name} ${i}`, threshold: 1, is_active: false})
  // So that others get their turn.
  await sleep(2)
}
