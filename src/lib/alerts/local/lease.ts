import {sql} from 'kysely'
import type {Database, Queries} from '../../database/database.js'

const ENGINE = 'alert-engine'

export interface LeaseParts {
  database: Database
  /** Where the database is a file, and has no clock but this machine's. */
  now(): Date
}

/** True where the lease is the holder's own now, and for `ms` from now. */
export function takeLease(parts: LeaseParts, holder: string, ms: number): Promise<boolean> {
  return parts.database.transaction(async (queries) => {
    const now = await clockOf(parts, queries)
    const row = await leaseRow(queries)
    const taken_at = now.toISOString()
    // A lease that was taken later than now was taken by a clock that has been set back since: it would last too long.
    const held = row !== undefined && row.holder !== holder && row.taken_at <= taken_at && row.ends_at > taken_at
    if (held) return false
    const set = {holder, taken_at, ends_at: new Date(now.getTime() + ms).toISOString()}
    await queries
      .insertInto('leases')
      .values({name: ENGINE, ...set})
      .onConflict((conflict) => conflict.column('name').doUpdateSet(set))
      .execute()
    return true
  })
}

export async function leaseHolder(parts: LeaseParts): Promise<{holder: string; until: string} | undefined> {
  const {queries} = parts.database
  const [row, now] = [await leaseRow(queries), await clockOf(parts, queries)]
  return row && row.ends_at > now.toISOString() ? {holder: row.holder, until: row.ends_at} : undefined
}

export async function releaseLease({database}: LeaseParts, holder: string): Promise<void> {
  await database.queries.deleteFrom('leases').where('name', '=', ENGINE).where('holder', '=', holder).execute()
}

function leaseRow(queries: Queries) {
  return queries.selectFrom('leases').selectAll().where('name', '=', ENGINE).executeTakeFirst()
}

/** The server's, so that machines whose clocks differ agree. */
async function clockOf({database, now}: LeaseParts, queries: Queries): Promise<Date> {
  if (database.kind !== 'postgres') return now()
  const {rows} = await sql<{ms: number}>`
    select floor(extract(epoch from clock_timestamp()) * 1000)::double precision as ms`.execute(queries)
  return new Date(Number(rows[0]?.ms))
}
