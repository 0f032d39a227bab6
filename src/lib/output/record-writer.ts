import {unreachable} from '../errors/logflow-error.js'
import type {Marks} from '../query/marks.js'
import type {LogRecord} from '../record/record.js'
import type {Zone} from '../record/zone.js'
import {csvFormat} from './formats/csv.js'
import {jsonFormat} from './formats/json.js'
import {jsonlFormat} from './formats/jsonl.js'
import {logfmtFormat} from './formats/logfmt.js'
import {prettyFormat} from './formats/pretty.js'
import {rawFormat} from './formats/raw.js'
import {tableFormat} from './formats/table.js'
import {templateFormat} from './formats/template.js'
import type {Screen} from './screen.js'
import type {Sink} from './sink.js'
import type {TemplatePart} from './template.js'

export type RecordFormatName = 'pretty' | 'jsonl' | 'json' | 'table' | 'csv' | 'logfmt' | 'raw'

/** A record, and whether it is what was looked for or only stands around that: said where both are shown. */
export type ShownRecord = LogRecord & {match?: boolean}

/** How records become text. Stateful: one object per output. */
export interface RecordFormat {
  /** Text before the first record, also where there is none. */
  begin?(): string
  /** A line that says something may be missing here; formats for machines that have no room for one leave it out. */
  mark?(gap: GapMark): string
  /** A line between groups of records that do not follow each other; formats for machines have none. */
  separator?(): string
  /** Whole lines for records that are shown together. */
  page(records: readonly ShownRecord[]): string
  end?(): string
}

/** A place in a stream where something may be missing: why, in a word and in a sentence, and where that is known. */
export interface GapMark {
  reason: string
  message: string
  topic?: string
  partition?: number
  /** Offsets on the bus, `to` exclusive. */
  from?: number
  to?: number
}

export interface RecordWriterOptions {
  screen: Screen
  /** Only these, by the names fieldOf knows. */
  fields?: readonly string[]
  /** A layout of the user's own, whatever the format. */
  template?: readonly TemplatePart[]
  /** Records say whether they match: what does is pointed at. */
  inContext?: boolean
  /** Nothing is folded to the width. */
  wide?: boolean
  /** Control characters of log text reach a terminal as they are. */
  raw?: boolean
  /** What times are shown in; this machine's zone unless set. */
  zone?: Zone
  /** Its name, shown with the date: where it was asked for. */
  zoneName?: string
  /** What the query asked of the text: shown bold and underlined. */
  marks?: Marks
  /** Today, in ms since 1970: dates of another year are shown with it. */
  now: number
}

export interface RecordWriter {
  /** Returns a promise only when the reader is slow: await it before going on. */
  write(record: ShownRecord): void | Promise<void>
  /** What follows does not follow on what was written: a line between, where the format has one. */
  separate(): void | Promise<void>
  /** Puts a mark between the records, where the format has one. */
  mark(gap: GapMark): void | Promise<void>
  /** Shows everything written so far now. A live stream calls it after each event, a search after each page. */
  flush(): void | Promise<void>
  /** The last words of the format, and everything passed on. Does not close the stream. */
  end(): Promise<void>
}

/** Records that are laid out together at most: widths of columns are kept at least this long. */
const PAGE = 250

/** Throws OutputClosed from any method once nobody reads the output. */
export function recordWriter(name: RecordFormatName, sink: Sink, options: RecordWriterOptions): RecordWriter {
  const format = formatOf(name, options)
  let page: ShownRecord[] = []
  let begun = false

  const begin = (): string => {
    if (begun) return ''
    begun = true
    return format.begin?.() ?? ''
  }
  const lay = (): void | Promise<void> => {
    if (page.length === 0) return
    const records = page
    page = []
    return sink.write(begin() + format.page(records))
  }
  return {
    write(record) {
      page.push(record)
      if (page.length >= PAGE) return lay()
    },
    async separate() {
      await lay()
      if (begun && format.separator) await sink.write(format.separator())
    },
    async mark(gap) {
      await lay()
      if (format.mark) await sink.write(begin() + format.mark(gap))
    },
    flush() {
      const waiting = lay()
      return waiting ? waiting.then(() => sink.flush()) : sink.flush()
    },
    async end() {
      await lay()
      await sink.write(begin() + (format.end?.() ?? ''))
      await sink.end()
    },
  }
}

function formatOf(name: RecordFormatName, options: RecordWriterOptions): RecordFormat {
  if (options.template) return templateFormat(options.template, options)
  switch (name) {
    case 'pretty':
      return options.fields ? tableFormat(options) : prettyFormat(options)
    case 'jsonl':
      return jsonlFormat(options)
    case 'json':
      return jsonFormat(options)
    case 'table':
      return tableFormat(options)
    case 'csv':
      return csvFormat(options)
    case 'logfmt':
      return logfmtFormat(options)
    case 'raw':
      return rawFormat(options)
    default:
      return unreachable(name)
  }
}
