// Formats turn one unit's text into a Parsed, or say "not mine"; one file each, one case file each in test/cases/parse.
// They never throw, read a clock, or look at any unit but the one in hand. plain.ts is the smallest; logfmt.ts is the one to copy.
// The order is the priority: the first that claims a unit has it, whatever the source looked like before.

import type {Parser} from '../parser.js'
import {access} from './access.js'
import {json} from './json.js'
import {logfmt} from './logfmt.js'
import {plain} from './plain.js'
import {syslog3164} from './syslog-3164.js'
import {syslog5424} from './syslog-5424.js'
import {text} from './text.js'

export const FORMATS: readonly Parser[] = [json, syslog5424, syslog3164, access, logfmt, text, plain]

/** Names for `--format`. */
export const FORMAT_NAMES: readonly string[] = FORMATS.map((format) => format.name)

/** The parser of that name. */
export function formatNamed(name: string): Parser | undefined {
  return FORMATS.find((format) => format.name === name)
}
