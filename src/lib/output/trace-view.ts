import {timeAfter} from '../trace/clock.js'
import {type Section, sectionsOf} from '../trace/sections.js'
import {isError, type TraceSpan, walk} from '../trace/span.js'
import type {TraceTree} from '../trace/trace-tree.js'
import {escapeLine} from './escape-controls.js'
import {formatDuration, plural} from './numbers.js'
import {paletteFor} from './palette.js'
import {textWidth} from './text-width.js'
import {formatDate, formatTime} from './times.js'
import {ASCII, type Drawing, inAscii, type TraceViewOptions, UNICODE} from './trace-drawing.js'
import {recordLines} from './trace-records.js'
import {waterfallLines} from './trace-waterfall.js'

/** Columns of a page that no terminal shows. */
const PAGE = 120
/** Lines of bars, and of records, before the rest is only counted; they are shared among the requests of one id. */
const MOST_ROWS = 60
const MOST_RECORDS = 60
const LEAST_LINES = 6
/** Requests drawn; of more, those with errors and the first ones. */
const MOST_SECTIONS = 12

/** A trace for people: what it is, the waterfall, and the records with their distance from its start. Ends with a newline. */
export function traceView(tree: TraceTree, options: TraceViewOptions): string {
  const {screen} = options
  const finite = Number.isFinite(screen.width)
  const drawing: Drawing = {
    ...options,
    palette: paletteFor(screen.color),
    chars: options.ascii ? ASCII : UNICODE,
    width: finite ? screen.width : PAGE,
    textWidth: finite && !options.wide ? screen.width : Number.POSITIVE_INFINITY,
  }
  const lines = headLines(tree, drawing)
  const sections = sectionsOf(tree)
  const shown = options.all ? sections : chooseSections(sections, options.errorsOnly === true)
  const share = (most: number): number =>
    options.all ? Number.POSITIVE_INFINITY : Math.max(LEAST_LINES, Math.floor(most / shown.length))
  for (const section of shown) {
    lines.push('')
    if (sections.length > 1) lines.push(sectionTitle(section, sections, drawing, tree))
    lines.push(...waterfallLines(section, drawing, share(MOST_ROWS)))
    if (!options.spansOnly) lines.push('', ...recordLines(section, drawing, share(MOST_RECORDS)))
  }
  if (options.errorsOnly && tree.errors === 0) lines.push('', 'no record of level ERROR or FATAL')
  else if (shown.length < sections.length) {
    const more = plural(sections.length - shown.length, 'more request')
    lines.push('', drawing.palette.dim(`… ${more}${options.errorsOnly ? ' without an error' : ': --all shows them'}`))
  }
  lines.push(...legendLines(shown, drawing))
  const text = `${lines.map((line) => line.trimEnd()).join('\n')}\n`
  return options.ascii ? inAscii(text) : text
}

/** What the marks mean, where they are there. */
function legendLines(sections: readonly Section[], {palette, chars}: Drawing): string[] {
  const spans = sections.flatMap(({roots, critical}) => [...walk(roots)].map(({span}) => ({span, critical})))
  const parts = []
  if (spans.some(({span, critical}) => !span.missing && !critical.has(span)))
    parts.push(`${chars.waited} waited for (critical path)`, `${chars.beside} beside it`)
  if (spans.some(({span}) => span.edge?.kind === 'inferred')) parts.push('~ inferred, with its confidence')
  return parts.length > 0 ? ['', palette.dim(parts.join('   '))] : []
}

function headLines(tree: TraceTree, drawing: Drawing): string[] {
  const {palette, width} = drawing
  const facts = factsOf(tree)
  const id = escapeLine(tree.id)
  const edges = edgeText(tree)
  const first = `trace ${id}   ${facts}`
  const lines = []
  if (textWidth(first) > width) lines.push(`trace ${palette.bold(id)}`, facts)
  else lines.push(`trace ${palette.bold(id)}   ${facts}`)
  const when = tree.zero === undefined ? '' : dateAndTime(timeAfter(tree.zero, tree.start), drawing)
  if (edges && textWidth(first) + 3 + textWidth(edges) <= width) lines[0] += `   ${palette.dim(edges)}`
  else if (edges) lines.push(palette.dim(edges))
  if (when) lines.push(palette.dim(`from ${when}`))
  for (const clock of tree.clocks.slice(0, 5)) lines.push(palette.warn(clockText(clock)))
  if (tree.clocks.length > 5) lines.push(palette.warn(`and ${plural(tree.clocks.length - 5, 'more clock')} set right`))
  return lines
}

/** What there is of it, in a few words. */
export function factsOf({services, records, errors, start, end}: TraceTree): string {
  return [
    plural(services.length, 'service'),
    plural(records.length, 'record'),
    plural(errors, 'error'),
    formatDuration(end - start),
  ].join(' · ')
}

/** A clock that is not right. */
export function clockText({host, offset}: TraceTree['clocks'][number]): string {
  const way = offset > 0 ? 'ahead' : 'behind'
  return `the clock of ${escapeLine(host)} is about ${formatDuration(Math.abs(offset))} ${way}: drawn set right`
}

/** How many spans hang below another by ids, and how many by inference; nothing where there is one span. */
export function edgeText({edges: {exact, inferred}}: TraceTree): string {
  const parts = []
  if (exact > 0) parts.push(`${plural(exact, 'edge')} exact`)
  if (inferred > 0) parts.push(`${exact > 0 ? inferred : plural(inferred, 'edge')} inferred ~`)
  return parts.length > 0 ? `from logs: ${parts.join(', ')}` : ''
}

function dateAndTime(time: string, {now, zone, zoneName}: Drawing): string {
  return [formatDate(time, now, zone), formatTime(time, zone), zoneName].filter(Boolean).join(' ')
}

/** Those with errors, then the first ones, in order of time. */
function chooseSections(sections: readonly Section[], errorsOnly: boolean): Section[] {
  const failed = (section: Section): boolean => section.entries.some(({record}) => isError(record))
  if (errorsOnly) return sections.filter(failed)
  if (sections.length <= MOST_SECTIONS) return [...sections]
  const chosen = new Set(sections.filter(failed).slice(0, MOST_SECTIONS - 1))
  for (const section of sections) if (chosen.size < MOST_SECTIONS) chosen.add(section)
  return sections.filter((section) => chosen.has(section))
}

function sectionTitle(section: Section, sections: readonly Section[], drawing: Drawing, tree: TraceTree): string {
  const {palette, zone} = drawing
  const root = section.roots[0] as TraceSpan
  const when = tree.zero === undefined ? '' : formatTime(timeAfter(tree.zero, section.start), zone)
  const traceId = root.traceId === undefined || root.traceId === tree.id ? '' : `trace ${escapeLine(root.traceId)}`
  const facts = [when, formatDuration(section.end - section.start), traceId].filter(Boolean).join(' · ')
  return `${palette.bold(`request ${sections.indexOf(section) + 1} of ${sections.length}`)}   ${palette.dim(facts)}`
}
