import {Command, Flags} from '@oclif/core'
import {type Context, openContext} from '../cli/context.js'
import {globalFlags, listFlag, requiredArgument, storeFlags} from '../cli/global-flags.js'
import {tellSkipped} from '../cli/open-inputs.js'
import {pagedOutput} from '../cli/pager.js'
import {openRecordWriter, pagerFlag, recordFlags} from '../cli/record-flags.js'
import {openSearchable} from '../cli/searchable.js'
import {showResult, showRows} from '../cli/show-result.js'
import {toZone, zoneFlag} from '../cli/zone-flag.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {findTrace, findTraceAtOnce, MIN_PREFIX} from '../lib/flows/find-trace.js'
import {formatCount, plural} from '../lib/output/numbers.js'
import type {RowColumn} from '../lib/output/rows.js'
import type {TraceViewOptions} from '../lib/output/trace-drawing.js'
import {traceView} from '../lib/output/trace-view.js'
import {firstFailure} from '../lib/sources/input.js'
import {isError} from '../lib/trace/span.js'
import {traceJson} from '../lib/trace/trace-json.js'
import {buildTrace} from '../lib/trace/trace-tree.js'

export default class Trace extends Command {
  static override summary = 'Draw one trace across services from its records alone: who called whom, when, how long'
  // One paragraph: of several, help would show the last.
  static override description = [
    'The id is a trace, correlation or request id, or the beginning of one (4 characters or more) when only one id',
    'begins so. Span and parent ids are followed where records have them; where they have none, calls are made out of',
    'times, lengths, words and shared values, and marked ~ with how sure that is. Clocks that are not right are told',
    'and set right. -o json gives the tree of spans, other formats and pipes the records, or the spans with --spans-only.',
  ].join(' ')
  static override examples = [
    '<%= config.bin %> trace 4bf92f3577b34da6a3ce929d0e0e4736',
    '<%= config.bin %> trace 4bf92f35',
    '<%= config.bin %> trace 4bf92f35 --spans-only',
    '<%= config.bin %> trace 4bf92f35 --json',
    '<%= config.bin %> trace 4bf92f35 --file app.log -o pretty',
  ]
  static override args = {
    id: requiredArgument({description: 'Trace, correlation or request id, or a unique beginning'}),
  }
  static override flags = {
    all: Flags.boolean({description: 'Every span and record, however many there are'}),
    'spans-only': Flags.boolean({description: 'Only the spans, without their records', aliases: ['no-records']}),
    errors: Flags.boolean({description: 'Only what failed, and what it happened in'}),
    ascii: Flags.boolean({description: 'Draw with ASCII characters alone'}),
    file: listFlag({
      description: 'Look in these files instead of the store; may be repeated, - is stdin',
      helpValue: 'FILE',
    }),
    ...recordFlags,
    timezone: zoneFlag,
    pager: pagerFlag,
    ...storeFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Trace)
    const context = await openContext(flags)
    const files = flags.file && {files: flags.file, timezone: flags.timezone, held: false}
    await using place = await openSearchable(context, files)
    const find = files ? findTraceAtOnce : findTrace
    const {id, records} = await find(place.ask, args.id.trim(), context.signal)
    const problems = place.problems()
    tellSkipped(context, problems)
    const failure = firstFailure(problems)
    if (failure) throw failure
    if (records.length === 0) throw notFound(args.id)
    const asRecords = flags.fields !== undefined || flags.template !== undefined
    const began = performance.now()
    const tellTime = () => {
      const ms = Math.round(performance.now() - began)
      context.talk.detail(`${plural(records.length, 'record')} drawn in ${formatCount(ms)} ms after they were found`)
    }
    if (context.format === 'json' && !asRecords) {
      const tree = traceJson(buildTrace(id, records), {spansOnly: flags['spans-only'], errorsOnly: flags.errors})
      tellTime()
      return showResult(context, tree, () => '')
    }
    if (flags['spans-only'] && !asRecords && context.format !== 'pretty') {
      const {spans} = traceJson(buildTrace(id, records), {spansOnly: true, errorsOnly: flags.errors})
      tellTime()
      return showRows(
        context,
        spans.map(({records: _, ...span}) => span),
        SPAN_COLUMNS,
      )
    }
    const out = pagedOutput(context, flags.pager)
    if (context.format === 'pretty' && !asRecords) {
      const text = traceView(buildTrace(id, records), viewOptions(context, flags))
      tellTime()
      await out.write(text)
      return out.end()
    }
    const writer = openRecordWriter(context, flags, {out})
    for (const record of records) if (!flags.errors || isError(record)) await writer.write(record)
    await writer.end()
  }
}

/** Of spans in rows. */
const SPAN_COLUMNS: readonly RowColumn[] = [
  ...['id', 'parent', 'edge', 'start'].map((title) => ({title})),
  {title: 'duration_ms', align: 'right'},
  ...['error', 'service', 'host', 'name'].map((title) => ({title})),
]

interface ViewFlags {
  all?: boolean
  ascii?: boolean
  errors?: boolean
  'spans-only'?: boolean
  timezone?: string
  wide?: boolean
}

function viewOptions({screen}: Context, flags: ViewFlags): TraceViewOptions {
  return {
    screen,
    now: Date.now(),
    zone: toZone(flags.timezone),
    zoneName: flags.timezone,
    all: flags.all,
    ascii: flags.ascii,
    wide: flags.wide,
    spansOnly: flags['spans-only'],
    errorsOnly: flags.errors,
  }
}

function notFound(id: string): LogflowError {
  return new LogflowError('NO_MATCH', `no record has the trace, correlation or request id ${JSON.stringify(id)}`, {
    suggestions: [
      ...(id.length < MIN_PREFIX ? [`The beginning of an id is looked up from ${MIN_PREFIX} characters on`] : []),
      'logflow search --limit 5  shows what is there',
    ],
  })
}
