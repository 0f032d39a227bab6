import type {App} from '../lib/compose.js'
import {keepTrying} from '../lib/flows/patience.js'
import {emptyReport, type ProcessReport, sumReports} from '../lib/flows/process-units.js'
import {type RunProcessorOptions, runProcessor} from '../lib/flows/run-processor.js'
import {type Supervised, supervise} from '../lib/flows/supervise.js'
import {tellLag} from '../lib/flows/tell-lag.js'
import type {Signals} from '../lib/telemetry/signals.js'
import type {Context} from './context.js'
import {showProcessNotice} from './process-notices.js'

/** How often the own log says how much waits on the bus. */
const TELL_LAG_EVERY_MS = 60_000

type Notice = Parameters<NonNullable<RunProcessorOptions['onNotice']>>[0]

export interface OwnProcessor extends Supervised {
  /** What it has done so far. */
  report(): ProcessReport
}

/** A processor in this process, which goes on whatever happens to it, until the signal. */
export function startOwnProcessor(context: Context, app: App, signals: Signals): OwnProcessor {
  const {config, signal} = context
  const {topic, group} = config
  const tell = noticeTo(context, signals)
  let before = emptyReport()
  let now = emptyReport()
  const onNotice = (notice: Notice): void => {
    if (notice.kind === 'stored') now = notice.report
    tell(notice)
  }
  const run = async (): Promise<void> => {
    const patience = {signal, onNotice}
    now = await runProcessor({
      bus: await keepTrying('bus', app.bus, patience),
      store: await keepTrying('store', app.store, patience),
      topic,
      group,
      once: false,
      signal,
      now: () => new Date(),
      onNotice,
      signals,
    })
  }
  const supervised = supervise(run, {
    signal,
    onFailed: (error, afterMs) => {
      before = sumReports(before, now)
      now = emptyReport()
      signals.log.error('processor_failed', error, {next_try_ms: afterMs})
    },
  })
  // A person at a terminal asks `logflow status`.
  const telling = context.talk.screen.isTerminal
    ? undefined
    : tellLag({bus: app.bus, topic, group, log: signals.log, everyMs: TELL_LAG_EVERY_MS, signal})
  const ended = Promise.all([supervised.ended, telling]).then(() => undefined)
  return {...supervised, ended, report: () => sumReports(before, now)}
}

/** To a person as `process` tells it; else into the own log, so that stderr stays of one kind. */
function noticeTo({talk}: Context, {log}: Signals): (notice: Notice) => void {
  if (talk.screen.isTerminal) return showProcessNotice(talk)
  return ({kind, ...rest}) => {
    // how much was stored is in the metrics
    if (kind !== 'stored') log.info(`processor_${kind.replaceAll('-', '_')}`, rest as Record<string, unknown>)
  }
}
