import type {HostLine} from '../metrics/service.js'
import type {SystemFigures} from '../metrics/system.js'
import {headingLine, labelled, type MetricsScreen} from './metrics-parts.js'
import {hostTable} from './metrics-service.js'
import {formatCount} from './numbers.js'
import {paletteFor} from './palette.js'
import {type StatusParts, statusView} from './status-view.js'

/** `metrics system` for people: what the records tell, where the store answers, then the pipeline as `status` shows it. */
export function systemView(
  figures: SystemFigures | undefined,
  pipeline: StatusParts | undefined,
  view: MetricsScreen,
): string {
  const status = pipeline && statusView(pipeline, {screen: view.screen, now: new Date(view.now)}).trimEnd()
  const parts = [figures && figuresPart(figures, view), status].filter((part) => part !== undefined)
  return `${parts.join('\n\n')}\n`
}

function figuresPart(figures: SystemFigures, view: MetricsScreen): string {
  const palette = paletteFor(view.screen.color)
  const hosts: HostLine[] = figures.hosts
  const lines = [
    headingLine(figures, view),
    '',
    labelled('services', formatCount(figures.services_count), palette),
    labelled('hosts', formatCount(figures.hosts_count), palette),
  ]
  if (hosts.length > 0) lines.push('', hostTable({hosts, hosts_count: figures.hosts_count}, view))
  return lines.join('\n')
}
