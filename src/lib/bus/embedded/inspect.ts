import {setImmediate as nextTurn} from 'node:timers/promises'
import type {Database} from 'libsql'
import type {Inspection, InspectOptions} from '../../errors/inspection.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {BusFile} from './bus-file.js'
import type {TopicReader} from './reading.js'
import {rowOf} from './topics.js'

interface TopicRow {
  name: string
  id: number
  first: number
  units: number
  bytes: number
}

/** Has SQLite look through the file, then reads every batch against its checksum. */
export async function inspectBus(
  {file, db, reader}: {file: BusFile; db: Database; reader: TopicReader},
  {onProgress, signal}: InspectOptions,
): Promise<Inspection> {
  const findings = await pageDamage(file, db)
  const topics = await file.patiently('read', () => topicsOf(db))
  const units = topics.reduce((sum, topic) => sum + topic.units, 0)
  const total = topics.reduce((sum, {bytes}) => sum + bytes, 0)
  const following = db.prepare('select next from batches where topic = ? and next > ? order by next limit 1')
  let records = 0
  for (const {name, id, first} of topics) {
    for (let position = first; !signal?.aborted; ) {
      const read = await after(file, reader, name, position)
      if (read === undefined) break
      if (read instanceof LogflowError) {
        findings.push({finding: read.message, fix: read.suggestions[0] ?? ''})
        // The batch that is damaged ends where the next one begins.
        const next = await file.patiently('read', () => rowOf<{next: number}>(following, id, position)?.next)
        if (next === undefined) break
        position = next
      } else if (read.kind === 'gap') position = read.to
      else {
        records += read.nextOffset - position
        position = read.nextOffset
      }
      onProgress?.({done: Math.round((total * records) / Math.max(1, units)), total, records})
      await nextTurn()
    }
  }
  return {records, findings}
}

async function after(file: BusFile, reader: TopicReader, topic: string, position: number) {
  try {
    return await file.patiently('read', () => reader.after(topic, position))
  } catch (error) {
    if (error instanceof LogflowError && error.code === 'CORRUPT') return error
    throw error
  }
}

function topicsOf(db: Database): TopicRow[] {
  return db
    .prepare(
      `select name, id, ifnull((select b.next - b.count from batches b where b.topic = t.id order by b.next limit 1), next)
        as first, (select ifnull(sum(count), 0) from batches b where b.topic = t.id) as units,
        (select ifnull(sum(length(columns) + length(data)), 0) from batches b where b.topic = t.id) as bytes
        from topics t order by name`,
    )
    .all([]) as TopicRow[]
}

const MOST_FINDINGS = 5

async function pageDamage(file: BusFile, db: Database): Promise<Inspection['findings']> {
  const check = db.prepare(`pragma integrity_check(${MOST_FINDINGS})`)
  const rows = await file.patiently('read', () => check.all([]) as Array<{integrity_check: string}>)
  return rows
    .map((row) => row.integrity_check)
    .filter((said) => said !== 'ok')
    .map((said) => ({
      finding: `The bus file ${file.path} is damaged: ${said.replaceAll('\n', ' ')}`,
      fix: `Process what can still be read, then move ${file.path} away and ship the files again: nothing stored is doubled`,
    }))
}
