import type {Writable} from 'node:stream'
import type {Config} from '../config/config.js'
import {exportsSignals} from '../config/otlp-target.js'
import {paletteFor} from '../output/palette.js'
import {knownSecrets} from './known-secrets.js'
import {openMasker} from './mask.js'
import {exposeMetrics, openMetrics} from './metrics.js'
import type {ExportParts, Exports} from './otlp/open-exports.js'
import type {SpanTracer} from './otlp/tracer.js'
import {type Detail, type EntrySink, jsonLine, openOwnLog, prettyLine, streamSink} from './own-log.js'
import {type OwnLog, type Signals, silentSignals} from './signals.js'

export interface OpenSignalsOptions {
  /** Of logflow. */
  version: string
  /** Where the own log goes; absent: nowhere but to a collector, where one is set. */
  log?: {
    stream: Writable
    /** For a person at a terminal; else a line of JSON an entry. */
    pretty: boolean
    color: boolean
    detail: Detail
  }
  /** With the metrics of this process: memory, CPU, event loop. */
  ofProcess?: boolean
  /** The clock, unless told. */
  now?: () => Date
}

/** Signals that are kept, written and, where the configuration names a collector, sent. */
export async function openSignals(
  config: Config,
  {version, log, ofProcess, now = () => new Date()}: OpenSignalsOptions,
): Promise<Signals> {
  const {counters, registry} = openMetrics(version, ofProcess)
  const masker = openMasker(knownSecrets(config))
  const sinks: EntrySink[] = []
  let tracer: SpanTracer | undefined
  const own = openOwnLog({masker, now, detail: log?.detail ?? 'info', sinks, around: () => tracer?.ids() ?? {}})
  if (log) {
    const format = log.pretty ? prettyLine(paletteFor(log.color)) : jsonLine
    const onDropped = () => counters.dropped('signal', 'log_reader_slow', 1)
    sinks.push(streamSink({stream: log.stream, format, onDropped}))
  }
  const exports = await openCollector(config, {version, masker, registry, counters, onState: tellState(own)})
  tracer = exports?.tracer
  if (exports?.logs) sinks.push(exports.logs)
  return {
    counters,
    log: own,
    tracer: tracer ?? silentSignals.tracer,
    expose: (families) => exposeMetrics(registry, families),
    async close() {
      await exports?.close()
      registry.clear()
    },
  }
}

/** Loads nothing of OpenTelemetry where there is nowhere to send to. */
async function openCollector(config: Config, parts: ExportParts): Promise<Exports | undefined> {
  if (!exportsSignals(config.otlp)) return undefined
  const {openExports} = await import('./otlp/open-exports.js')
  return openExports(config, parts)
}

/** Once as a collector goes away, and once as it is back. */
function tellState(log: OwnLog): ExportParts['onState'] {
  return (signal, url, error) => {
    const fields = {signal, upstream_server_id: new URL(url).host}
    if (error === undefined) log.info('collector_back', fields)
    else log.error('collector_away', error, {...fields, reason_code: 'signals_dropped'})
  }
}
