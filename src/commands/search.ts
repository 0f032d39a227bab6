import {Command, Flags} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {argument, globalFlags, storeFlags} from '../cli/global-flags.js'
import {tellSkipped} from '../cli/open-inputs.js'
import {queryHelp} from '../cli/query-help.js'
import {pagerFlag, recordFlags} from '../cli/record-flags.js'
import {showExplained} from '../cli/search-explain.js'
import {filesOf, searchFlags, toAsked} from '../cli/search-flags.js'
import {findAsked, showCount, showFound, tellNothing, tellRest} from '../cli/search-show.js'
import {openSearchable} from '../cli/searchable.js'
import {showResult} from '../cli/show-result.js'
import {firstFailure} from '../lib/sources/input.js'

export default class Search extends Command {
  static override summary = 'Find records by words, ids, service, level and time'
  static override description = `The newest matching records are chosen and printed oldest first.\n\n${queryHelp()}`
  static override examples = [
    '<%= config.bin %> search --trace-id 4bf92f3577b34da6a3ce929d0e0e4736',
    `<%= config.bin %> search 'level>=warn "card declined"' --since 1h`,
    '<%= config.bin %> search timeout --service payment --limit 20 -o jsonl',
    '<%= config.bin %> search --min-level error --since yesterday --count',
    '<%= config.bin %> search declined --file app.log',
    `<%= config.bin %> search declined --template '{@timestamp} {service|-} {message}'`,
    '<%= config.bin %> search "card declined" --context 5',
    '<%= config.bin %> search --around 3k9x0v2m1qzt-1f4-8a1b2c3d --window 30s',
    `<%= config.bin %> search 'status:>=500 -debug' --explain`,
    '<%= config.bin %> search declined --min-level warn --since 1d --save trouble',
    '<%= config.bin %> search @trouble --since 1h',
  ]
  static override args = {
    query: argument({description: 'What to look for: words, "phrases", field:value, AND OR NOT ( ); or @NAME'}),
  }
  static override flags = {
    ...searchFlags,
    count: Flags.boolean({description: 'Print how many match, and no records'}),
    'fail-if-none': Flags.boolean({description: 'Exit with status 1 when nothing matches'}),
    'dry-run': Flags.boolean({description: 'Only check the query'}),
    explain: Flags.boolean({description: 'Show what the query means and what the engine is asked, and ask nothing'}),
    ...recordFlags,
    pager: pagerFlag,
    ...storeFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Search)
    const context = await openContext(flags)
    const asked = await toAsked(context, args.query, flags)
    const {filter} = asked
    if (flags['dry-run']) return showResult(context, {valid: true, query: filter.query}, () => 'the query is good\n')
    const started = performance.now()
    await using records = await openSearchable(context, filesOf(asked))
    if (flags.explain) return showExplained(context, records, asked)
    const found = flags.count ? undefined : await findAsked(records, asked, context.signal)
    const {shown, cameAt} = found
      ? await showFound(context, found, asked, flags.pager)
      : await showCount(context, await records.count(filter))
    const ms = cameAt - started
    const problems = records.problems()
    tellSkipped(context, problems)
    if (found && shown > 0) await tellRest(context, records, asked, {shown, found, ms})
    // A search that was ended early cannot say that there is nothing.
    if (context.signal.aborted) return context.talk.note('ended early: there may be more')
    const failure = firstFailure(problems)
    if (failure) throw failure
    if (shown === 0) await tellNothing(context, records, asked, flags['fail-if-none'])
  }
}
