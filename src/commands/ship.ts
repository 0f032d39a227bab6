import {join} from 'node:path'
import {Command, Flags} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {globalFlags, listArgument} from '../cli/global-flags.js'
import {inputFlags} from '../cli/input-flags.js'
import {openInputs} from '../cli/open-inputs.js'
import {inSpan, openCommandSignals} from '../cli/own-signals.js'
import {noWaitFlag, pipelineFlags, receiptFlag} from '../cli/pipeline-flags.js'
import {startProcessorBeside} from '../cli/processor-beside.js'
import {openRunReceipt} from '../cli/run-receipt.js'
import {ShipAccount} from '../cli/ship-account.js'
import {followFlags, shipFollowed} from '../cli/ship-followed.js'
import {shipProgress, showReceipt} from '../cli/ship-talk.js'
import {openApp} from '../lib/compose.js'
import {dryRun} from '../lib/flows/dry-run.js'
import {Interrupted, keepTrying} from '../lib/flows/patience.js'
import {outcomeError} from '../lib/flows/run-outcome.js'
import {type ShipFilesReport, shipFiles} from '../lib/flows/ship-files.js'
import {firstFailure} from '../lib/sources/input.js'
import {openSourceTable} from '../lib/sources/source-table.js'

export default class Ship extends Command {
  static override summary = 'Send files or stdin to the bus; with the embedded store, all the way into it'
  static override description =
    'The same file shipped twice is stored once. Files, patterns, folders, .gz, .zst, and - for stdin.'
  static override examples = [
    '<%= config.bin %> ship app.log',
    `<%= config.bin %> ship '/var/log/shop/*.log.gz' --service shop`,
    'kubectl logs deploy/shop | <%= config.bin %> ship - --service shop --source-id shop-1',
    '<%= config.bin %> ship app.log --bus localhost:9092 --topic logs',
    '<%= config.bin %> ship app.log --receipt app.receipt.json',
    `<%= config.bin %> ship --follow '/var/log/shop/*.log'`,
    '<%= config.bin %> ship app.log --dry-run',
  ]
  static override args = {files: listArgument({description: 'Files, patterns, folders, or - for stdin'})}
  static override flags = {
    ...inputFlags,
    key: Flags.string({description: 'Key of the messages on Kafka', helpValue: 'KEY'}),
    'source-id': Flags.string({
      description:
        'Id of the one input, where inodes change (CI, containers) or for stdin: the same bytes under it are stored once. Another content needs another id',
      helpValue: 'ID',
    }),
    ...followFlags,
    'dry-run': Flags.boolean({description: 'Read and count, send nothing', exclusive: ['receipt']}),
    receipt: receiptFlag,
    'no-process': Flags.boolean({description: 'Leave the storing to a running process command'}),
    'no-wait': noWaitFlag,
    ...pipelineFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Ship)
    const context = await openContext(flags)
    const {config, talk, signal} = context
    const receipt = await openRunReceipt(context, this.config.version, flags.receipt)
    if (flags.follow) return shipFollowed(context, args.files, flags, receipt)
    const table = flags['dry-run'] ? undefined : openSourceTable(join(config.dataDir, 'sources.db'))
    const {sources, problems} = await openInputs(context, args.files, flags, {table})
    const account = new ShipAccount(receipt, {
      sources: () => sources,
      problems,
      multiline: flags.multiline ? 'auto' : 'off',
    })
    const {ledger} = account
    const progress = shipProgress(talk)
    await using app = openApp(config, talk.detail, talk.warn)
    await using own = await openCommandSignals(app, context, this.config.version)
    const waits = config.bus === 'embedded' && !flags['no-process']
    const patience = flags['no-wait'] ? undefined : {signal, onNotice: progress.notice}
    let report: ShipFilesReport
    try {
      await account.begin()
      report = flags['dry-run']
        ? await dryRun(sources, ledger, progress.update)
        : await inSpan(own, 'ship', async () =>
            shipFiles({
              signals: own?.signals,
              sources,
              ledger,
              bus: await keepTrying('bus', app.bus, patience),
              topic: config.topic,
              key: flags.key,
              group: config.group,
              store: waits ? await keepTrying('store', app.store, patience) : undefined,
              startBeside: config.store === 'embedded' ? () => startProcessorBeside(config) : undefined,
              signal,
              patient: patience !== undefined,
              now: () => new Date(),
              onProgress: progress.update,
              onShipped: progress.end,
              onNotice: progress.notice,
            }),
          )
      // What is not tidied today is tidied another day.
      await table?.expire(config.limits.checkpointKeepAge, new Date()).catch((error) => talk.detail(String(error)))
    } catch (error) {
      if (error instanceof Interrupted) talk.note('interrupted: nothing was shipped')
      await account.fail(error, signal.aborted)
      throw error
    } finally {
      progress.end()
      table?.close()
    }
    const all = [...problems, ...report.problems]
    await showReceipt(context, await account.end(signal.aborted, report), {...report, problems: all})
    const error = firstFailure(all) ?? (report.processed && outcomeError(report.processed, config.topic))
    if (error) throw error
  }
}
