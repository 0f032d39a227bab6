import type {Key} from '../line-editor.js'
import type {Next} from '../message.js'
import type {State} from '../state.js'
import type {AlertsMode} from './alerts.js'
import type {CompareMode} from './compare.js'
import type {DeadLettersMode} from './dead-letters.js'
import type {DetailMode} from './detail.js'
import type {HealthMode} from './health.js'
import type {HistogramMode} from './histogram.js'
import type {PatternsMode} from './patterns.js'
import type {PromptMode} from './prompt.js'
import type {ServicesMode} from './services.js'
import type {StreamMode} from './stream.js'
import type {TextMode} from './text.js'
import type {TraceMode} from './trace.js'

/** Where the user is, and so what keys mean. Each is a file of this folder, drawn by one of `draw/`. */
export type Mode =
  | StreamMode
  | TextMode
  | PromptMode
  | AlertsMode
  | PatternsMode
  | ServicesMode
  | DetailMode
  | TraceMode
  | CompareMode
  | HistogramMode
  | DeadLettersMode
  | HealthMode

/** What a mode makes of keys. */
export interface ModeKeys<M extends Mode> {
  onKey(state: State, mode: M, key: Key): Next
  /** The most useful keys first, two blanks between them, for the last line, which shows what has room. */
  hints(state: State, mode: M): string
  /** All keys, for `?`: a line each. */
  help: readonly string[]
}
