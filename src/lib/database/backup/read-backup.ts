import {createHash} from 'node:crypto'
import {type BackupEnd, type BackupHead, type BackupRow, fromLine, noBackup} from './format.js'

const LINE_FEED = 10
/** A row is far smaller; what has no end of line for so long is no backup. */
const LONGEST_LINE = 64 * 2 ** 20

export interface ReadBackup {
  head: BackupHead
  end: BackupEnd
}

/**
 * Reads a backup from its first byte to its last and checks its sum and counts. Rejects with CORRUPT.
 *
 * @param onRow is handed each row before the sum is known: act on it only where the whole can be undone
 */
export async function readBackup(
  chunks: AsyncIterable<Buffer>,
  onRow: (row: BackupRow) => Promise<void> | void = () => {},
): Promise<ReadBackup> {
  const hash = createHash('sha256')
  const rows = new Map<string, number>()
  let head: BackupHead | undefined
  let end: BackupEnd | undefined
  let number = 0
  for await (const line of linesOf(chunks)) {
    number++
    if (end !== undefined) throw noBackup(`something follows its end (line ${number})`)
    const read = fromLine(line.toString(), number)
    if (read.kind === 'end') {
      end = read.end
      continue
    }
    hash.update(line)
    if (read.kind === 'head') head = read.head
    else {
      rows.set(read.row.table, (rows.get(read.row.table) ?? 0) + 1)
      await onRow(read.row)
    }
  }
  if (head === undefined) throw noBackup('it is empty')
  if (end === undefined) throw noBackup('its end is missing')
  if (hash.digest('hex') !== end.sha256) throw noBackup('its sum does not fit: it was changed or damaged')
  const counted = Object.entries(end.rows).every(([table, count]) => (rows.get(table) ?? 0) === count)
  if (!counted) throw noBackup('rows are missing')
  return {head, end}
}

/** Lines with their ends; a last one without it, too. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, at + 1)])
      rest = []
      length = 0
      from = at + 1
    }
    const tail = chunk.subarray(from)
    rest.push(tail)
    length += tail.length
    if (length > LONGEST_LINE) throw noBackup('a line of it has no end')
  }
  if (length > 0) yield Buffer.concat(rest)
}
