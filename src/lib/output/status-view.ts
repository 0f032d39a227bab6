import {type AlertsPart, alertsLine} from './alerts-line.js'
import {type DatabasePart, databaseLine} from './database-view.js'
import {escapeLine} from './escape-controls.js'
import {formatBytes, formatCount, formatDuration, plural} from './numbers.js'
import {paletteFor} from './palette.js'
import type {Screen} from './screen.js'

interface BusPart {
  version: string
  topic: string
  group: string
  partitions: Array<{partition: number; earliest: number; next: number; committed?: number; lag: number}>
  lag: number
  dead_letters: number
  dead_letters_at_most?: boolean
}

interface StorePart {
  version: string
  location: string
  records: number
  bytes: number
  newest?: string
  last_stored?: string
  parts: Record<string, number>
  damaged?: Array<{file: string; records?: number}>
}

export interface StatusParts {
  bus: BusPart | {error: string}
  store: StorePart | {error: string}
  database?: DatabasePart | {error: string}
  alerts?: AlertsPart | {error: string}
}

/** The pipeline for people: a line for each part, then one a partition. */
export function statusView(status: StatusParts, {screen, now}: {screen: Screen; now: Date}): string {
  const palette = paletteFor(screen.color)
  const {bus, store, database, alerts} = status
  const lines: string[] = []
  if ('error' in bus) lines.push(`bus       ${palette.bad(escapeLine(bus.error))}`)
  else {
    const parts = [
      bus.version,
      `topic ${bus.topic}`,
      plural(bus.partitions.length, 'partition'),
      `lag ${formatCount(bus.lag)}`,
    ]
    if (bus.dead_letters > 0) {
      const atMost = bus.dead_letters_at_most ? 'up to ' : ''
      parts.push(palette.warn(`dead letters ${atMost}${formatCount(bus.dead_letters)}`))
    }
    lines.push(`bus       ${parts.join('   ')}`, ...bus.partitions.map((p) => palette.dim(partitionLine(p))))
  }
  if ('error' in store) lines.push(`store     ${palette.bad(escapeLine(store.error))}`)
  else {
    const parts = [store.version, store.location, plural(store.records, 'record'), formatBytes(store.bytes)]
    const kinds = Object.entries(store.parts).map(([kind, count]) => `${formatCount(count)} ${kind}`)
    if (kinds.length > 0) parts.push(kinds.join(', '))
    if (store.damaged?.length)
      parts.push(palette.bad(`${plural(store.damaged.length, 'part')} damaged: logflow doctor`))
    if (store.last_stored) parts.push(`last stored ${ago(store.last_stored, now)}`)
    lines.push(`store     ${parts.join('   ')}`)
    if (store.newest) lines.push(palette.dim(`          newest record ${store.newest}`))
  }
  if (database) {
    const text = 'error' in database ? palette.bad(escapeLine(database.error)) : databaseLine(database)
    lines.push(`database  ${text}`)
  }
  if (alerts) {
    const text = 'error' in alerts ? palette.bad(escapeLine(alerts.error)) : alertsLine(alerts, {screen, now})
    lines.push(`alerts    ${text}`)
  }
  return `${lines.join('\n')}\n`
}

function partitionLine(p: BusPart['partitions'][number]): string {
  const committed = p.committed === undefined ? 'nothing processed' : `processed to ${formatCount(p.committed)}`
  return `          partition ${p.partition}   ${committed} of ${formatCount(p.next)}   lag ${formatCount(p.lag)}`
}

function ago(time: string, now: Date): string {
  const ms = now.getTime() - Date.parse(time)
  return ms < 0 ? time : `${formatDuration(ms)} ago`
}

/** Checks for people: a mark, the finding, and under it what to do. */
export function checksView(
  checks: Array<{name: string; state: 'ok' | 'warning' | 'failed'; finding: string; fix?: string}>,
  screen: Screen,
): string {
  const palette = paletteFor(screen.color)
  const marks = {ok: palette.good('✓'), warning: palette.warn('!'), failed: palette.bad('✗')}
  const lines = checks.flatMap(({name, state, finding, fix}) => [
    `${marks[state]} ${name.padEnd(15)} ${escapeLine(finding)}`,
    ...(fix && state !== 'ok' ? [`    ${escapeLine(fix)}`] : []),
  ])
  return `${lines.join('\n')}\n`
}
