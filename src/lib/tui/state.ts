// The live screen as a value: everything it shows, and nothing that it is drawn with. update.ts makes the next one.

import type {HistoryEntry, StoredRule, TriggeredAlert} from '../alerts/alerts.js'
import type {QueryNode} from '../query/query.js'
import type {LogRecord} from '../record/record.js'
import {LOCAL, type Zone} from '../record/zone.js'
import {type Counts, noCounts} from './counts.js'
import {Growing} from './growing.js'
import {layoutOf} from './layout.js'
import type {Mode} from './modes/mode.js'
import type {PromptPurpose} from './modes/prompt.js'
import type {Health, Letters} from './pipeline.js'
import {AS_CONFIGURED, type Place} from './place.js'
import type {Travel} from './travel.js'

/** Records one can scroll back through. */
export const MOST_RECORDS = 100_000

/** Which of the records that came are shown. */
export interface Choice {
  filter: Filter
  /** Services that are not shown. */
  muted: readonly string[]
  /** Patterns that are not shown: texts of templates, see patterns/match-template.ts. */
  mutedPatterns: readonly string[]
  /** The one pattern that is shown. */
  onlyPattern?: string
}

/** Records one looks through, and where one is in them. */
export interface Timeline extends Choice {
  /** Everything that came, and of it what is shown. */
  all: Growing<LogRecord>
  shown: Growing<LogRecord>
  /** Place in `shown` of the record that is chosen; that of the last one while it follows. */
  cursor: number
  /** Place in `shown` of the first line's record. */
  top: number
  following: boolean
  /** Set while the view stands still: places of the first record that was kept then, and behind the last. */
  paused?: {first: number; end: number}
  counts: Counts
}

/** Other records than those that arrive, which come from the store: those that fired an alert, those of another time. */
export interface Aside {
  title: string
  /** What finds them, where it is a question of its own. */
  asked?: {query: string; since: string; until: string}
  /** What arrives, and where one was in it; it goes on growing. */
  live: Timeline
  /** Set where one is at another time. */
  travel?: Travel
}

/** The records one sees are those of the state itself, whether they are the ones that arrive or others. */
export interface State extends Timeline {
  size: {columns: number; rows: number}
  /** Where records come from: `local`, the name of a profile, files. */
  source: string
  /** The same, as flags of the commands that are copied. */
  place: Place
  /** Set while other records than those that arrive are looked at. */
  aside?: Aside
  wrap: boolean
  panes: Panes
  mode: Mode
  /** Zone of times that are typed and shown. */
  zone: Zone
  /** What was typed at prompts, now and in earlier sessions. */
  history: History
  /** The record others are compared with. */
  pinned?: LogRecord
  /** The most frequent first, and of how many records in all. */
  patterns: readonly PatternCount[]
  patternsOf: number
  alerts: readonly TriggeredAlert[]
  /** Why they are not known. */
  alertsProblem?: string
  /** What more is known of the one that was looked at last. */
  alertAbout?: AlertAbout
  letters: Letters
  health: Health
  /** Records of the last second or so, a second. */
  rate: number
  /** One line for the user until something else happens. */
  note?: {text: string; bad: boolean}
}

/** Which panes are shown, and how. */
export interface Panes {
  figures: boolean
  /** Services, patterns and alerts beside the stream. */
  side: boolean
  /** Its columns where the user made it wider or narrower. */
  sideColumns?: number
  /** The stream has the whole screen. */
  zoomed: boolean
  /** The mode that is drawn in its pane beside the stream; others have the whole screen. */
  beside?: Mode['kind']
}

export interface Filter {
  text: string
  query: QueryNode
}

/** Lines by the prompt they were typed at, the newest last. */
export type History = Readonly<Partial<Record<PromptPurpose, readonly string[]>>>

export const NO_FILTER: Filter = {text: '', query: {kind: 'all'}}

export interface AlertAbout {
  id: string
  /** Absent where it is no longer there. */
  rule?: StoredRule
  /** Newest first. */
  history: readonly HistoryEntry[]
}

export interface PatternCount {
  /** The template, `<*>` for values. */
  text: string
  count: number
  /** Of them errors. */
  errors: number
}

export function firstState(options: {
  columns: number
  rows: number
  source: string
  filter: Filter
  everyMs: number
  zone?: Zone
  history?: History
  place?: Place
}): State {
  return {
    size: {columns: options.columns, rows: options.rows},
    source: options.source,
    place: options.place ?? AS_CONFIGURED,
    all: Growing.empty(MOST_RECORDS),
    shown: Growing.empty(MOST_RECORDS),
    filter: options.filter,
    muted: [],
    mutedPatterns: [],
    cursor: 0,
    top: 0,
    following: true,
    wrap: false,
    panes: {figures: true, side: true, zoomed: false},
    mode: {kind: 'stream'},
    zone: options.zone ?? LOCAL,
    history: options.history ?? {},
    counts: noCounts(options.everyMs),
    patterns: [],
    patternsOf: 0,
    alerts: [],
    letters: {list: []},
    health: {},
    rate: 0,
  }
}

/** Lines that the stream has on the screen. */
export function streamRows(state: State): number {
  return layoutOf(state).stream.rows
}

/** Place behind the last record that may be shown now. */
export function endOf({shown, paused}: State): number {
  return paused?.end ?? shown.end
}
