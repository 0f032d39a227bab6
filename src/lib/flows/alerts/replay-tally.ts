import type {Look} from '../../alerts/look.js'
import type {GroupKey, Rule} from '../../alerts/rule.js'
import {type Incident, mayMean, type OpenSpan} from '../../alerts/score.js'
import type {AlertEvent} from '../../alerts/state.js'
import {isTold, namedGroup} from './make-notice.js'
import type {ReplayStep} from './replay.js'

/** An alert that a replay opened. */
export interface ReplayedAlert extends OpenSpan {
  key: GroupKey
  /** At its opening, and the one farthest over the threshold while it was open. */
  value?: number
  peak?: number
  /** The condition held at the first evaluation already: it may have begun before. */
  fromStart: boolean
  silenced: boolean
}

/** How near an incident came to firing: for the explanation of one that was missed. */
export interface Nearness {
  /** The value nearest to firing in the time in which an alert would have counted. */
  value?: number
  /** The longest that an alert was pending in it, ms. */
  pendingMs: number
}

export interface TallyOptions {
  since: number
  until: number
  /** Kept for drawing: a value a look. */
  series?: boolean
  truth?: readonly Incident[]
  graceMs?: number
  services?: readonly string[]
}

/** Alerts that one rule may open in a replay: a rule that opens more says nothing. */
const MOST_ALERTS = 100_000

/** What comes of the steps of one rule: alerts, notices, time open. Holds the alerts, and numbers a look if asked for. */
export class ReplayTally {
  readonly alerts: ReplayedAlert[] = []
  /** At each evaluation: the value of the group nearest to firing (NaN: too little to say), and whether one is open. */
  readonly series: Array<{at: number; value: number; open: boolean}> = []
  readonly nearness: Nearness[]
  evaluations = 0
  /** Messages, and alerts that were told of in them. */
  notices = 0
  told = 0
  /** In which at least one alert was open, ms. */
  openMs = 0
  /** More alerts than are held. */
  overflown = 0
  #openSince: number | undefined
  readonly #open = new Map<GroupKey, ReplayedAlert>()
  #first: number | undefined

  constructor(
    readonly rule: Rule,
    readonly options: TallyOptions,
  ) {
    this.nearness = (options.truth ?? []).map(() => ({pendingMs: 0}))
  }

  add({look, events, state}: Pick<ReplayStep, 'look' | 'events' | 'state'>): void {
    this.evaluations++
    this.#first ??= look.at
    const told = events.filter((event) => isTold(event, this.rule)).length
    this.told += told
    if (told > 0) this.notices++
    for (const event of events) this.#take(event)
    for (const [key, alert] of this.#open) this.#raise(alert, look.values.get(key)?.value)
    this.#countOpen(look.at)
    if (this.options.series) {
      this.series.push({at: look.at, value: nearestOf(this.rule, valuesOf(look)), open: this.#open.size > 0})
    }
    this.#watchIncidents(look, state.groups)
  }

  /** The replay is over. */
  end(): void {
    if (this.#openSince !== undefined) this.openMs += this.options.until - this.#openSince
    this.#openSince = undefined
  }

  /** ms; of one that is still open, until the end of the replay. */
  lengthOf({openedAt, resolvedAt}: OpenSpan): number {
    return (resolvedAt ?? this.options.until) - openedAt
  }

  #take(event: AlertEvent): void {
    if (event.kind === 'opened') {
      const alert: ReplayedAlert = {
        key: event.group,
        group: namedGroup(this.rule, event.group),
        openedAt: event.at,
        ...(event.value === undefined ? {} : {value: event.value, peak: event.value}),
        fromStart: event.at - this.rule.forMs <= (this.#first as number),
        silenced: event.silenced,
      }
      this.#open.set(event.group, alert)
      if (this.alerts.length < MOST_ALERTS) this.alerts.push(alert)
      else this.overflown++
    } else if (event.kind === 'resolved') {
      const alert = this.#open.get(event.group)
      if (alert) alert.resolvedAt = event.at
      this.#open.delete(event.group)
    }
  }

  #countOpen(at: number): void {
    if (this.#open.size > 0) this.#openSince ??= at
    else if (this.#openSince !== undefined) {
      this.openMs += at - this.#openSince
      this.#openSince = undefined
    }
  }

  #raise(alert: ReplayedAlert, value: number | undefined): void {
    if (value !== undefined && (alert.peak === undefined || isNearer(this.rule, value, alert.peak))) alert.peak = value
  }

  #watchIncidents(look: Look, groups: ReplayStep['state']['groups']): void {
    const {truth = [], graceMs = 0} = this.options
    for (const [index, incident] of truth.entries()) {
      if (look.at < incident.begin || look.at > incident.end + graceMs) continue
      const nearness = this.nearness[index] as Nearness
      for (const [key, {value}] of look.values) {
        if (!mayMean(namedGroup(this.rule, key), incident, this.options)) continue
        if (value !== undefined && (nearness.value === undefined || isNearer(this.rule, value, nearness.value))) {
          nearness.value = value
        }
        const group = groups[key]
        if (group?.phase === 'pending') nearness.pendingMs = Math.max(nearness.pendingMs, look.at - group.since)
      }
    }
  }
}

function* valuesOf({values}: Look): Generator<number> {
  for (const {value} of values.values()) if (value !== undefined) yield value
}

/** Of many values the one that is nearest to firing; NaN where there is none. */
export function nearestOf(rule: Rule, values: Iterable<number>): number {
  let nearest = Number.NaN
  for (const value of values) {
    if (!Number.isNaN(value) && (Number.isNaN(nearest) || isNearer(rule, value, nearest))) nearest = value
  }
  return nearest
}

/** Whether `a` is nearer to firing than `b`, or farther beyond it. */
export function isNearer({condition, threshold, measure}: Rule, a: number, b: number): boolean {
  if (measure.kind === 'no_data' || (measure.kind === 'spike' && measure.direction === 'down')) return a < b
  if (condition === 'less_than' || condition === 'less_than_or_equal') return a < b
  if (condition === 'equals') return Math.abs(a - threshold) < Math.abs(b - threshold)
  return a > b
}
