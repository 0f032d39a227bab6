import {Flags} from '@oclif/core'
import type {App} from '../lib/compose.js'
import {exportsSignals} from '../lib/config/otlp-target.js'
import type {OpenSignalsOptions} from '../lib/telemetry/open-signals.js'
import type {Signals} from '../lib/telemetry/signals.js'
import type {Context} from './context.js'

/** Signals of a server: its own log on stderr, pretty for a person at a terminal. */
export function serverSignals({talk}: Pick<Context, 'talk'>, version: string): OpenSignalsOptions {
  const {isTerminal, color} = talk.screen
  const detail = talk.verbose ? 'debug' : talk.quiet ? 'quiet' : 'info'
  return {
    version,
    log: {stream: talk.stream, pretty: isTerminal, color, detail},
    ofProcess: true,
    now: () => new Date(),
  }
}

/** Runs `work` in a span of its own where traces are sent. */
export function inSpan<T>(own: CommandSignals | undefined, name: string, work: () => Promise<T>): Promise<T> {
  return own ? own.signals.tracer.span(name, {}, work) : work()
}

export const metricsFlags = {
  'metrics-port': Flags.integer({
    description: 'Serve Prometheus metrics of this process at /metrics on this port, 0 for a free one',
    helpValue: 'PORT',
    min: 0,
    max: 65_535,
  }),
  'metrics-host': Flags.string({
    description: 'Address to serve them on; 127.0.0.1 unless given',
    helpValue: 'ADDRESS',
    dependsOn: ['metrics-port'],
  }),
}

export interface CommandSignals extends AsyncDisposable {
  signals: Signals
}

/**
 * Opens what a command tells of itself beside its work: metrics on a port where the flags ask for it, and what goes to a
 * collector where the configuration names one. `undefined`, and nothing loaded, where neither does. Call it before the
 * parts are opened.
 */
export async function openCommandSignals(
  app: App,
  {config, talk}: Pick<Context, 'config' | 'talk'>,
  version: string,
  flags: {'metrics-port'?: number; 'metrics-host'?: string} = {},
): Promise<CommandSignals | undefined> {
  const port = flags['metrics-port']
  if (port === undefined && !exportsSignals(config.otlp)) return undefined
  const signals = await app.signals({version, ofProcess: true})
  if (port === undefined) return {signals, [Symbol.asyncDispose]: async () => {}}
  const {serveMetrics} = await import('../lib/telemetry/metrics-server.js')
  const server = await serveMetrics(signals, flags['metrics-host'] ?? '127.0.0.1', port)
  talk.note(`metrics at ${server.url}`)
  return {signals, [Symbol.asyncDispose]: () => server.close()}
}
