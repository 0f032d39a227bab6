import {Command, Flags} from '@oclif/core'
import {keepToThisMachine} from '../cli/beside-server.js'
import {openContext} from '../cli/context.js'
import {globalFlags} from '../cli/global-flags.js'
import {metricsFlags, openCommandSignals} from '../cli/own-signals.js'
import {noWaitFlag, pipelineFlags, receiptFlag} from '../cli/pipeline-flags.js'
import {showProcessNotice} from '../cli/process-notices.js'
import {openRunReceipt} from '../cli/run-receipt.js'
import {showResultIfAsked} from '../cli/show-result.js'
import {keepYoungGenerationSmall} from '../cli/young-generation.js'
import {openApp} from '../lib/compose.js'
import {keepTrying} from '../lib/flows/patience.js'
import {emptyReport, type ProcessReport} from '../lib/flows/process-units.js'
import {processReceipt} from '../lib/flows/receipt/receipt.js'
import {outcomeError} from '../lib/flows/run-outcome.js'
import {runProcessor} from '../lib/flows/run-processor.js'
import {processSummary} from '../lib/output/ship-summary.js'

export default class Process extends Command {
  static override summary = 'Parse what is on the bus and put it in the store'
  static override description =
    "Runs until Ctrl-C or SIGTERM, which finish the batch in hand. Several share a Kafka topic's partitions; on the embedded store one writes and the next stands by."
  static override examples = [
    '<%= config.bin %> process --once',
    '<%= config.bin %> process --bus localhost:9092 --store http://localhost:9200',
    '<%= config.bin %> process --once --json',
    '<%= config.bin %> process --once --receipt run.json',
    '<%= config.bin %> process --metrics-port 9464',
  ]
  static override flags = {
    once: Flags.boolean({description: 'Stop when everything that is on the bus now is stored'}),
    'no-wait': noWaitFlag,
    receipt: receiptFlag,
    'while-stdin': Flags.boolean({description: 'Stop when stdin ends', hidden: true}),
    ...metricsFlags,
    ...pipelineFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    keepYoungGenerationSmall()
    const {flags} = await this.parse(Process)
    const context = await openContext(flags)
    keepToThisMachine(context.config, 'process')
    const {topic, group} = context.config
    const receipt = await openRunReceipt(context, this.config.version, flags.receipt)
    await using app = openApp(context.config, context.talk.detail, context.talk.warn)
    await using own = await openCommandSignals(app, context, this.config.version, flags)
    if (!flags.once && context.talk.screen.isTerminal) context.talk.note(`── processing topic ${topic}; Ctrl-C ends ──`)
    // Who started us with --while-stdin waits for our end, and tells what is wrong better than we could.
    const patient = !flags['no-wait'] && !flags['while-stdin']
    let report: ProcessReport = emptyReport()
    const tell = showProcessNotice(context.talk)
    const onNotice = (notice: Parameters<typeof tell>[0]) => {
      if (notice.kind === 'stored') report = notice.report
      tell(notice)
    }
    const patience = patient && !flags.once ? {signal: context.signal, onNotice} : undefined
    const interrupted = () => flags.once === true && context.signal.aborted
    await receipt.write(processReceipt(receipt.facts, report))
    try {
      report = await runProcessor({
        bus: await keepTrying('bus', app.bus, patience),
        store: await keepTrying('store', app.store, patience),
        topic,
        group,
        once: flags.once,
        patient,
        signal: flags['while-stdin'] ? AbortSignal.any([context.signal, stdinEnd()]) : context.signal,
        now: () => new Date(),
        onNotice,
        signals: own?.signals,
      })
    } catch (error) {
      await receipt.writeFailed(processReceipt(receipt.facts, report, receipt.end(interrupted(), error)))
      throw error
    }
    const result = processReceipt(receipt.facts, report, receipt.end(interrupted()))
    await receipt.write(result)
    await showResultIfAsked(context, result)
    context.talk.note(processSummary(report, (result.seconds ?? 0) * 1_000))
    if (result.interrupted) context.talk.note('interrupted: there may be more on the bus')
    const error = outcomeError(report, topic)
    if (error) throw error
  }
}

/** Aborts when stdin ends: how a process that started us tells us to finish, also by dying. */
function stdinEnd(): AbortSignal {
  const end = new AbortController()
  process.stdin.on('end', () => end.abort())
  process.stdin.on('error', () => end.abort())
  process.stdin.resume()
  return end.signal
}
