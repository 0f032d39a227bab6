import {Flags} from '@oclif/core'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {parseSpan} from '../lib/query/time-span.js'
import {timeFlags} from './filter-flags.js'
import {listFlag, storeFlags} from './global-flags.js'

/** Flags of the metrics commands that measure the store or plain files. */
export const measureFlags = {
  ...timeFlags,
  since: Flags.string({
    description: 'From then on: 15m, "2 hours ago", yesterday, 2026-11-21T09:41:07Z; unless given the last 24 hours',
    helpGroup: 'FILTER',
    helpValue: 'TIME',
  }),
  interval: Flags.string({
    description: 'Length of the stretches of time: 30s, 5m, 1h; unless given, it suits the period',
    helpValue: 'SPAN',
  }),
  compare: Flags.boolean({description: 'Show the period before, of the same length, beside it'}),
  file: listFlag({
    description: 'Measure these files instead of the store, whole unless --since is given; may be repeated, - is stdin',
    helpValue: 'FILE',
  }),
  'fail-if-none': Flags.boolean({description: 'Exit with status 1 when nothing matches'}),
  ...storeFlags,
}

/** How many of a kind are told. */
export function topFlag(what: string, most: number) {
  return Flags.string({description: `At most this many ${what}`, default: String(most), helpValue: 'N'})
}

export function toTop(text: string): number {
  const top = Number(text)
  if (Number.isSafeInteger(top) && top > 0) return top
  throw new LogflowError('USAGE', `--top takes a whole number over 0, not ${JSON.stringify(text)}`)
}

/** The length that --interval says, ms. */
export function toInterval(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = parseSpan(text)
  if (ms !== undefined && Number.isSafeInteger(ms) && ms > 0) return ms
  throw new LogflowError('USAGE', `--interval takes a length of time, not ${JSON.stringify(text)}`, {
    suggestions: ['Write it as 30s, 5m, 1h or 1d'],
  })
}
