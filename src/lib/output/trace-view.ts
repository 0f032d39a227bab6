import type {TraceTimeline} from '../trace/trace-timeline.js'
import {escapeLine} from './escape-controls.js'
import {formatDuration, plural} from './numbers.js'
import {paletteFor} from './palette.js'
import type {Screen} from './screen.js'
import {cutTo, padTo, textWidth} from './text-width.js'

const MAX_SERVICE_WIDTH = 20

/** A trace for people: one head line, then every record with its distance from the first. Ends with a newline. */
export function traceView(timeline: TraceTimeline, screen: Screen): string {
  const palette = paletteFor(screen.color)
  const {entries, services} = timeline
  const facts = [
    plural(services.length, 'service'),
    plural(entries.length, 'record'),
    plural(timeline.errors, 'error'),
    formatDuration(timeline.durationMs),
  ]
  const id = escapeLine(timeline.id)
  const fits = textWidth(`trace ${id}   ${facts.join(' · ')}`) <= screen.width
  const head = `trace ${palette.bold(id)}${fits ? '   ' : '\n'}${facts.join(' · ')}`
  const offsets = entries.map((entry) => `+${formatOffset(entry.offsetMs)}`)
  const offsetWidth = Math.max(0, ...offsets.map((text) => text.length))
  const serviceWidth = Math.min(MAX_SERVICE_WIDTH, Math.max(0, ...services.map((name) => textWidth(escapeLine(name)))))
  const lines = entries.map(({record, firstError}, i) => {
    const mark = firstError ? palette.bad('▶') : ' '
    const offset = (offsets[i] as string).padStart(offsetWidth)
    const level = palette.level(record.level, (record.level ?? '').padEnd(5))
    const name = record.service ?? ''
    const service = palette.service(name, padTo(cutTo(escapeLine(name), serviceWidth), serviceWidth))
    const note = firstError ? palette.dim('   ← first error') : ''
    return `${mark} ${offset}  ${level}  ${service}  ${fold(escapeLine(record.message), screen, 14 + offsetWidth + serviceWidth)}${note}`
  })
  return `${head}\n${timeline.start ? palette.dim(`from ${timeline.start}`) : ''}\n\n${lines.join('\n')}\n`
}

function fold(message: string, screen: Screen, used: number): string {
  return Number.isFinite(screen.width) ? cutTo(message, Math.max(20, screen.width - used)) : message
}

/** Milliseconds while they are readable, then longer units. */
function formatOffset(ms: number): string {
  return ms < 10_000 ? `${Number.isInteger(ms) ? ms : ms.toFixed(1)} ms` : formatDuration(ms)
}
