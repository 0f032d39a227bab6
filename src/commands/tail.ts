import {Command, Flags} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {filterFlags, timeFlags, toFilter} from '../cli/filter-flags.js'
import {argument, globalFlags} from '../cli/global-flags.js'
import {noWaitFlag, pipelineFlags} from '../cli/pipeline-flags.js'
import {openRecordWriter, recordFlags} from '../cli/record-flags.js'
import {openArrivals} from '../cli/tail-arrivals.js'
import {showTail} from '../cli/tail-show.js'
import {openApp} from '../lib/compose.js'
import {explainNothing} from '../lib/flows/explain-nothing.js'
import {tailRecords} from '../lib/flows/tail-records.js'
import {nothingFound} from '../lib/output/search-summary.js'
import {marksOf} from '../lib/query/marks.js'

const FIRST_LINES = 10

export default class Tail extends Command {
  static override summary = 'Show the last records, then each one as it arrives, until Ctrl-C'
  static override description =
    `Follows the order of arrival, not of event time: a late record is shown when it comes. On Kafka it follows the bus: what arrives is shown whether or not it is processed yet, and a file that is shipped again is shown again. With the embedded bus it follows the store: each record once, when it is stored. --by says which. A bus or store that is away is waited for, and followed from where it was left. Wherever something may be missing there is a mark: a line "── gap: … ──", in jsonl an object {"gap": {"reason", "message", "from", "to", …}}, in other formats a line on stderr.`
  static override examples = [
    '<%= config.bin %> tail',
    '<%= config.bin %> tail --service payment --min-level warn',
    '<%= config.bin %> tail --since 1h -n 500',
    `<%= config.bin %> tail '"card declined"' -n 0 -o jsonl | head -1`,
    '<%= config.bin %> tail --by bus -o raw',
    '<%= config.bin %> tail --no-follow -n 50',
  ]
  static override args = {query: argument({description: 'Only records that match, as in search'})}
  static override flags = {
    ...filterFlags,
    since: timeFlags.since,
    timezone: timeFlags.timezone,
    lines: Flags.integer({
      char: 'n',
      description: `Records to begin with: the newest; ${FIRST_LINES} unless given, all of them with --since`,
      min: 0,
      helpValue: 'N',
    }),
    follow: Flags.boolean({char: 'f', description: 'Go on with what arrives', default: true, allowNo: true}),
    by: Flags.string({description: 'Follow the bus, or the store', options: ['bus', 'store'], helpValue: 'WHAT'}),
    'no-wait': noWaitFlag,
    ...recordFlags,
    ...pipelineFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Tail)
    const context = await openContext(flags)
    const filter = toFilter(args.query, flags, new Date())
    const {follow} = flags
    const wait = follow && !flags['no-wait']
    await using app = openApp(context.config, context.talk.detail, context.talk.warn)
    if (follow) context.watchOutput()
    const by = flags.by as 'bus' | 'store' | undefined
    const arrivals = await openArrivals(context, app, {by, filter, wait, follow})
    const last = flags.lines ?? (flags.since === undefined ? FIRST_LINES : Number.POSITIVE_INFINITY)
    const events = tailRecords(arrivals, {last, follow, wait}, context.signal)
    const shown = await showTail(
      context,
      openRecordWriter(context, flags, {marks: marksOf(filter.query)}),
      arrivals,
      events,
    )
    if (follow || last === 0 || shown > 0 || context.signal.aborted) return
    const asked = {query: args.query, span: flags.since && `since ${flags.since}`}
    const nothing = await explainNothing(await app.store(), filter)
    context.talk.show(nothingFound(asked, nothing, context.talk.screen))
  }
}
