import {Command, Flags} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {toMs} from '../cli/duration-flag.js'
import {busFlags, globalFlags, requiredArgument, storeFlags} from '../cli/global-flags.js'
import {showResult} from '../cli/show-result.js'
import {findingWriter, verifyProgress} from '../cli/verify-talk.js'
import {openApp} from '../lib/compose.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {readReceipt} from '../lib/flows/receipt/receipt-file.js'
import {processOutcome, verifyOutcome} from '../lib/flows/receipt/verify-outcome.js'
import {verifyReceipt} from '../lib/flows/receipt/verify-receipt.js'
import {processReceiptSummary, verifySummary} from '../lib/output/verify-view.js'

export default class Verify extends Command {
  static override summary = 'Say whether everything a run sent is in the store, and name what is not'
  static override description =
    'RECEIPT is what ship --receipt wrote. Exits with 0 when every record is there once, 1 when some are missing or double, 3 when that cannot be known yet, 5 when all that is missing lies in the dead letters. What is missing is named by id; where the file is gone and more than one record of a block is missing, by the stretch.'
  static override examples = [
    '<%= config.bin %> verify app.receipt.json',
    '<%= config.bin %> verify app.receipt.json --wait 60s',
    '<%= config.bin %> verify app.receipt.json --json',
  ]
  static override args = {
    receipt: requiredArgument({description: 'File that ship --receipt or process --receipt wrote'}),
  }
  static override flags = {
    wait: Flags.string({
      description: 'Wait this long for a pipeline that has not caught up',
      default: '0s',
      helpValue: 'DURATION',
    }),
    ...busFlags,
    ...storeFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Verify)
    const context = await openContext(flags)
    const waitMs = toMs('--wait', flags.wait)
    const receipt = await readReceipt(args.receipt)
    if (receipt.command === 'process') {
      context.talk.note('a receipt of process holds counts and positions, and no ids: only those are looked at')
      await showResult(context, receipt, () => `${processReceiptSummary(receipt)}\n`)
      const error = processOutcome(receipt)
      if (error) throw error
      return
    }
    await using app = openApp(context.config, context.talk.detail, context.talk.warn)
    const progress = verifyProgress(context.talk)
    const findings = findingWriter(context)
    try {
      const {bus_error, ...result} = await verifyReceipt({
        receipt,
        store: await app.store(),
        bus: app.bus,
        waitMs,
        signal: context.signal,
        onProgress: progress.update,
        onWait: progress.wait,
        onFinding: findings.add,
      })
      progress.end()
      // Not 0, whatever ended it: nobody has said that all is there.
      if (context.signal.aborted) throw new LogflowError('NOT_CAUGHT_UP', 'ended early: not everything was looked at')
      await findings.end({run_id: receipt.run_id, complete: receipt.complete, ...result}, verifySummary(result))
      const error = verifyOutcome(receipt, {...result, bus_error})
      if (error) throw error
    } finally {
      progress.end()
    }
  }
}
