import {Command, Flags} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {filterFlags, timeFlags, toFilter, wordsToMark} from '../cli/filter-flags.js'
import {argument, globalFlags, storeFlags} from '../cli/global-flags.js'
import {openRecordWriter, recordFlags} from '../cli/record-flags.js'
import {openApp} from '../lib/compose.js'
import {explainNothing} from '../lib/flows/explain-nothing.js'
import {tailRecords} from '../lib/flows/tail-records.js'
import {nothingFound} from '../lib/output/search-summary.js'

export default class Tail extends Command {
  static override summary = 'Show the last records, then each one as it arrives, until Ctrl-C'
  static override description = 'Follows the order of arrival, not of event time: a late record is shown when it comes.'
  static override examples = [
    '<%= config.bin %> tail',
    '<%= config.bin %> tail --service payment --min-level warn',
    `<%= config.bin %> tail '"card declined"' -n 0 -o jsonl | head -1`,
    '<%= config.bin %> tail --no-follow -n 50',
  ]
  static override args = {query: argument({description: 'Only records that match, as in search'})}
  static override flags = {
    ...filterFlags,
    since: timeFlags.since,
    lines: Flags.integer({char: 'n', description: 'Records to begin with', default: 10, min: 0, helpValue: 'N'}),
    follow: Flags.boolean({char: 'f', description: 'Go on with what arrives', default: true, allowNo: true}),
    ...recordFlags,
    ...storeFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Tail)
    const context = await openContext(flags)
    const filter = toFilter(args.query, flags, new Date())
    await using app = openApp(context.config, context.talk.detail, context.talk.warn)
    const store = await app.store()
    if (flags.follow) context.watchOutput()
    const writer = openRecordWriter(context, flags, wordsToMark(filter))
    let toldFollowing = false
    let shown = 0
    for await (const event of tailRecords(store, {filter, last: flags.lines, follow: flags.follow}, context.signal)) {
      if (event.kind === 'records') {
        shown += event.records.length
        for (const record of event.records) await writer.write(record)
      } else if (event.kind === 'gap') context.talk.warn(`gap: ${event.reason}`)
      else if (!toldFollowing && context.talk.screen.isTerminal) {
        toldFollowing = true
        await writer.flush()
        context.talk.note('── following; Ctrl-C ends ──')
      }
      await writer.flush()
    }
    await writer.end()
    if (flags.follow || flags.lines === 0 || shown > 0 || context.signal.aborted) return
    const asked = {query: args.query, span: flags.since && `since ${flags.since}`}
    context.talk.show(nothingFound(asked, await explainNothing(store, filter), context.talk.screen))
  }
}
