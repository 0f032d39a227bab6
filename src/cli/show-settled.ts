import {LogflowError} from '../lib/errors/logflow-error.js'
import type {SettleReport} from '../lib/flows/dlq/settle-letters.js'
import {formatCount, plural} from '../lib/output/numbers.js'
import {shellWord} from '../lib/query/shell-words.js'
import type {Context} from './context.js'
import {showResult, showResultIfAsked} from './show-result.js'

export interface SettledWords {
  /** `redrive`, `drop`. */
  verb: string
  /** `redriven`, `dropped`. */
  done: string
  dryRun: boolean
  /** Every letter was asked for, so that none at all is no failure. */
  all: boolean | undefined
}

/** Shows what became of dead letters. NO_MATCH where those that were asked for are not there. */
export async function showSettled(context: Context, report: SettleReport, words: SettledWords): Promise<void> {
  const {chosen, settled, pending, untrimmed} = report
  const {verb, done, dryRun, all} = words
  const interrupted = context.signal.aborted
  const {topic} = context.config
  // Ended while it was still reading, it does not know how many there are.
  if (interrupted) {
    context.talk.note(`interrupted: ${plural(settled, 'dead letter')} ${done}; the others are as they were`)
    return showResultIfAsked(context, {topic, [done]: settled, interrupted})
  }
  const result = {topic, matched: chosen, [done]: settled, pending, ...(dryRun ? {dry_run: true} : {})}
  if (chosen === 0 && !all) {
    throw new LogflowError('NO_MATCH', `no dead letter of topic ${topic} fits`, {suggestions: ['logflow dlq list']})
  }
  await showResult(context, result, () => {
    const did = dryRun ? `would ${verb} ${plural(chosen, 'dead letter')}` : `${done} ${plural(settled, 'dead letter')}`
    return `${did}; ${formatCount(pending)} pending\n`
  })
  if (untrimmed) context.talk.warn(`they are settled, but still take space on the bus: ${untrimmed}`)
}

/** What was typed, as it can be typed again. */
export function commandLine(command: string, argv: readonly string[]): string {
  return ['logflow', command, ...argv.map(shellWord)].join(' ')
}
