import {agoText} from '../../output/alert-text.js'
import {formatBytes, formatCount, formatDuration, plural} from '../../output/numbers.js'
import {formatTime} from '../../output/times.js'
import type {Zone} from '../../record/zone.js'
import type {HealthMode} from '../modes/health.js'
import type {Health} from '../pipeline.js'
import type {State} from '../state.js'
import {type Detail, detailLines} from './details.js'
import {fitted, type Part, type Pen} from './pen.js'
import {inRows, type Place} from './window.js'

/** A pipeline in which nothing is processed for so long has a processor that is away, or stuck. */
const STALLED_MS = 10_000
/** Columns from which on the last line has room for what comes and what is processed. */
const WIDE = 130

/** Everything that is known of how the pipeline is. */
export function drawHealth(state: State, {begin}: HealthMode, place: Place, pen: Pen): string[] {
  const {health, all, rate, aside, zone} = state
  const {pace, store, deadLetters} = health
  const {palette, now} = pen
  const held = aside ? aside.live.all : all
  const ago = (time: string | undefined) => (time === undefined ? undefined : agoText(time, {zone, now}))
  const letters = deadLetters === undefined ? undefined : lettersText(health)
  const details: Detail[] = [
    [
      'this screen',
      `${formatCount(Math.round(rate))}/s arrive; ${plural(held.size, 'record')} can be scrolled through`,
    ],
    ['not shown yet', health.lag === undefined ? undefined : formatCount(health.lag)],
    ['stream', health.away, palette.bad],
    ['bus', health.busAway === undefined ? undefined : awaySince(health.busAway, zone), palette.bad],
    ['lines come', pace?.coming === undefined ? undefined : perSecond(pace.coming)],
    ['processed', pace?.processed === undefined ? undefined : perSecond(pace.processed)],
    ['lag', pace && lagText(pace)],
    ['processor', processorText(health, now), isStalled(health, now) ? palette.bad : palette.good],
    ['dead letters', letters, deadLetters ? palette.warn : palette.good],
    [
      'store',
      health.storeAway === undefined ? store?.version : awaySince(health.storeAway, zone),
      health.storeAway === undefined ? undefined : palette.bad,
    ],
    ['place', store?.location],
    ['records', store && `${formatCount(store.records)}, ${formatBytes(store.bytes)}`],
    ['newest', ago(store?.newest)],
    ['last stored', ago(store?.lastStored)],
    ['damaged', store?.damaged?.length ? plural(store.damaged.length, 'part') : undefined, palette.bad],
  ]
  const lines = detailLines(details, place.columns, pen)
  const title = fitted([[' pipeline', palette.bold]], place.columns)
  return inRows([title, ...lines.slice(Math.min(begin, Math.max(0, lines.length - place.rows + 1)))], place)
}

/** The end of the last line: what is wrong first, then how far behind, then dead letters. */
export function healthParts({health, size, zone}: State, {palette, now}: Pen): Part[] {
  const {away, busAway, storeAway, pace, lag, deadLetters} = health
  const parts: Part[] = []
  if (away !== undefined) parts.push([`  ${away}`, palette.bad])
  if (busAway !== undefined) parts.push([`  bus ${awaySince(busAway, zone)}`, palette.bad])
  if (storeAway !== undefined) parts.push([`  store ${awaySince(storeAway, zone)}`, palette.bad])
  if (isStalled(health, now)) parts.push([`  nothing is processed`, palette.bad])
  if (size.columns >= WIDE && pace?.coming !== undefined)
    parts.push([`  in ${perSecond(pace.coming)}  processed ${perSecond(pace.processed ?? 0)}`, palette.dim])
  if (pace) parts.push([`  lag ${lagText(pace)}`, palette.dim])
  else if (lag !== undefined) parts.push([`  lag ${formatCount(lag)}`, palette.dim])
  if (deadLetters) parts.push([`  dlq ${lettersText(health)}`, palette.warn])
  return parts
}

function processorText({pace}: Health, now: number): string | undefined {
  if (!pace) return undefined
  if (pace.stalledSince === undefined) return pace.behind === 0 ? 'all that came is processed' : 'at work'
  const {stalledSince} = pace
  if (now - stalledSince < STALLED_MS) return 'waiting'
  return `nothing was processed for ${formatDuration(now - stalledSince)}: logflow process, or logflow up, does it`
}

function isStalled({pace}: Health, now: number): boolean {
  return pace?.stalledSince !== undefined && now - pace.stalledSince >= STALLED_MS
}

/** `1,204, 0.2 s`. */
function lagText({behind, behindMs}: NonNullable<Health['pace']>): string {
  return `${formatCount(behind)}${behindMs === undefined ? '' : `, ${formatDuration(behindMs)}`}`
}

function lettersText({deadLetters = 0, deadLettersAtMost}: Health): string {
  return `${deadLettersAtMost ? 'up to ' : ''}${formatCount(deadLetters)}`
}

function awaySince(at: number, zone: Zone): string {
  return `away since ${formatTime(new Date(at).toISOString(), zone).slice(0, 8)}`
}

function perSecond(rate: number): string {
  return `${formatCount(Math.round(rate))}/s`
}
