import type {Writable} from 'node:stream'
import type {Config} from '../config/config.js'
import {paletteFor} from '../output/palette.js'
import {knownSecrets} from './known-secrets.js'
import {openMasker} from './mask.js'
import {exposeMetrics, openMetrics} from './metrics.js'
import {type Detail, type EntrySink, jsonLine, openOwnLog, prettyLine, streamSink} from './own-log.js'
import {type Signals, silentSignals} from './signals.js'

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

/** The signals of a server: metrics are kept, and the own log is written. */
export async function openSignals(
  config: Config,
  {version, log, ofProcess, now = () => new Date()}: OpenSignalsOptions,
): Promise<Signals> {
  const {counters, registry} = openMetrics(version, ofProcess)
  const sinks: EntrySink[] = []
  if (log) {
    const format = log.pretty ? prettyLine(paletteFor(log.color)) : jsonLine
    const onDropped = () => counters.dropped('signal', 'log_reader_slow', 1)
    sinks.push(streamSink({stream: log.stream, format, onDropped}))
  }
  const masker = openMasker(knownSecrets(config))
  return {
    counters,
    log: openOwnLog({masker, now, detail: log?.detail ?? 'info', sinks}),
    tracer: silentSignals.tracer,
    expose: (families) => exposeMetrics(registry, families),
    close: async () => registry.clear(),
  }
}
