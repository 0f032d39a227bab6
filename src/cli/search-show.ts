import {LogflowError} from '../lib/errors/logflow-error.js'
import {aroundRecord} from '../lib/flows/around-record.js'
import {sharedWith, withContext} from '../lib/flows/record-context.js'
import type {Going} from '../lib/flows/search-cursor.js'
import {searchRecords} from '../lib/flows/search-records.js'
import type {ShownRecord} from '../lib/output/record-writer.js'
import {nothingFound, searchSummary} from '../lib/output/search-summary.js'
import {waitLine} from '../lib/output/wait-line.js'
import {marksOf} from '../lib/query/marks.js'
import type {QueryNode} from '../lib/query/query.js'
import type {Context} from './context.js'
import {askedText, spanText} from './filter-flags.js'
import {pagedOutput} from './pager.js'
import {openRecordWriter} from './record-flags.js'
import type {Asked} from './search-flags.js'
import type {Searchable} from './searchable.js'
import {showResult} from './show-result.js'

/** Records to print, in rows that follow each other, and where the rest begins. */
export interface Found {
  groups: AsyncIterable<{records: ShownRecord[]; apart: boolean}>
  /** After the groups; `undefined` where there is no rest. */
  rest(): Going | undefined
}

/** Asks for what a search wants printed. */
export async function findAsked(records: Searchable, asked: Asked, signal: AbortSignal): Promise<Found> {
  const {around, context, filter, options} = asked
  if (around) {
    const center = await records.get(around.id)
    if (!center)
      throw new LogflowError('NO_MATCH', `no record has the id ${JSON.stringify(around.id)}`, {
        suggestions: ['logflow search --fields id,message  shows ids'],
      })
    const narrow = around.by === undefined ? [] : [sharedWith(center, around.by)]
    const query: QueryNode = {kind: 'and', nodes: [filter.query, ...narrow]}
    const pages = aroundRecord(
      records.ask,
      center,
      {...around, query, limit: options.limit, sort: options.sort},
      signal,
    )
    return {groups: inOneRow(pages), rest: () => undefined}
  }
  const answer = searchRecords(records.ask, options, signal)
  const groups = context
    ? withContext(records.ask, answer.pages, {...context, filter, sort: options.sort}, signal)
    : inOneRow(answer.pages)
  return {groups, rest: () => answer.rest()}
}

async function* inOneRow(
  pages: AsyncIterable<ShownRecord[]>,
): AsyncGenerator<{records: ShownRecord[]; apart: boolean}> {
  for await (const records of pages) yield {records, apart: false}
}

/**
 * Prints records as they come; gives how many there were, without those that only stand around others, and when, by the
 * clock of `performance`, the last had come: what a pager is looked at for does not count.
 */
export async function showFound(
  context: Context,
  {groups}: Found,
  asked: Asked,
  paged: boolean,
): Promise<{shown: number; cameAt: number}> {
  const {talk, screen} = context
  let found = 0
  const waiting = waitLine({...talk, found: () => found, now: () => performance.now()})
  const inContext = asked.context !== undefined || asked.around !== undefined
  const out = pagedOutput(context, paged)
  const writer = openRecordWriter(context, asked.flags, {marks: marksOf(asked.filter.query), inContext, out})
  try {
    for await (const {records, apart} of groups) {
      if (screen.isTerminal) waiting.end()
      if (apart) await writer.separate()
      for (const record of records) {
        if (!asked.context || record.match) found++
        const slow = writer.write(record)
        if (slow) await slow
      }
    }
  } catch (error) {
    // A pager must have ended before anything else is said on its terminal.
    if (out !== context.out) await out.end().catch(() => undefined)
    throw error
  } finally {
    waiting.end()
  }
  const cameAt = performance.now()
  await writer.end()
  return {shown: found, cameAt}
}

/** Prints how many match, and nothing else. */
export async function showCount(context: Context, count: number): Promise<{shown: number; cameAt: number}> {
  const cameAt = performance.now()
  await showResult(context, {count}, () => `${count}\n`)
  return {shown: count, cameAt}
}

/** Says on stderr what was shown of how much, and where it goes on. */
export async function tellRest(
  context: Context,
  records: Searchable,
  asked: Asked,
  {shown, found, ms}: {shown: number; found: Found; ms: number},
): Promise<void> {
  const {talk, signal} = context
  const going = found.rest()
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
  const query = askedText(asked.text, asked.flags)
  context.talk.show(nothingFound({query, span: spanText(asked.flags)}, why, context.talk.screen))
  if (fail) throw new LogflowError('NO_MATCH', 'nothing matched')
}
