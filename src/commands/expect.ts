import {Command} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {expectFlags, toExpectations} from '../cli/expect-flags.js'
import {runExpectations} from '../cli/expect-run.js'
import {showExpected} from '../cli/expect-show.js'
import {runTruth} from '../cli/expect-truth.js'
import {argument, globalFlags} from '../cli/global-flags.js'
import {pipelineFlags} from '../cli/pipeline-flags.js'

export default class Expect extends Command {
  static override summary = 'Assert that logs do, or do not, hold something; for CI'
  static override description =
    'Exits with 0 when the expectation is met, 1 when it is broken (and shows the records that break it, or the nearest ones), 3 when that cannot be known: a backend is away, or what was handed over in time is not processed yet. Enough of what is expected, or too much of what is not, is told at once; any other answer waits until --within is over and everything on the bus by then is stored, so that a record on its way never makes it wrong. Without --since, --since-mark or an id, everything stored counts. --truth takes what generate --truth wrote and expects, of every incident, the record that caused it and all records of the requests that it touched.'
  static override examples = [
    `<%= config.bin %> expect 'service:checkout "order placed"' --trace-id $TRACE --within 30s`,
    `<%= config.bin %> expect 'level>=error' --none --within 10s --since-mark before-deploy`,
    `<%= config.bin %> expect 'retry' --count '<=2' --since 5m`,
    '<%= config.bin %> expect --from expectations.yaml --junit report.xml',
    '<%= config.bin %> expect --truth truth.jsonl --within 30s',
    `kubectl logs deploy/shop | <%= config.bin %> expect 'panic' --none --file -`,
  ]
  static override args = {query: argument({description: 'What to look for, as in search'})}
  static override flags = {...expectFlags, ...pipelineFlags, ...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Expect)
    const context = await openContext(flags)
    const {truth} = flags
    const rows =
      truth === undefined
        ? await runExpectations(context, await toExpectations(context, args.query, flags), flags)
        : await runTruth(context, args.query, {...flags, truth})
    await showExpected(context, rows, flags)
  }
}
