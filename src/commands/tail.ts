import {Command} from '@oclif/core'
import {type Context, openContext} from '../cli/context.js'
import {askedText, toFilter} from '../cli/filter-flags.js'
import {argument, globalFlags} from '../cli/global-flags.js'
import {noWaitFlag, pipelineFlags} from '../cli/pipeline-flags.js'
import {openRecordWriter, recordFlags} from '../cli/record-flags.js'
import {openTailed} from '../cli/tail-arrivals.js'
import {type Ending, FIRST_LINES, tailFlags, toEnding, toMarks} from '../cli/tail-flags.js'
import {showTail} from '../cli/tail-show.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {tailRecords} from '../lib/flows/tail-records.js'
import {tailUntil, type Waited} from '../lib/flows/tail-until.js'
import {formatDuration} from '../lib/output/numbers.js'
import {nothingFound} from '../lib/output/search-summary.js'
import {matches} from '../lib/query/matches.js'

export default class Tail extends Command {
  static override summary = 'Show the last records, then each one as it arrives, until Ctrl-C'
  static override description =
    `Follows the order of arrival, not of event time: a late record is shown when it comes. On Kafka it follows the bus: what arrives is shown whether or not it is processed yet, and a file that is shipped again is shown again. With the embedded bus it follows the store: each record once, when it is stored. --by says which; with --file, plain files are followed as they grow, nothing being shipped. A bus or store that is away is waited for, and followed from where it was left. Wherever something may be missing there is a mark: a line "── gap: … ──", in jsonl an object {"gap": {"reason", "message", "from", "to", …}}, in other formats a line on stderr.`
  static override examples = [
    '<%= config.bin %> tail',
    '<%= config.bin %> tail --service payment --min-level warn --stats',
    '<%= config.bin %> tail --since 1h -n 500',
    `<%= config.bin %> tail '"card declined"' -n 0 -o jsonl | head -1`,
    `<%= config.bin %> tail --service shop --until-match '"server started"' --timeout 30s`,
    '<%= config.bin %> tail --file app.log --file nginx.log --highlight timeout',
    '<%= config.bin %> tail --by bus -o raw',
    '<%= config.bin %> tail --no-follow -n 50',
  ]
  static override args = {query: argument({description: 'Only records that match, as in search'})}
  static override flags = {...tailFlags, 'no-wait': noWaitFlag, ...recordFlags, ...pipelineFlags, ...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Tail)
    const context = await openContext(flags)
    const filter = toFilter(args.query, flags, new Date())
    const ending = toEnding(flags)
    const marks = toMarks(filter.query, flags.highlight)
    const {follow} = flags
    const wait = follow && !flags['no-wait']
    const first = ending.until ? 0 : FIRST_LINES
    const last = flags.lines ?? (flags.since === undefined ? first : Number.POSITIVE_INFINITY)
    if (ending.until && !follow && last === 0)
      throw new LogflowError('USAGE', '--until-match with --no-follow has no record to look at', {
        suggestions: ['Say which records to look at: -n 1000, or --since 1h', 'Leave --no-follow out'],
      })
    if (follow) context.watchOutput()
    const by = flags.by as 'bus' | 'store' | undefined
    const choice = {by, files: flags.file, timezone: flags.timezone, filter, wait, follow, fromEnd: last === 0}
    await using tailed = await openTailed(context, choice)
    const timer = startTimer(context.signal, ending.timeoutMs)
    const waited: Waited = {}
    const all = tailRecords(tailed.arrivals, {last, follow, wait: wait && !flags.file}, timer.signal)
    const {until} = ending
    const events = until ? tailUntil(all, (record) => matches(until.query, record), waited, timer.signal) : all
    let shown: number
    try {
      shown = await showTail(context, openRecordWriter(context, flags, {marks}), tailed.arrivals, events, flags.stats)
    } finally {
      timer.end()
    }
    if (context.signal.aborted) return
    tailed.check()
    if (until && !waited.found) throw notSeen(until.text, ending, waited, timer.signal.aborted)
    if (follow || last === 0 || shown > 0) return
    await tellNothing(context, tailed.explainNothing, {query: askedText(args.query, flags), since: flags.since})
  }
}

/** A signal that also aborts after a time, and holds the process until then. */
function startTimer(signal: AbortSignal, ms: number | undefined): {signal: AbortSignal; end(): void} {
  if (ms === undefined) return {signal, end() {}}
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), ms)
  return {signal: AbortSignal.any([signal, over.signal]), end: () => clearTimeout(timer)}
}

function notSeen(text: string, {timeoutMs}: Ending, {doubt}: Waited, timedOut: boolean): LogflowError {
  const when = timedOut && timeoutMs !== undefined ? ` within ${formatDuration(timeoutMs)}` : ''
  if (doubt !== undefined)
    return new LogflowError('NOT_CAUGHT_UP', `no record matched ${text}${when}, but it may have been missed: ${doubt}`)
  return new LogflowError('NO_MATCH', `no record matched ${text}${when}`)
}

async function tellNothing(
  {talk}: Context,
  explain: Awaited<ReturnType<typeof openTailed>>['explainNothing'],
  asked: {query?: string; since?: string},
): Promise<void> {
  const span = asked.since && `since ${asked.since}`
  talk.show(nothingFound({query: asked.query, span}, await explain(), talk.screen))
}
