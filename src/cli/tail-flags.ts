import {Flags} from '@oclif/core'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {buildQuery} from '../lib/query/build-query.js'
import {type Marks, marksOf} from '../lib/query/marks.js'
import {parseSpan} from '../lib/query/parse-time.js'
import type {QueryNode} from '../lib/query/query.js'
import {filterFlags, timeFlags} from './filter-flags.js'
import {listFlag} from './global-flags.js'

export const FIRST_LINES = 10

/** What a tail shows, and until when. */
export const tailFlags = {
  ...filterFlags,
  since: timeFlags.since,
  timezone: timeFlags.timezone,
  lines: Flags.integer({
    char: 'n',
    description: `Records to begin with: the newest; ${FIRST_LINES} unless given, all of them with --since, none with --until-match`,
    min: 0,
    helpValue: 'N',
  }),
  follow: Flags.boolean({char: 'f', description: 'Go on with what arrives', default: true, allowNo: true}),
  by: Flags.string({description: 'Follow the bus, or the store', options: ['bus', 'store'], helpValue: 'WHAT'}),
  file: Flags.string({
    description:
      'Follow these files instead, through rotation, several merged by time; may be repeated, - is stdin. Nothing is shipped',
    multiple: true,
    multipleNonGreedy: true,
    exclusive: ['by'],
    helpValue: 'FILE',
  }),
  'until-match': Flags.string({
    description: 'End with status 0 once a record is shown that matches this query, too',
    helpValue: 'QUERY',
  }),
  timeout: Flags.string({
    description:
      'End after this long: with status 1 where --until-match has not seen its record, with 3 where nobody can know',
    helpValue: 'SPAN',
  }),
  highlight: listFlag({
    description: 'Set this word, "phrase" or /regex/ off, too, wherever it is shown in colour; may be repeated',
    helpValue: 'WORD',
  }),
  stats: Flags.boolean({
    description: 'Keep a line of figures on the terminal: rate, records by level, lag; and a last one at the end',
  }),
}

/** When a tail ends by itself. */
export interface Ending {
  until?: {text: string; query: QueryNode}
  timeoutMs?: number
}

export function toEnding(flags: {'until-match'?: string; timeout?: string}): Ending {
  const text = flags['until-match']
  const ending: Ending = text === undefined ? {} : {until: {text, query: buildQuery({text})}}
  if (flags.timeout === undefined) return ending
  const timeoutMs = /^\d+$/.test(flags.timeout) ? Number(flags.timeout) * 1_000 : parseSpan(flags.timeout)
  if (timeoutMs === undefined || timeoutMs > MOST_TIMEOUT_MS)
    throw new LogflowError('USAGE', `--timeout takes a span such as 30s or 5m, not ${JSON.stringify(flags.timeout)}`)
  return {...ending, timeoutMs}
}

/** The longest a timer takes: 24 days. */
const MOST_TIMEOUT_MS = 2 ** 31 - 1

/** What the query asks of the text, and the words that are to be seen besides. */
export function toMarks(query: QueryNode, highlight: string[] | undefined): Marks {
  const all = [query, ...(highlight ?? []).map((text) => buildQuery({text}))].map(marksOf)
  return {
    words: all.flatMap(({words}) => words),
    patterns: all.flatMap(({patterns}) => patterns),
    regexes: all.flatMap(({regexes}) => regexes),
  }
}
