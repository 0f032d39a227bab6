import {LEVELS, type Level} from '../record/level.js'

/** A level as people type it in queries and flags, without regard to case; `undefined` where it is none. */
export function toLevel(text: string): Level | undefined {
  return LEVEL_SPELLINGS.get(text.toLowerCase())
}

const LEVEL_SPELLINGS = new Map<string, Level>([
  ['warning', 'WARN'],
  ['err', 'ERROR'],
  ['critical', 'FATAL'],
  ...LEVELS.map((level) => [level.toLowerCase(), level] as const),
])
