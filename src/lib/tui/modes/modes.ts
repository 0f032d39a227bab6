import {alerts} from './alerts.js'
import {compare} from './compare.js'
import {deadLetters} from './dead-letters.js'
import {detail} from './detail.js'
import {health} from './health.js'
import {histogram} from './histogram.js'
import type {Mode, ModeKeys} from './mode.js'
import {patterns} from './patterns.js'
import {prompt} from './prompt.js'
import {services} from './services.js'
import {stream} from './stream.js'
import {text} from './text.js'
import {trace} from './trace.js'

/** Every mode there is. */
export const MODES: {readonly [K in Mode['kind']]: ModeKeys<Extract<Mode, {kind: K}>>} = {
  stream,
  text,
  prompt,
  alerts,
  patterns,
  services,
  detail,
  trace,
  compare,
  histogram,
  'dead-letters': deadLetters,
  health,
}

/** Whether keys are text that is typed. */
export function takesText(mode: Mode): boolean {
  return mode.kind === 'prompt' || (mode.kind === 'alerts' && mode.typing !== undefined)
}

/** The keys of the mode one is in. */
export function keysOf(mode: Mode): ModeKeys<Mode> {
  return MODES[mode.kind] as ModeKeys<Mode>
}
