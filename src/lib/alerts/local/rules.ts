import {randomUUID} from 'node:crypto'
import type {Caller} from '../../accounts/accounts.js'
import {audited} from '../../accounts/audited.js'
import type {Queries} from '../../database/database.js'
import type {AlertRuleRow} from '../../database/schema.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {RuleQuestion, StoredRule} from '../alerts.js'
import {BadRule} from '../bad-rule.js'
import {changedFields} from '../change-rule.js'
import type {WrittenRule} from '../rule.js'
import {limitOf} from './limit.js'
import type {Parts} from './parts.js'
import {isLocal, nameOf, needOwner, needReader, needWriter} from './rights.js'
import {findRule, nameKey, ruleNamed, toStored, writtenIn} from './rule-rows.js'
import {beginState, changeState, endState} from './rule-states.js'

/** Rules of one account; those made on the machine itself are not counted. */
const MOST_OF_ONE = 1_000

export async function createRule(parts: Parts, caller: Caller, sent: WrittenRule): Promise<StoredRule> {
  needWriter(caller)
  const rule = checked(parts, sent, undefined)
  return audited(parts, async (queries, note) => {
    await needFree(queries, rule.written.name)
    const owner = isLocal(caller) ? null : caller.subject
    if (owner !== null) await needRoom(queries, owner)
    const at = parts.now().toISOString()
    const row: AlertRuleRow = {
      ...rule.columns,
      id: randomUUID(),
      owner_id: owner,
      version: 1,
      created_at: at,
      updated_at: at,
    }
    await queries.insertInto('alert_rules').values(row).execute()
    await beginState(queries, row.id, at)
    await note({event: 'rule_created', caller, object: row.id, details: {name: row.name}})
    return one(queries, row, parts)
  })
}

/** The rule as it is kept. Throws BAD_RULE. @param kept what `***` in it stands for */
function checked({rules, secrets}: Parts, sent: WrittenRule, kept: WrittenRule | undefined) {
  const {notification_config: config, notification_channel: channel = 'console'} = sent
  const same = kept !== undefined && (kept.notification_channel ?? 'console') === channel
  const written =
    config === undefined || typeof config !== 'object' || config === null
      ? sent
      : {...sent, notification_config: secrets.merge(channel, (same && kept.notification_config) || {}, config)}
  const rule = rules.read(written)
  if (UUID.test(rule.name)) throw new BadRule(['name'], 'looks like an id: choose another name')
  const {is_active: _, ...definition} = written
  const columns = {
    name: rule.name,
    name_key: nameKey(rule.name),
    enabled: Number(rule.active),
    severity: rule.severity,
    definition: JSON.stringify({...definition, name: rule.name}),
  }
  return {columns, written: writtenIn(columns)}
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

async function needFree(queries: Queries, name: string, id = ''): Promise<void> {
  const there = await queries
    .selectFrom('alert_rules')
    .select('name')
    .where('name_key', '=', nameKey(name))
    .where('id', '!=', id)
    .executeTakeFirst()
  if (!there) return
  throw new LogflowError('ALREADY_THERE', `there is a rule ${JSON.stringify(there.name)} already`, {
    suggestions: ['Choose another name', `logflow alerts show ${JSON.stringify(there.name)}`],
  })
}

async function needRoom(queries: Queries, owner: string): Promise<void> {
  const answer = await queries
    .selectFrom('alert_rules')
    .select((row) => row.fn.countAll().as('n'))
    .where('owner_id', '=', owner)
    .executeTakeFirst()
  if (Number(answer?.n ?? 0) < MOST_OF_ONE) return
  throw new LogflowError('USAGE', `this account has ${MOST_OF_ONE.toLocaleString('en-US')} rules already`, {
    suggestions: ['logflow alerts delete NAME'],
  })
}

async function one(queries: Queries, row: AlertRuleRow, {secrets}: Parts): Promise<StoredRule> {
  return (await toStored(queries, [row], secrets))[0] as StoredRule
}

/** By name. */
export async function listRules(parts: Parts, caller: Caller, question: RuleQuestion = {}): Promise<StoredRule[]> {
  needReader(caller)
  const {queries} = parts.database
  const {limit, after, active} = question
  let asked = queries.selectFrom('alert_rules').selectAll().orderBy('name_key').limit(limitOf(limit))
  if (active !== undefined) asked = asked.where('enabled', '=', Number(active))
  if (after !== undefined) {
    const last = await findRule(queries, after)
    if (!last) throw new LogflowError('USAGE', 'the rule after which the list goes on is gone: list from the start')
    asked = asked.where('name_key', '>', last.name_key)
  }
  return toStored(queries, await asked.execute(), parts.secrets)
}

export async function showRule(parts: Parts, caller: Caller, which: string): Promise<StoredRule> {
  needReader(caller)
  const {queries} = parts.database
  return one(queries, await ruleNamed(queries, which), parts)
}

/** A rule that is sent as it is kept stays as it is: nothing is written. */
export async function updateRule(
  parts: Parts,
  caller: Caller,
  which: string,
  sent: WrittenRule,
  version?: number,
): Promise<StoredRule> {
  needWriter(caller)
  return audited(parts, async (queries, note) => {
    const before = await ruleNamed(queries, which)
    needOwner(caller, before.owner_id, `the rule ${JSON.stringify(before.name)}`)
    if (version !== undefined && version !== before.version) throw changedMeanwhile(before, version)
    const was = writtenIn(before)
    const {columns, written} = checked(parts, sent, was)
    const changed = changedFields(was, written)
    if (changed.length === 0) return one(queries, before, parts)
    await needFree(queries, columns.name, before.id)
    const now = parts.now()
    const after: AlertRuleRow = {
      ...before,
      ...columns,
      owner_id: ownerAfter(caller, before, changed),
      version: before.version + 1,
      updated_at: now.toISOString(),
    }
    const {id, ...set} = after
    await queries.updateTable('alert_rules').set(set).where('id', '=', id).execute()
    await changeState(queries, {before, after, now, by: nameOf(caller)})
    await note({event: 'rule_changed', caller, object: id, details: {name: after.name, changed}})
    return one(queries, after, parts)
  })
}

function changedMeanwhile({name, version}: AlertRuleRow, expected: number): LogflowError {
  return new LogflowError(
    'ALREADY_THERE',
    `the rule ${JSON.stringify(name)} was changed meanwhile: it is version ${version}, not ${expected}`,
    {suggestions: [`logflow alerts show ${JSON.stringify(name)}  to see it as it is now`]},
  )
}

/**
 * A rule without an owner was made on the machine itself, and its notices may go anywhere (loopback included). Where
 * they go is then for the machine alone to say: whoever changes that over the API becomes its owner.
 */
function ownerAfter(caller: Caller, {owner_id}: AlertRuleRow, changed: readonly string[]): string | null {
  const elsewhere = changed.includes('notification_config') || changed.includes('notification_channel')
  return owner_id === null && elsewhere && !isLocal(caller) ? caller.subject : owner_id
}

export async function removeRule(parts: Parts, caller: Caller, which: string): Promise<void> {
  needWriter(caller)
  await audited(parts, async (queries, note) => {
    const row = await ruleNamed(queries, which)
    needOwner(caller, row.owner_id, `the rule ${JSON.stringify(row.name)}`)
    await endState(queries, {row, now: parts.now(), by: nameOf(caller)})
    await queries.deleteFrom('rule_states').where('rule_id', '=', row.id).execute()
    await queries.deleteFrom('alert_rules').where('id', '=', row.id).execute()
    await note({event: 'rule_deleted', caller, object: row.id, details: {name: row.name}})
  })
}
