import {Command, Flags} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {askedText, filterFlags, spanText, timeFlags, toFilter} from '../cli/filter-flags.js'
import {argument, globalFlags, listFlag, storeFlags} from '../cli/global-flags.js'
import {tellSkipped} from '../cli/open-inputs.js'
import {tellFound, toldMeanwhile, toNewSince} from '../cli/patterns-talk.js'
import {toLimit} from '../cli/search-flags.js'
import {openSearchable} from '../cli/searchable.js'
import {showRows} from '../cli/show-result.js'
import {toZone} from '../cli/zone-flag.js'
import {findPatterns} from '../lib/flows/find-patterns.js'
import {formatDuration} from '../lib/output/numbers.js'
import {PATTERN_COLUMNS, patternsSummary, patternsView} from '../lib/output/patterns-view.js'
import {nothingFound} from '../lib/output/search-summary.js'
import {firstFailure} from '../lib/sources/input.js'

const DEFAULT_LIMIT = 20

export default class Patterns extends Command {
  static override summary = 'Fold similar messages into templates, with counts'
  static override description =
    'Values in messages (numbers, ids, addresses, paths, and words of which many different ones stand in one place) become <*>. With --new-since only templates are shown of which no record is older: all that is stored is compared, or what --since leaves, with the same query and flags.'
  static override examples = [
    '<%= config.bin %> patterns --since 1h',
    '<%= config.bin %> patterns --min-level error --service payment --limit all -o jsonl',
    '<%= config.bin %> patterns --new-since 1h --since 7d',
    '<%= config.bin %> patterns --file app.log -o csv',
  ]
  static override args = {
    query: argument({
      description: 'Only messages of records that match: words, "phrases", field:value, AND OR NOT ( )',
    }),
  }
  static override flags = {
    ...filterFlags,
    ...timeFlags,
    'new-since': Flags.string({
      description: 'Only templates never seen before that time, as far back as --since goes, or as anything is stored',
      helpValue: 'TIME',
    }),
    limit: Flags.string({
      char: 'n',
      description: `At most this many, the most frequent (${DEFAULT_LIMIT}); all for no limit`,
      helpValue: 'N',
    }),
    file: listFlag({
      description: 'Read these files instead of the store; may be repeated, - is stdin',
      helpValue: 'FILE',
    }),
    wide: Flags.boolean({description: 'Do not cut long lines to the width of the terminal'}),
    ...storeFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Patterns)
    const context = await openContext(flags)
    const now = new Date()
    const filter = toFilter(args.query, flags, now)
    const limit = toLimit(flags.limit, DEFAULT_LIMIT)
    const newSince = toNewSince(flags, filter.since, now)
    const started = performance.now()
    await using records = await openSearchable(
      context,
      flags.file && {files: flags.file, timezone: flags.timezone, held: false},
    )
    const pages = toldMeanwhile(context, records.texts(filter, context.signal))
    const found = await findPatterns(pages, newSince === undefined ? {} : {newSince})
    tellSkipped(context, records.problems())
    // Half of the records make shares and first times that are wrong.
    if (context.signal.aborted) return context.talk.note('ended early: nothing is shown of what was read so far')
    const shown = found.patterns.slice(0, limit)
    if (context.format === 'pretty') {
      const look = {screen: context.screen, zone: toZone(flags.timezone), now: now.getTime(), wide: flags.wide}
      await context.out.write(shown.length > 0 ? patternsView(shown, look) : '')
      await context.out.end()
    } else await showRows(context, shown, PATTERN_COLUMNS)
    const failure = firstFailure(records.problems())
    if (failure) throw failure
    if (found.records === 0) {
      const why = await records.explainNothing(filter)
      return context.talk.show(
        nothingFound({query: askedText(args.query, flags), span: spanText(flags)}, why, context.talk.screen),
      )
    }
    tellFound(context, found, newSince)
    if (context.talk.screen.isTerminal && shown.length > 0) {
      const ms = formatDuration(performance.now() - started)
      const summary = {shown: shown.length, templates: found.patterns.length, records: found.records, ms}
      context.talk.show(patternsSummary(summary, context.talk.screen))
    }
  }
}
