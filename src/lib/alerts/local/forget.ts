import type {Queries} from '../../database/database.js'

/** Rows of each table in one transaction: others are not kept waiting. */
const PART = 500

/**
 * Inside a transaction; see EngineBook. What a hand resolved stays while the engine's state still speaks of it, and an
 * alert whose notice still waits to arrive.
 */
export async function forgetBefore(queries: Queries, moment: Date): Promise<number> {
  const before = moment.toISOString()
  const alerts = await queries
    .selectFrom('triggered_alerts')
    .select('id')
    .where('state', '=', 'resolved')
    .where('opened_at', '<', before)
    .where('resolved_at', '<', before)
    .where('by_hand', 'is', null)
    .where(({not, exists, selectFrom}) =>
      not(
        exists(
          selectFrom('notifications')
            .select('notifications.id')
            .whereRef('notifications.alert_id', '=', 'triggered_alerts.id')
            .where('notifications.state', '=', 'waiting'),
        ),
      ),
    )
    .orderBy('opened_at')
    .limit(PART)
    .execute()
  await removeAlerts(queries, alerts)
  const lines = await queries
    .selectFrom('alert_history')
    .leftJoin('triggered_alerts', 'triggered_alerts.id', 'alert_history.alert_id')
    .select('seq')
    .where('at', '<', before)
    .where('triggered_alerts.id', 'is', null)
    .orderBy('at')
    .orderBy('seq')
    .limit(PART)
    .execute()
  await removeLines(queries, lines)
  const silences = await queries.deleteFrom('silences').where('ends_at', '<', before).executeTakeFirst()
  return alerts.length + lines.length + Number(silences.numDeletedRows)
}

/** Their notices go with them. */
async function removeAlerts(queries: Queries, rows: ReadonlyArray<{id: string}>): Promise<void> {
  if (rows.length === 0) return
  const ids = rows.map(({id}) => id)
  await queries.deleteFrom('triggered_alerts').where('id', 'in', ids).execute()
}

async function removeLines(queries: Queries, rows: ReadonlyArray<{seq: number}>): Promise<void> {
  if (rows.length === 0) return
  const seqs = rows.map(({seq}) => seq)
  await queries.deleteFrom('alert_history').where('seq', 'in', seqs).execute()
}
