import {MODES} from './modes/modes.js'

/** What `?` shows: the keys of every mode. */
export function helpOf(): string[] {
  const parts = [MODES.stream, MODES.text, MODES.alerts, MODES.patterns, MODES.services, MODES.prompt].map(
    ({help}) => help,
  )
  return [...parts.flatMap((help) => [...help, '']), ...EVERYWHERE]
}

const EVERYWHERE = ['?                these keys', 'ctrl-c  ctrl-z   leave; stop, until the shell is told `fg`']
