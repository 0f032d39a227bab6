import {randomUUID} from 'node:crypto'
import type {Caller} from '../../accounts/accounts.js'
import {audited} from '../../accounts/audited.js'
import type {Queries} from '../../database/database.js'
import type {SilenceRow} from '../../database/schema.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {Silence} from '../alerts.js'
import {checkSilence, type WrittenSilence} from '../check-silence.js'
import {MOST_LISTED, type Parts} from './parts.js'
import {nameOf, needOwner, needReader, needWriter} from './rights.js'

/** That have not ended: the engine holds every alert against all of them. */
const MOST_SILENCES = 1_000

export async function createSilence(parts: Parts, caller: Caller, written: WrittenSilence): Promise<Silence> {
  needWriter(caller)
  const {from, until} = checkSilence(written, parts.now())
  return audited(parts, async (queries, note) => {
    const now = parts.now().toISOString()
    const answer = await queries
      .selectFrom('silences')
      .select((row) => row.fn.countAll().as('n'))
      .where('ends_at', '>', now)
      .executeTakeFirst()
    if (Number(answer?.n ?? 0) >= MOST_SILENCES) {
      throw new LogflowError('USAGE', `there are ${MOST_SILENCES.toLocaleString('en-US')} silences already`)
    }
    const row: SilenceRow = {
      id: randomUUID(),
      matchers: JSON.stringify(written.matchers),
      starts_at: from.toISOString(),
      ends_at: until.toISOString(),
      comment: written.comment ?? null,
      created_by: nameOf(caller),
      created_by_id: caller.subject,
      created_at: now,
    }
    await queries.insertInto('silences').values(row).execute()
    const details = {matchers: written.matchers, starts_at: row.starts_at, ends_at: row.ends_at}
    await note({event: 'silence_created', caller, object: row.id, details})
    return toSilence(row)
  })
}

/** By their ends, the first to end first; of those that have ended the last 1,000. */
export async function listSilences(parts: Parts, caller: Caller, all = false): Promise<Silence[]> {
  needReader(caller)
  let asked = parts.database.queries.selectFrom('silences').selectAll()
  if (!all) asked = asked.where('ends_at', '>', parts.now().toISOString())
  const rows = await asked
    .orderBy('ends_at', 'desc')
    .orderBy('id')
    .limit(all ? 2 * MOST_LISTED : MOST_LISTED)
    .execute()
  return rows.reverse().map(toSilence)
}

/** One that has ended, or was ended, stays as it is. */
export async function endSilence(parts: Parts, caller: Caller, id: string): Promise<Silence> {
  needWriter(caller)
  return audited(parts, async (queries, note) => {
    const row = await silenceNamed(queries, id)
    needOwner(caller, row.created_by_id, 'this silence')
    const now = parts.now().toISOString()
    if (row.ends_at <= now) return toSilence(row)
    // One that has not begun never will: from and until are the same.
    const begun = row.starts_at < now
    const ended = {starts_at: begun ? row.starts_at : now, ends_at: now}
    await queries.updateTable('silences').set(ended).where('id', '=', row.id).execute()
    await note({event: 'silence_ended', caller, object: row.id})
    return toSilence({...row, ...ended})
  })
}

const BEGINNING = /^[0-9a-f][0-9a-f-]{0,35}$/

/** By id, or by a beginning of one that is unique. */
async function silenceNamed(queries: Queries, id: string): Promise<SilenceRow> {
  const beginning = id.toLowerCase()
  const rows = BEGINNING.test(beginning)
    ? await queries
        .selectFrom('silences')
        .selectAll()
        .where('id', '>=', beginning)
        .where('id', '<', `${beginning}g`)
        .orderBy('id')
        .limit(2)
        .execute()
    : []
  const [first, second] = rows
  if (first && (!second || first.id === beginning)) return first
  if (second) throw new LogflowError('USAGE', `the ids of several silences begin with ${beginning}`)
  throw new LogflowError('NOT_FOUND', `there is no silence ${JSON.stringify(id)}`, {
    suggestions: ['logflow alerts silence list'],
  })
}

export function toSilence(row: SilenceRow): Silence {
  return {
    id: row.id,
    matchers: JSON.parse(row.matchers) as Silence['matchers'],
    starts_at: row.starts_at,
    ends_at: row.ends_at,
    ...(row.comment === null ? {} : {comment: row.comment}),
    created_by: row.created_by,
    created_at: row.created_at,
  }
}
