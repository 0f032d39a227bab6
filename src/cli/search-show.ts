import {LogflowError} from '../lib/errors/logflow-error.js'
import type {Answer} from '../lib/flows/search-records.js'
import {nothingFound, searchSummary} from '../lib/output/search-summary.js'
import {waitLine} from '../lib/output/wait-line.js'
import type {Context} from './context.js'
import {wordsToMark} from './filter-flags.js'
import {pagedOutput} from './pager.js'
import {openRecordWriter} from './record-flags.js'
import {type Asked, spanText} from './search-flags.js'
import type {Searchable} from './searchable.js'

/** Prints the records of an answer as they come; returns how many there were. */
export async function showAnswer(context: Context, answer: Answer, asked: Asked, paged: boolean): Promise<number> {
  const {talk, screen} = context
  let found = 0
  const waiting = waitLine({...talk, found: () => found, now: () => performance.now()})
  const out = pagedOutput(context, paged)
  const writer = openRecordWriter(context, asked.flags, wordsToMark(asked.filter), out)
  try {
    for await (const page of answer.pages) {
      if (screen.isTerminal) waiting.end()
      found += page.length
      for (const record of page) {
        const slow = writer.write(record)
        if (slow) await slow
      }
    }
  } finally {
    waiting.end()
  }
  await writer.end()
  return found
}

/** Says on stderr what was shown of how much, and where it goes on. */
export async function tellRest(
  context: Context,
  records: Searchable,
  asked: Asked,
  {shown, answer, ms}: {shown: number; answer: Answer; ms: number},
): Promise<void> {
  const {talk, signal} = context
  const going = answer.rest()
  const cursor = going && asked.cursorOf(going)
  if (talk.screen.isTerminal && !talk.quiet && !signal.aborted) {
    const total = going === undefined ? shown : await records.count(asked.filter)
    talk.show(searchSummary({shown, total, cut: going !== undefined, span: spanText(asked.flags), ms}, talk.screen))
  } else if (going && asked.cutUnasked && !signal.aborted) {
    talk.note(`these are the newest ${shown}; there are more: --limit all gives all of them`)
  }
  if (cursor && asked.flags['print-cursor']) talk.warn(`cursor: ${cursor}`)
  else if (cursor && talk.screen.isTerminal) talk.note(`go on: --cursor ${cursor}`)
}

/** Says why nothing was found, as far as that is known. */
export async function tellNothing(context: Context, records: Searchable, asked: Asked, fail: boolean): Promise<void> {
  const why = await records.explainNothing(asked.filter)
  context.talk.show(nothingFound({query: asked.text, span: spanText(asked.flags)}, why, context.talk.screen))
  if (fail) throw new LogflowError('NO_MATCH', 'nothing matched')
}
