import {randomUUID} from 'node:crypto'
import {hostname} from 'node:os'
import {readRule} from '../lib/alerts/check-rule.js'
import type {App} from '../lib/compose.js'
import type {EngineOptions} from '../lib/flows/alerts/engine.js'
import {runEngine} from '../lib/flows/alerts/engine.js'
import type {EngineNotice} from '../lib/flows/alerts/engine-notice.js'
import {keepTrying} from '../lib/flows/patience.js'
import {type Supervised, supervise} from '../lib/flows/supervise.js'
import {openChannels} from '../lib/notify/channels.js'
import type {ConsoleOutput} from '../lib/notify/console.js'
import {escapeLine} from '../lib/output/escape-controls.js'
import type {Counters, Signals} from '../lib/telemetry/signals.js'
import type {Context} from './context.js'
import {logEngineNotice, showEngineNotice} from './engine-notices.js'

/** An engine that died is followed by another after so long. */
const LEASE_MS = 30_000

export interface EngineParts {
  counters: Counters
  onNotice: (notice: EngineNotice) => void
  leaseMs?: number
}

/** What an engine of this process works with. Waits for a database that is away. */
export async function engineOptions(
  context: Context,
  app: App,
  {counters, onNotice, leaseMs = LEASE_MS}: EngineParts,
): Promise<EngineOptions> {
  const {signal} = context
  const {alerts} = context.config
  return {
    book: await keepTrying('database', app.engineBook, {signal, onNotice}),
    store: app.store,
    channels: openChannels({alerts, console: consoleOf(context)}),
    readRule: (written) => readRule(written, {everyMs: alerts.interval}),
    newId: randomUUID,
    printable: escapeLine,
    counters,
    onNotice,
    holder: `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
    now: () => new Date(),
    leaseMs,
    ...(alerts.keepHistory === undefined ? {} : {keepMs: alerts.keepHistory}),
    signal,
  }
}

/** Notices of rules without another channel: on stdout, or on stderr where stdout is for one object. */
function consoleOf({format, out, screen, talk}: Context): ConsoleOutput {
  if (format === 'json') return {format: 'pretty', screen: talk.screen, write: (text) => talk.show(text.trimEnd())}
  return {
    format: format === 'jsonl' ? 'jsonl' : 'pretty',
    screen,
    async write(text) {
      talk.clearLine?.()
      await out.write(text)
      await out.flush()
    },
  }
}

/** An alert engine in this process, which goes on whatever happens to it, until the signal. */
export function startOwnEngine(context: Context, app: App, {log, counters}: Signals): Supervised {
  const {signal, talk} = context
  const onNotice = talk.screen.isTerminal ? showEngineNotice(talk) : logEngineNotice(log)
  const run = async () => runEngine(await engineOptions(context, app, {counters, onNotice}))
  return supervise(run, {
    signal,
    onFailed: (error, afterMs) => log.error('alert_engine_failed', error, {next_try_ms: afterMs}),
  })
}
