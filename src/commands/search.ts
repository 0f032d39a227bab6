import {Command, Flags} from '@oclif/core'
import {type Context, openContext} from '../cli/context.js'
import {type Filter, filterFlags, timeFlags, toFilter, wordsToMark} from '../cli/filter-flags.js'
import {argument, globalFlags, storeFlags} from '../cli/global-flags.js'
import {tellSkipped} from '../cli/open-inputs.js'
import {openRecordWriter, type RecordFlags, recordFlags} from '../cli/record-flags.js'
import {openSearchable} from '../cli/searchable.js'
import {showResult} from '../cli/show-result.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {nothingFound, searchSummary} from '../lib/output/search-summary.js'
import type {LogRecord} from '../lib/record/record.js'
import {firstFailure} from '../lib/sources/input.js'

export default class Search extends Command {
  static override summary = 'Find records by words, ids, service, level and time'
  static override description =
    'The newest matching records are chosen and printed oldest first. Quote the query: "card declined" is a phrase.'
  static override examples = [
    '<%= config.bin %> search --trace-id 4bf92f3577b34da6a3ce929d0e0e4736',
    `<%= config.bin %> search 'level>=warn "card declined"' --since 1h`,
    '<%= config.bin %> search timeout --service payment --limit 20 -o jsonl',
    '<%= config.bin %> search --min-level error --since yesterday --count',
    '<%= config.bin %> search declined --file app.log',
  ]
  static override args = {
    query: argument({description: 'What to look for: words, "phrases", field:value, AND OR NOT ( )'}),
  }
  static override flags = {
    ...filterFlags,
    ...timeFlags,
    limit: Flags.string({
      char: 'n',
      description: 'At most this many; all for no limit',
      default: '100',
      helpValue: 'N',
    }),
    sort: Flags.string({description: 'What comes first', options: ['oldest', 'newest'], default: 'oldest'}),
    count: Flags.boolean({description: 'Print how many match, and no records'}),
    'fail-if-none': Flags.boolean({description: 'Exit with status 1 when nothing matches'}),
    'dry-run': Flags.boolean({description: 'Only check the query'}),
    file: Flags.string({
      description: 'Search these files instead of the store; may be repeated, - is stdin',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
    }),
    ...recordFlags,
    ...storeFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Search)
    const context = await openContext(flags)
    const filter = toFilter(args.query, flags, new Date())
    const limit = toLimit(flags.limit)
    if (flags['dry-run']) return showResult(context, {valid: true, query: filter.query}, () => 'the query is good\n')
    const started = performance.now()
    await using records = await openSearchable(context, flags.file)
    const sort = flags.sort === 'newest' ? 'newest' : 'oldest'
    const found = flags.count
      ? await printCount(context, await records.count(filter))
      : await printRecords(context, records.search({...filter, limit, sort}, context.signal), filter, flags)
    const {talk} = context
    const problems = records.problems()
    tellSkipped(context, problems)
    // A search that was ended early cannot say that there is nothing.
    if (context.signal.aborted) return talk.note('ended early: there may be more')
    const failure = firstFailure(problems)
    if (failure) throw failure
    if (found === 0) {
      const asked = {query: args.query, span: spanText(flags)}
      talk.show(nothingFound(asked, await records.explainNothing(filter), talk.screen))
      if (flags['fail-if-none']) throw new LogflowError('NO_MATCH', 'nothing matched')
    } else if (!flags.count && talk.screen.isTerminal) {
      const ms = performance.now() - started
      talk.show(searchSummary({shown: found, limit, span: spanText(flags), ms}, talk.screen))
    }
  }
}

async function printCount(context: Context, count: number): Promise<number> {
  await showResult(context, {count}, () => `${count}\n`)
  return count
}

async function printRecords(
  context: Context,
  pages: AsyncIterable<LogRecord[]>,
  filter: Filter,
  flags: RecordFlags,
): Promise<number> {
  const writer = openRecordWriter(context, flags, wordsToMark(filter))
  let found = 0
  for await (const page of pages) {
    found += page.length
    for (const record of page) {
      const waiting = writer.write(record)
      if (waiting) await waiting
    }
  }
  await writer.end()
  return found
}

/** The times that were asked for, as they were typed. */
function spanText(flags: {since?: string; until?: string}): string | undefined {
  const parts = [flags.since && `since ${flags.since}`, flags.until && `until ${flags.until}`]
  return parts.filter(Boolean).join(' ') || undefined
}

/** A whole number over zero, or `all`. */
function toLimit(text: string): number {
  if (text === 'all') return Infinity
  const limit = Number(text)
  if (Number.isSafeInteger(limit) && limit > 0) return limit
  throw new LogflowError('USAGE', `--limit takes a whole number over 0, or all, not ${JSON.stringify(text)}`)
}
