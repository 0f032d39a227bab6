// What happens to the live screen, and what it asks for besides its next state.

import type {TriggeredAlert} from '../alerts/alerts.js'
import type {LogRecord} from '../record/record.js'
import type {TraceTree} from '../trace/trace-tree.js'
import type {Key} from './line-editor.js'
import type {PromptPurpose} from './modes/prompt.js'
import type {Mouse} from './mouse.js'
import type {Health, Letters} from './pipeline.js'
import type {AlertAbout, Aside, PatternCount, State} from './state.js'
import type {TravelEffect, TravelMessage} from './travel.js'

export type Message =
  | {kind: 'records'; records: readonly LogRecord[]}
  | {kind: 'key'; key: Key}
  | {kind: 'mouse'; mouse: Mouse}
  | {kind: 'size'; columns: number; rows: number}
  | {kind: 'rate'; rate: number}
  | {kind: 'patterns'; patterns: readonly PatternCount[]; of: number}
  | {kind: 'alerts'; alerts: readonly TriggeredAlert[]; problem?: string}
  | {kind: 'alert-about'; about: AlertAbout}
  /** Records to be looked at in place of those that arrive, oldest first. */
  | {kind: 'aside'; title: string; asked: Aside['asked']; records: readonly LogRecord[]}
  /** Those that are pending; `settled` where what was asked for is done. */
  | {kind: 'letters'; letters: Letters; settled?: true}
  /** Everything of a dead letter. */
  | {kind: 'letter'; title: string; lines: readonly string[]}
  | {kind: 'health'; health: Health}
  | {kind: 'note'; text: string; bad?: boolean}
  /** A trace that was asked for; how many of its records only the stream holds; when it was read, ms since 1970. */
  | {kind: 'trace'; tree: TraceTree; unstored: number; at: number}
  | TravelMessage

/** What the state cannot do itself. */
export type Effect =
  | {kind: 'quit'}
  | {kind: 'suspend'}
  | {kind: 'trace'; id: string}
  | {kind: 'acknowledge' | 'resolve'; alert: TriggeredAlert; note?: string}
  /** What more is known of an alert. */
  | {kind: 'alert-about'; id: string}
  /** The records that fired it. */
  | {kind: 'alert-records'; alert: TriggeredAlert}
  /** The dead letters as they are now. */
  | {kind: 'letters'}
  | {kind: 'letter' | 'drop'; id: string}
  /** Without an id all of them. */
  | {kind: 'redrive'; id?: string}
  | {kind: 'copy'; text: string; remark?: string}
  | {kind: 'save'; path: string; records: readonly LogRecord[]}
  /** A line that was typed at a prompt is kept for later sessions. */
  | {kind: 'remember'; purpose: PromptPurpose; line: string}
  | TravelEffect

export interface Next {
  state: State
  effects: readonly Effect[]
}

/** A next state, and nothing to be done besides. */
export function only(state: State): Next {
  return {state, effects: []}
}
