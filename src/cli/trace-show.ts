import {formatCount, plural} from '../lib/output/numbers.js'
import type {RowColumn} from '../lib/output/rows.js'
import type {TraceViewOptions} from '../lib/output/trace-drawing.js'
import {traceView} from '../lib/output/trace-view.js'
import type {LogRecord} from '../lib/record/record.js'
import {isError} from '../lib/trace/span.js'
import {traceJson} from '../lib/trace/trace-json.js'
import {buildTrace} from '../lib/trace/trace-tree.js'
import type {Context} from './context.js'
import {pagedOutput} from './pager.js'
import {openRecordWriter, type RecordFlags} from './record-flags.js'
import {showResult, showRows} from './show-result.js'
import {toZone} from './zone-flag.js'

interface TraceFlags extends RecordFlags {
  all?: boolean
  ascii?: boolean
  errors?: boolean
  pager: boolean
  'spans-only'?: boolean
}

/** Shows a trace: drawn for people, as a tree for -o json, else as its records, or as its spans with --spans-only. */
export async function showTrace(
  context: Context,
  {id, records}: {id: string; records: LogRecord[]},
  flags: TraceFlags,
): Promise<void> {
  const asRecords = flags.fields !== undefined || flags.template !== undefined
  const timed = <T>(draw: () => T): T => {
    const began = performance.now()
    const drawn = draw()
    const ms = Math.round(performance.now() - began)
    context.talk.detail(`${plural(records.length, 'record')} drawn in ${formatCount(ms)} ms after they were found`)
    return drawn
  }
  const json = (spansOnly: boolean | undefined) =>
    timed(() => traceJson(buildTrace(id, records), {spansOnly, errorsOnly: flags.errors}))
  if (context.format === 'json' && !asRecords) return showResult(context, json(flags['spans-only']), () => '')
  if (flags['spans-only'] && !asRecords && context.format !== 'pretty') {
    const rows = json(true).spans.map(({records: _, ...span}) => span)
    return showRows(context, rows, SPAN_COLUMNS)
  }
  const out = pagedOutput(context, flags.pager)
  if (context.format === 'pretty' && !asRecords) {
    await out.write(timed(() => traceView(buildTrace(id, records), viewOptions(context, flags))))
    return out.end()
  }
  const writer = openRecordWriter(context, flags, {out})
  for (const record of records) if (!flags.errors || isError(record)) await writer.write(record)
  await writer.end()
}

/** Of spans in rows. */
const SPAN_COLUMNS: readonly RowColumn[] = [
  ...['id', 'parent', 'edge', 'start'].map((title) => ({title})),
  {title: 'duration_ms', align: 'right'},
  ...['error', 'service', 'host', 'name'].map((title) => ({title})),
]

function viewOptions({screen}: Context, flags: TraceFlags): TraceViewOptions {
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
