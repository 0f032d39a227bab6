import {Flags} from '@oclif/core'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {type RecordWriter, type RecordWriterOptions, recordWriter} from '../lib/output/record-writer.js'
import type {Sink} from '../lib/output/sink.js'
import {parseTemplate} from '../lib/output/template.js'
import type {Marks} from '../lib/query/marks.js'
import type {Context} from './context.js'
import {toZone} from './zone-flag.js'

/** Flags of commands that print records. */
export const recordFlags = {
  fields: Flags.string({
    description: 'Only these fields, comma-separated: @timestamp,service,attributes.order_id',
    helpValue: 'LIST',
  }),
  template: Flags.string({
    description: "A layout of your own: '{@timestamp} {service|-} {message}'; \\n \\t \\{ \\} are escapes",
    helpValue: 'TEXT',
    exclusive: ['fields', 'output', 'json'],
  }),
  wide: Flags.boolean({description: 'Do not fold long lines to the width of the terminal'}),
  raw: Flags.boolean({description: 'Print control characters of log text as they are, on a terminal too'}),
}

/** For commands whose answer ends. */
export const pagerFlag = Flags.boolean({
  description: 'On a terminal, show what is longer than the screen in $LOGFLOW_PAGER, $PAGER or less',
  default: true,
  allowNo: true,
})

export interface RecordFlags {
  fields?: string
  template?: string
  wide?: boolean
  raw?: boolean
  timezone?: string
}

/** What the flags ask to be shown; refuses what names no field, and a template that is none. */
export function checkRecordFlags(flags: RecordFlags): Pick<RecordWriterOptions, 'fields' | 'template'> {
  const fields = flags.fields
    ?.split(',')
    .map((field) => field.trim())
    .filter(Boolean)
  if (fields?.length === 0)
    throw new LogflowError('USAGE', '--fields names no field', {suggestions: ['Write --fields @timestamp,service']})
  return {
    ...(fields ? {fields} : {}),
    ...(flags.template === undefined ? {} : {template: parseTemplate(flags.template)}),
  }
}

export interface WriterOptions {
  /** Set off in what is printed. */
  marks?: Marks
  /** Records say whether they match. */
  inContext?: boolean
  /** Where text goes; stdout unless given. */
  out?: Sink
}

/** The writer for records that a command's flags ask for. */
export function openRecordWriter(context: Context, flags: RecordFlags, options: WriterOptions = {}): RecordWriter {
  return recordWriter(context.format, options.out ?? context.out, {
    screen: context.screen,
    ...checkRecordFlags(flags),
    wide: flags.wide ?? false,
    raw: flags.raw ?? false,
    ...(options.marks ? {marks: options.marks} : {}),
    inContext: options.inContext ?? false,
    zone: toZone(flags.timezone),
    ...(flags.timezone === undefined ? {} : {zoneName: flags.timezone}),
    now: Date.now(),
  })
}
