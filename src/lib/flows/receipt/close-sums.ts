import {LogflowError} from '../../errors/logflow-error.js'
import type {SourceResult} from '../../sources/open-sources.js'
import type {ReadCounters} from '../../sources/read-counters.js'
import type {LedgerEntry} from './unit-ledger.js'

/** The counts of one file or of all: every line is a unit's first, joined to one, or blank; pieces are of long lines. */
export type LineCounts = Pick<ReadCounters, 'lines' | 'units' | 'joined' | 'blank' | 'pieces'>

/** What a ship counted, on its way in and on its way out. */
export interface ShipSums {
  files: readonly SourceResult[]
  /** Of all files. */
  read: LineCounts
  /** What the bus acknowledged, by source and file. */
  acknowledged: readonly LedgerEntry[]
  /** The run was ended before everything was read and sent, perhaps in a file: then less may have been sent. */
  cutShort: boolean
}

const COUNTS = ['lines', 'units', 'joined', 'blank', 'pieces'] as const

/** Throws INTERNAL, naming both sums, where what was read and what came of it differ, in a file or in total. */
export function closeSums({files, read, acknowledged, cutShort}: ShipSums): void {
  const allSent = acknowledged.reduce((sum, entry) => sum + entry.units, 0)
  if (cutShort ? allSent > read.units : allSent !== read.units)
    throw open(`${read.units} units were read, and ${allSent} sent`)
  if (cutShort) return
  for (const count of COUNTS) {
    const ofFiles = files.reduce((sum, file) => sum + file[count], 0)
    if (ofFiles !== read[count]) throw open(`the files have ${ofFiles} ${count}, and ${read[count]} were counted`)
  }
  const sent = unitsBySource(acknowledged)
  for (const [source, count] of unitsBySource(files)) {
    const ofFile = sent.get(source) ?? 0
    if (ofFile !== count) throw open(`${count} units were read from ${nameOf(source, files)}, and ${ofFile} sent`)
  }
  for (const file of files) closeLines(file, file.path)
  closeLines(read, 'all files')
}

function closeLines({lines, units, joined, blank, pieces}: LineCounts, where: string): void {
  const came = units + joined + blank
  if (lines + pieces !== came) throw open(`${where}: ${lines + pieces} lines were read, and ${came} accounted for`)
}

function unitsBySource(counts: ReadonlyArray<{source: string; units: number}>): Map<string, number> {
  const sums = new Map<string, number>()
  for (const {source, units} of counts) sums.set(source, (sums.get(source) ?? 0) + units)
  return sums
}

function nameOf(source: string, files: readonly SourceResult[]): string {
  return files.find((file) => file.source === source)?.path ?? `source ${source}`
}

function open(message: string): LogflowError {
  return new LogflowError('INTERNAL', `the sums do not close: ${message}`)
}
