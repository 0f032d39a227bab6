// How well a rule would have told of incidents that are known. What counts as told is written down here and nowhere
// else; `alerts backtest --truth` shows it, and so do the figures published for the example rules.

/** Something that really happened, ms since 1970. */
export interface Incident {
  name: string
  /** Of the kind of incident, where it was made by `generate --scenario`. */
  scenario?: string
  begin: number
  end: number
  /** Those it touched; absent: any. */
  services?: readonly string[]
  /** Those that suffered with them, as they wait for them or get their work from them: an alert of one of these is true, too. */
  affected?: readonly string[]
}

/** An alert that a replay opened. */
export interface OpenSpan {
  openedAt: number
  /** Absent: still open when the replay ended. */
  resolvedAt?: number
  /** Of group_by → value. */
  group: Readonly<Record<string, string | null>>
}

export interface ScoreOptions {
  /** Bounds of the replay: incidents that do not begin in [since, until) are not judged. */
  since: number
  until: number
  /**
   * What an alert may come after the end of its incident: the rule's own slowness, window + for + every, as a record of
   * the incident's last moment is still in the window then.
   */
  graceMs: number
  /** The services that the rule looks at; absent or empty: all. */
  services?: readonly string[]
  /** An alert may mean an incident of any service: those that call the broken one suffer with it. */
  anywhere?: boolean
  /** Incidents the rule is meant to find; an alert of any other is no false one. All unless given. */
  meant?: (incident: Incident) => boolean
}

export interface Score {
  /** Parts of one; absent where nothing could be counted: no alert, or no incident. */
  precision?: number
  recall?: number
  /** Harmonic mean of the two; 0 where either is. */
  f1?: number
  /** Of the detected: from the begin of the incident to the opening, ms. The median of an even number is the mean of two. */
  detection?: {medianMs: number; worstMs: number}
  incidents: IncidentScore[]
  /** In the order of the alerts given: index of the incident each is true for; absent: false. */
  trueFor: Array<number | undefined>
  /** Incidents of the truth that begin outside the replay, or that the rule is not meant for. */
  notJudged: number
}

export interface IncidentScore {
  incident: Incident
  /** Indices of the true alerts that were open during it, by opening. */
  alerts: number[]
  /** Absent: missed. 0 where an alert of an earlier incident was open when this one began. */
  afterMs?: number
  /** A false alert, open since before it began: nobody is told anew, so it is missed. */
  hiddenBy?: number
}

/**
 * An alert is TRUE when it opened at a moment from the begin of an incident to its end + grace, the incident's services
 * being such that it can be meant: its group's `service` is one of them (broken, or affected: who is called at night
 * because orders fail is rightly called where it is payment that is broken), or, without one, the rule looks at one of
 * them; with `anywhere` whatever its service. Every other alert is FALSE, also one that opened before the incident and
 * was still open in it: it did not tell of it. An incident is DETECTED when a true alert that can mean it was open at some moment from its begin to its end +
 * grace, also one that opened in an earlier incident, but not one that opened after its end and tells of a later one; else
 * it is MISSED.
 *
 * Precision is true alerts by alerts, recall detected incidents by incidents. Several alerts of one incident are all
 * true: how many notices that made is told beside.
 */
export function score(alerts: readonly OpenSpan[], truth: readonly Incident[], options: ScoreOptions): Score {
  const judged = truth.filter((incident) => isJudged(incident, options))
  const trueFor = alerts.map((alert) => toldOf(alert, truth, options))
  const told = trueFor.map((index) => (index === undefined ? undefined : truth[index]))
  const incidents = judged.map((incident) => scoreIncident(incident, alerts, told, options))
  const detected = incidents.flatMap(({afterMs}) => afterMs ?? [])
  const precision = part(trueFor.filter((index) => index !== undefined).length, alerts.length)
  const recall = part(detected.length, incidents.length)
  return {
    ...(precision === undefined ? {} : {precision}),
    ...(recall === undefined ? {} : {recall}),
    ...meanOf(precision, recall),
    ...(detected.length > 0 ? {detection: {medianMs: median(detected), worstMs: Math.max(...detected)}} : {}),
    incidents,
    trueFor,
    notJudged: truth.length - judged.length,
  }
}

/** Whether an alert of this group may mean the incident. */
export function mayMean(
  group: OpenSpan['group'],
  {services, affected = []}: Incident,
  {services: looksAt = [], anywhere}: Pick<ScoreOptions, 'services' | 'anywhere'>,
): boolean {
  if (anywhere || services === undefined || services.length === 0) return true
  const {service} = group
  const touched = (one: string) => services.includes(one) || affected.includes(one)
  return typeof service === 'string' ? touched(service) : looksAt.length === 0 || looksAt.some(touched)
}

function isJudged(incident: Incident, {since, until, meant}: ScoreOptions): boolean {
  return incident.begin >= since && incident.begin < until && (meant?.(incident) ?? true)
}

/** Of several incidents the one that began last: what just happened is what it tells of. */
function toldOf(alert: OpenSpan, truth: readonly Incident[], options: ScoreOptions): number | undefined {
  let best: number | undefined
  for (const [index, incident] of truth.entries()) {
    const within = alert.openedAt >= incident.begin && alert.openedAt <= incident.end + options.graceMs
    if (!within || !mayMean(alert.group, incident, options)) continue
    if (best === undefined || incident.begin > (truth[best] as Incident).begin) best = index
  }
  return best
}

function scoreIncident(
  incident: Incident,
  alerts: readonly OpenSpan[],
  tellsOf: ReadonlyArray<Incident | undefined>,
  options: ScoreOptions,
): IncidentScore {
  const during = alerts
    .map((alert, index) => ({alert, index}))
    .filter(({alert}) => isOpenDuring(alert, incident, options.graceMs) && mayMean(alert.group, incident, options))
    .filter(({alert, index}) => alert.openedAt <= incident.end || tellsOf[index] === incident)
    .sort((a, b) => a.alert.openedAt - b.alert.openedAt)
  const told = during.filter(({index}) => tellsOf[index])
  const first = told[0]
  if (first) {
    const afterMs = Math.max(0, first.alert.openedAt - incident.begin)
    return {incident, alerts: told.map(({index}) => index), afterMs}
  }
  const hiding = during[0]
  return {incident, alerts: [], ...(hiding ? {hiddenBy: hiding.index} : {})}
}

/** At its resolution it is open no more. */
function isOpenDuring(
  {openedAt, resolvedAt = Number.POSITIVE_INFINITY}: OpenSpan,
  {begin, end}: Incident,
  graceMs: number,
) {
  return openedAt <= end + graceMs && resolvedAt > begin
}

function part(some: number, all: number): number | undefined {
  return all === 0 ? undefined : some / all
}

function meanOf(precision: number | undefined, recall: number | undefined): {f1?: number} {
  // Incidents and no alert: nothing was found, whatever the precision of nothing may be.
  if (recall === undefined) return {}
  if (precision === undefined || precision + recall === 0) return {f1: 0}
  return {f1: (2 * precision * recall) / (precision + recall)}
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
