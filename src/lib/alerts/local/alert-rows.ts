import type {Queries} from '../../database/database.js'
import type {TriggeredAlertRow} from '../../database/schema.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {TriggeredAlert} from '../alerts.js'
import {type GroupKey, groupValues, type Severity} from '../rule.js'
import type {RuleState} from '../state.js'

/** JSON of `triggered_alerts.details`: what of the rule the alert was opened by. */
export interface AlertDetails {
  labels: Record<string, string>
  threshold?: number
  runbook?: string
  query: string
  /** RFC 3339: the beginning of the window in which the condition first held. */
  since: string
  silenced: boolean
  /** What else was found when it opened. */
  found?: Record<string, string | number>
  note?: string
}

/** A row, and how far its rule has been evaluated. */
export type SeenAlert = TriggeredAlertRow & {evaluated_until: string | null}

export function alertRows(queries: Queries) {
  return queries
    .selectFrom('triggered_alerts')
    .leftJoin('rule_states', 'rule_states.rule_id', 'triggered_alerts.rule_id')
    .selectAll('triggered_alerts')
    .select('rule_states.evaluated_until')
}

/** An id, or the beginning of one. */
const BEGINNING = /^[0-9a-f][0-9a-f-]{0,35}$/

/** By id, or by a beginning that is unique. NOT_FOUND, or USAGE where it is not unique. */
export async function findAlert(queries: Queries, id: string): Promise<SeenAlert> {
  const beginning = id.toLowerCase()
  const rows = BEGINNING.test(beginning)
    ? await alertRows(queries)
        .where('triggered_alerts.id', '>=', beginning)
        // Behind every digit and the hyphen.
        .where('triggered_alerts.id', '<', `${beginning}g`)
        .orderBy('triggered_alerts.id')
        .limit(2)
        .execute()
    : []
  const [first, second] = rows
  if (first && (!second || first.id === beginning)) return first
  if (second) {
    throw new LogflowError('USAGE', `the ids of several alerts begin with ${beginning}`, {
      suggestions: ['Write more of the id'],
    })
  }
  throw new LogflowError('NOT_FOUND', `there is no alert ${JSON.stringify(id)}`, {
    suggestions: ['logflow alerts triggered  to list them'],
  })
}

export function detailsOf(row: Pick<TriggeredAlertRow, 'details'>): AlertDetails {
  return {labels: {}, query: '', since: '', silenced: false, ...(JSON.parse(row.details) as Partial<AlertDetails>)}
}

/** With the values that the last evaluations found of those that are not over. */
export async function toAlerts(queries: Queries, rows: readonly SeenAlert[]): Promise<TriggeredAlert[]> {
  const values = await currentValues(queries, rows)
  return rows.map((row) => toAlert({...row, value: values.get(row.id) ?? row.value}))
}

/** Value by alert; they are in the states of the rules, so that an evaluation writes one row and not one an alert. */
async function currentValues(queries: Queries, rows: readonly SeenAlert[]): Promise<Map<string, number>> {
  const rules = [...new Set(rows.filter(({state}) => state !== 'resolved').map(({rule_id}) => rule_id))]
  if (rules.length === 0) return new Map()
  const states = await queries.selectFrom('rule_states').select('state').where('rule_id', 'in', rules).execute()
  const groups: Array<{alert: string; value?: number}> = states.flatMap(({state}) =>
    state === null ? [] : Object.values((JSON.parse(state) as RuleState).groups),
  )
  return new Map(groups.flatMap(({alert, value}) => (value === undefined ? [] : [[alert, value] as const])))
}

function toAlert(row: SeenAlert): TriggeredAlert {
  const {labels, threshold, runbook, query, since, silenced, note} = detailsOf(row)
  return {
    id: row.id,
    rule_id: row.rule_id,
    rule_name: row.rule_name,
    severity: row.severity as Severity,
    state: row.state,
    group: JSON.parse(row.group_key) as TriggeredAlert['group'],
    labels,
    opened_at: row.opened_at,
    updated_at: row.updated_at,
    ...(row.acknowledged_at === null ? {} : {acknowledged_at: row.acknowledged_at}),
    ...(row.acknowledged_by === null ? {} : {acknowledged_by: row.acknowledged_by}),
    ...(row.resolved_at === null ? {} : {resolved_at: row.resolved_at}),
    ...(row.resolved_by === null ? {} : {resolved_by: row.resolved_by}),
    ...(row.value === null ? {} : {value: row.value}),
    ...(threshold === undefined ? {} : {threshold}),
    query,
    since: since === '' ? row.opened_at : since,
    until: untilOf(row),
    ...(runbook === undefined ? {} : {runbook}),
    ...(note === undefined ? {} : {note}),
    silenced,
  }
}

/** Of one that is open: what has been evaluated so far. */
function untilOf({resolved_at, opened_at, evaluated_until}: SeenAlert): string {
  if (resolved_at !== null) return resolved_at > opened_at ? resolved_at : opened_at
  return evaluated_until !== null && evaluated_until > opened_at ? evaluated_until : opened_at
}

/** `{"service":"payment"}`, in the order of the rule. */
export function groupJson(fields: readonly string[], key: GroupKey): string {
  const values = groupValues(key)
  return JSON.stringify(Object.fromEntries(fields.map((field, index) => [field, values[index] ?? null])))
}
