import {COMMAND_HELP} from './modes/commands.js'
import type {Mode} from './modes/mode.js'
import {MODES, takesText} from './modes/modes.js'
import type {State} from './state.js'

/** What `?` shows; from there back to where one was, or was typing from. */
export function openHelp(state: State): State {
  const {mode} = state
  const back: Mode = takesText(mode) ? {kind: 'stream'} : mode
  return {...state, mode: {kind: 'text', title: 'keys', lines: helpOf(back), begin: 0, back}}
}

/** The keys of every mode, those of the one one is in first. */
export function helpOf({kind}: Mode): string[] {
  const {
    stream,
    detail,
    compare,
    trace,
    alerts,
    patterns,
    services,
    histogram,
    prompt,
    'dead-letters': letters,
    health,
  } = MODES
  const all = [stream, detail, compare, trace, alerts, patterns, services, letters, health, histogram, prompt].map(
    ({help}) => help,
  )
  const here = MODES[kind].help
  const parts = [here, ...all.filter((help) => help !== here)].filter(({length}) => length > 0)
  return [...parts.flatMap((help) => [...help, '']), ...COMMAND_HELP, '', ...EVERYWHERE]
}

const EVERYWHERE = [
  '?                these keys',
  'ctrl-l           draw the screen anew',
  'ctrl-c  ctrl-z   leave; stop, until the shell is told `fg`',
]
