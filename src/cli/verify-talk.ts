import type {Finding} from '../lib/flows/receipt/name-missing.js'
import {escapeJsonControls} from '../lib/output/escape-controls.js'
import {formatCount, plural} from '../lib/output/numbers.js'
import {findingLine} from '../lib/output/verify-view.js'
import type {Context, Talk} from './context.js'
import {nowAndThen} from './now-and-then.js'
import {showResult} from './show-result.js'

/** Lines for people; programs get all of them. */
const MOST_LINES = 100
/** Findings in one JSON object; `-o jsonl` has all of them. */
const MOST_IN_OBJECT = 10_000

/** Says on a terminal, now and then, how far a long verification is. */
export function verifyProgress(talk: Talk) {
  let ended = false
  const say = nowAndThen(talk)
  const now = (text: () => string) => {
    if (!ended) say(text)
  }
  return {
    update: (records: number, total: number) =>
      now(() => `checked ${formatCount(records)} of ${plural(total, 'record')}`),
    wait: (behind: number) => now(() => `waiting: ${plural(behind, 'unit')} to be processed`),
    end: () => {
      ended = true
    },
  }
}

/** Shows what is not as the receipt says, one line each as it is found; programs get objects. */
export function findingWriter(context: Context) {
  const {format, out, screen, talk} = context
  const rows = format === 'jsonl'
  const held: Finding[] = []
  let count = 0
  const safe = screen.isTerminal ? escapeJsonControls : (text: string) => text
  return {
    async add(finding: Finding): Promise<void> {
      count++
      if (rows) await out.write(`${safe(JSON.stringify(finding))}\n`)
      else if (format === 'pretty') {
        if (count <= MOST_LINES) await out.write(`${findingLine(finding)}\n`)
      } else if (held.length < MOST_IN_OBJECT) held.push(finding)
    },
    /** The totals: an object, or, beside rows, a line for people. */
    async end(totals: object, summary: string): Promise<void> {
      if (format === 'pretty' && count > MOST_LINES)
        await out.write(`… and ${formatCount(count - MOST_LINES)} more: -o jsonl has all of them\n`)
      if (rows) {
        talk.note(summary)
        return out.end()
      }
      const findings = {findings: held, ...(count > held.length ? {findings_left_out: count - held.length} : {})}
      await showResult(context, {...totals, ...findings}, () => `${summary}\n`)
    },
  }
}
