import {escapeLine} from './escape-controls.js'
import {formatBytes, formatCount, formatDuration, plural} from './numbers.js'
import {paletteFor} from './palette.js'
import type {RowColumn} from './rows.js'
import type {Screen} from './screen.js'

interface Stats {
  kind: string
  available: boolean
  hits: number
  misses: number
  hit_rate?: number
  errors: number
  keys: number
  bytes?: number
  prefixes: Record<string, number>
}

/** The cache for people: what it is, how it was asked, what it holds. */
export function cacheStatsView(stats: Stats, screen: Screen): string {
  const palette = paletteFor(screen.color)
  const {kind, available, hits, misses, hit_rate: rate, errors, keys, bytes, prefixes} = stats
  const asked = [plural(hits, 'hit'), plural(misses, 'miss', 'misses')]
  if (rate !== undefined) asked.push(`${(rate * 100).toFixed(1)} % found`)
  if (errors > 0) asked.push(palette.warn(plural(errors, 'error')))
  const holds = [plural(keys, 'key'), ...(bytes === undefined ? [] : [formatBytes(bytes)])]
  const byPrefix = Object.entries(prefixes).sort((a, b) => b[1] - a[1])
  const lines = [
    `cache    ${kind}   ${available ? palette.good('available') : palette.bad('away: nothing is cached')}`,
    ...(rate === undefined && errors === 0 ? [] : [`asked    ${asked.join('   ')}`]),
    `holds    ${holds.join('   ')}`,
    ...byPrefix.map(([prefix, count]) => palette.dim(`         ${escapeLine(prefix)}   ${formatCount(count)}`)),
  ]
  return `${lines.join('\n')}\n`
}

const seconds = (value: unknown) => (typeof value === 'number' ? formatDuration(value * 1_000) : '')

export const RATE_COLUMNS: readonly RowColumn[] = [
  {title: 'endpoint', least: 10},
  {title: 'who', least: 12},
  {title: 'allowed', show: (value) => (value === true ? 'yes' : 'no')},
  {title: 'remaining', align: 'right'},
  {title: 'limit', align: 'right'},
  {key: 'window_seconds', title: 'window', align: 'right', show: seconds},
  {key: 'reset_seconds', title: 'ends in', align: 'right', show: seconds},
]
