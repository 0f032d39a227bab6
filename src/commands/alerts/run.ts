import {Command, Flags} from '@oclif/core'
import {engineOptions} from '../../cli/alert-engine.js'
import {keepToThisMachine} from '../../cli/beside-server.js'
import {openContext} from '../../cli/context.js'
import {toMs} from '../../cli/duration-flag.js'
import {showEngineNotice} from '../../cli/engine-notices.js'
import {engineError, engineResult, engineSummary} from '../../cli/engine-report.js'
import {globalFlags, storeFlags} from '../../cli/global-flags.js'
import {metricsFlags, openCommandSignals} from '../../cli/own-signals.js'
import {showResultIfAsked} from '../../cli/show-result.js'
import {openApp} from '../../lib/compose.js'
import {runEngine, runEngineOnce} from '../../lib/flows/alerts/engine.js'
import {heartbeat} from '../../lib/output/heartbeat.js'
import {silentSignals} from '../../lib/telemetry/signals.js'

export default class AlertsRun extends Command {
  static override summary = 'Evaluate the alert rules as they become due, and tell whom they name'
  static override description =
    'Runs until Ctrl-C or SIGTERM. Rules without another channel are told on stdout. Several engines may run on one database: one works, and another takes over where that one dies; logflow up has one of its own. Evaluations that were missed are made up for, so that an engine which was away neither repeats nor forgets.'
  static override examples = [
    '<%= config.bin %> alerts run',
    '<%= config.bin %> alerts run --once',
    '<%= config.bin %> alerts run --every 30s --metrics-port 9465',
    '<%= config.bin %> alerts run -o jsonl > alerts.jsonl',
  ]
  static override flags = {
    once: Flags.boolean({description: 'Look once at all that is due, send what is due, and end'}),
    every: Flags.string({
      description: 'How far apart the evaluations of rules are that do not say so (alerts.interval)',
      helpValue: 'DURATION',
    }),
    lease: Flags.string({hidden: true, description: 'How long another engine waits for one that died'}),
    ...metricsFlags,
    ...storeFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(AlertsRun)
    const context = await openContext(flags)
    const {config, talk} = context
    keepToThisMachine(config, 'alerts run', ['store'])
    if (flags.every !== undefined) config.alerts.interval = toMs('--every', flags.every)
    const leaseMs = flags.lease === undefined ? {} : {leaseMs: toMs('--lease', flags.lease)}
    context.watchOutput()
    await using app = openApp(config, talk.detail, talk.warn)
    await using own = await openCommandSignals(app, context, this.config.version, flags)
    const {counters} = own?.signals ?? silentSignals
    const options = await engineOptions(context, app, {counters, onNotice: showEngineNotice(talk), ...leaseMs})
    if (!flags.once && talk.screen.isTerminal) talk.note('── watching; Ctrl-C ends ──')
    const {stream, screen, quiet} = talk
    const beat = heartbeat({stream, screen, quiet, lag: async () => undefined, now: () => performance.now()})
    talk.clearLine = beat.came
    const report = await (flags.once ? runEngineOnce(options) : runEngine(options)).finally(() => beat.end())
    delete talk.clearLine
    await showResultIfAsked(context, engineResult(report))
    talk.note(engineSummary(report))
    const error = flags.once ? engineError(report) : undefined
    if (error) throw error
  }
}
