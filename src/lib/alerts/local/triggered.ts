import {sql} from 'kysely'
import type {Caller} from '../../accounts/accounts.js'
import {audited} from '../../accounts/audited.js'
import type {Queries} from '../../database/database.js'
import type {TriggeredAlertRow} from '../../database/schema.js'
import {LogflowError} from '../../errors/logflow-error.js'
import {ALERT_STATES, type AlertQuestion, type AlertState, type TriggeredAlert} from '../alerts.js'
import {alertRows, detailsOf, findAlert, type SeenAlert, toAlerts} from './alert-rows.js'
import {appendHistory} from './history.js'
import {limitOf} from './limit.js'
import type {Parts} from './parts.js'
import {nameOf, needReader, needWriter} from './rights.js'
import {ruleFilter} from './rule-rows.js'
import {touchState} from './rule-states.js'

const UNRESOLVED = ['pending', 'open', 'acknowledged'] as const
const LONGEST_NOTE = 1_000

/** Newest first. */
export async function triggered(parts: Parts, caller: Caller, question: AlertQuestion = {}): Promise<TriggeredAlert[]> {
  needReader(caller)
  const {queries} = parts.database
  const {states = UNRESOLVED, rule, severity, limit, after} = question
  let asked = alertRows(queries)
    .orderBy('triggered_alerts.opened_at', 'desc')
    .orderBy('triggered_alerts.id', 'desc')
    .limit(limitOf(limit))
  asked = inStates(asked, states.length === 0 ? UNRESOLVED : states)
  if (rule !== undefined) {
    const {column, value} = await ruleFilter(queries, rule)
    asked = asked.where(`triggered_alerts.${column}`, '=', value)
  }
  if (severity !== undefined) asked = asked.where('triggered_alerts.severity', '=', severity)
  if (after !== undefined) {
    const last = await queries
      .selectFrom('triggered_alerts')
      .select(['opened_at', 'id'])
      .where('id', '=', after)
      .executeTakeFirst()
    if (!last) throw new LogflowError('USAGE', 'the alert after which the list goes on is gone: list from the start')
    // Said twice, since an index serves no `or`.
    asked = asked
      .where('triggered_alerts.opened_at', '<=', last.opened_at)
      .where((row) =>
        row.or([
          row('triggered_alerts.opened_at', '<', last.opened_at),
          row.and([row('triggered_alerts.opened_at', '=', last.opened_at), row('triggered_alerts.id', '<', last.id)]),
        ]),
      )
  }
  return toAlerts(queries, await asked.execute())
}

/**
 * Those that are not over are few, and found by their state. With those that are over, the index to go by is that of the
 * order: a state that is an expression keeps SQLite from sorting all that ever was.
 */
function inStates(asked: ReturnType<typeof alertRows>, states: readonly AlertState[]) {
  if (ALERT_STATES.every((state) => states.includes(state))) return asked
  if (!states.includes('resolved') || states.length === 1) return asked.where('triggered_alerts.state', 'in', states)
  return asked.where(sql<string>`triggered_alerts.state || ''`, 'in', states)
}

export async function showAlert(parts: Parts, caller: Caller, id: string): Promise<TriggeredAlert> {
  needReader(caller)
  const {queries} = parts.database
  return one(queries, await findAlert(queries, id))
}

async function one(queries: Queries, row: SeenAlert): Promise<TriggeredAlert> {
  return (await toAlerts(queries, [row]))[0] as TriggeredAlert
}

/** Again, or of one that is acknowledged: changes nothing. ALREADY_THERE for one that is resolved. */
export function acknowledge(parts: Parts, caller: Caller, id: string, note?: string): Promise<TriggeredAlert> {
  return byHand(parts, caller, {id, note, event: 'acknowledged', audit: 'alert_acknowledged'}, (row, who, at) => {
    if (row.state === 'acknowledged') return undefined
    if (row.state === 'open') return {state: 'acknowledged', acknowledged_at: at, acknowledged_by: who}
    throw notNow(row, 'acknowledge')
  })
}

/** Of one that is resolved, by whomever: changes nothing. */
export function resolve(parts: Parts, caller: Caller, id: string, note?: string): Promise<TriggeredAlert> {
  return byHand(parts, caller, {id, note, event: 'resolved', audit: 'alert_resolved'}, (row, who, at) => {
    if (row.state === 'resolved') return undefined
    if (row.state === 'pending') throw notNow(row, 'resolve')
    return {state: 'resolved', resolved_at: at, resolved_by: who}
  })
}

function notNow({state}: SeenAlert, what: string): LogflowError {
  const why = state === 'pending' ? 'it is pending: it has not opened' : `it is ${state} already`
  return new LogflowError('ALREADY_THERE', `there is nothing to ${what}: ${why}`)
}

type Change = Partial<Pick<TriggeredAlertRow, 'state' | `acknowledged_${'at' | 'by'}` | `resolved_${'at' | 'by'}`>>

interface ByHandAct {
  id: string
  note: string | undefined
  event: 'acknowledged' | 'resolved'
  audit: string
}

/** @param changeOf what is to be changed of the row; nothing: it is so already */
async function byHand(
  parts: Parts,
  caller: Caller,
  {id, note, event, audit}: ByHandAct,
  changeOf: (row: SeenAlert, who: string, at: string) => Change | undefined,
): Promise<TriggeredAlert> {
  needWriter(caller)
  checkNote(note)
  return audited(parts, async (queries, noteDown) => {
    const row = await findAlert(queries, id)
    const at = parts.now().toISOString()
    const who = nameOf(caller)
    const change = changeOf(row, who, at)
    if (change === undefined) return one(queries, row)
    const details = JSON.stringify({...detailsOf(row), ...(note === undefined ? {} : {note})})
    const set = {...change, details, updated_at: at, by_hand: 1}
    await queries.updateTable('triggered_alerts').set(set).where('id', '=', row.id).execute()
    // An engine that is about to commit without knowing of it looks again.
    await touchState(queries, row.rule_id)
    const rule = {id: row.rule_id, name: row.rule_name}
    await appendHistory(queries, [{at, rule, alert: row.id, group: row.group_key, event, by: who, detail: note}])
    await noteDown({event: audit, caller, object: row.id, details: {rule: row.rule_name}})
    return one(queries, {...row, ...set})
  })
}

function checkNote(note: string | undefined): void {
  if (note === undefined || note.length <= LONGEST_NOTE) return
  throw new LogflowError('USAGE', `a note has at most ${LONGEST_NOTE.toLocaleString('en-US')} characters`)
}
