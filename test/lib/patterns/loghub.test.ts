import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {expect, test} from 'vitest'
import {toRecord} from '../../../src/lib/parse/to-record.js'
import {createMiner} from '../../../src/lib/patterns/miner.js'

// Grouping accuracy over the ground truth of Loghub (Zhu et al., ISSRE 2023): the share of lines whose group holds
// exactly the lines of their true group. One set of parameters for all systems; nothing here is fitted to them.

const SHARED = resolve(import.meta.dirname, '../../../../shared/data/loghub')
const systems = existsSync(SHARED)
  ? readdirSync(SHARED)
      .filter((file) => file.endsWith('_structured.csv'))
      .map((file) => file.replace('_2k.log_structured.csv', ''))
  : []

const ENVELOPE = {source: 's', host: 'h', timezone: 'UTC', observed: '2026-11-21T08:00:00.000Z'}

/** Rows of RFC 4180. */
function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const {1: quoted, 2: bare, 3: end} of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? bare ?? '')
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

/** The template of each message, by its place. */
function groupsOf(messages: readonly string[]): string[] {
  const miner = createMiner<number[]>({stats: {create: () => [], merge: (into, from) => into.push(...from)}})
  for (const [place, message] of messages.entries()) miner.add(message).push(place)
  const groups: string[] = []
  for (const {id, stats} of miner.templates()) for (const place of stats) groups[place] = id
  return groups
}

function groupingAccuracy(truth: readonly string[], found: readonly string[]): number {
  const sizes = (groups: readonly string[]) => {
    const counts = new Map<string, number>()
    for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1)
    return counts
  }
  const both = sizes(truth.map((group, place) => JSON.stringify([group, found[place]])))
  const [trueSizes, foundSizes] = [sizes(truth), sizes(found)]
  const right = truth.filter((group, place) => {
    const together = both.get(JSON.stringify([group, found[place]]))
    return together === trueSizes.get(group) && together === foundSizes.get(found[place] as string)
  })
  return right.length / truth.length
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

test.skipIf(systems.length === 0)('messages as published and as we parse them: over 0.85 on average', () => {
  const published: Record<string, number> = {}
  const parsed: Record<string, number> = {}
  for (const system of systems) {
    const [header = [], ...rows] = readCsv(readFileSync(join(SHARED, `${system}_2k.log_structured.csv`), 'utf8'))
    const lines = readFileSync(join(SHARED, `${system}_2k.log`), 'utf8')
      .trimEnd()
      .split(/\r?\n/)
    const events = rows.filter((row) => row.length === header.length)
    const column = (name: string) => events.map((row) => row[header.indexOf(name)] as string)
    const truth = column('EventId')
    expect(lines.length, system).toBe(truth.length)
    published[system] = groupingAccuracy(truth, groupsOf(column('Content')))
    const messages = lines.map(
      (line, place) => toRecord(line, ENVELOPE, {source: 's', offset: place, crc: 0}, place + 1).message,
    )
    parsed[system] = groupingAccuracy(truth, groupsOf(messages))
  }
  for (const accuracy of [published, parsed]) {
    expect(mean(Object.values(accuracy)), JSON.stringify(accuracy)).toBeGreaterThan(0.95)
    expect(Math.min(...Object.values(accuracy)), JSON.stringify(accuracy)).toBeGreaterThan(0.8)
  }
})
