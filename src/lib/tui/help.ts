import {COMMAND_HELP} from './modes/commands.js'
import {MODES} from './modes/modes.js'
import type {State} from './state.js'

export function openHelp(state: State): State {
  return {...state, mode: {kind: 'text', of: 'help', title: 'keys', lines: helpOf(), begin: 0}}
}

/** What `?` shows: the keys of every mode. */
export function helpOf(): string[] {
  const parts = [MODES.stream, MODES.text, MODES.alerts, MODES.patterns, MODES.services, MODES.prompt].map(
    ({help}) => help,
  )
  return [...parts.flatMap((help) => [...help, '']), ...COMMAND_HELP, '', ...EVERYWHERE]
}

const EVERYWHERE = ['?                these keys', 'ctrl-c  ctrl-z   leave; stop, until the shell is told `fg`']
