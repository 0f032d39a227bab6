import {once} from 'node:events'
import {Command, Flags} from '@oclif/core'
import {startOwnEngine} from '../cli/alert-engine.js'
import {apiPartsOf} from '../cli/api-parts.js'
import {keepToThisMachine} from '../cli/beside-server.js'
import {openContext} from '../cli/context.js'
import {globalFlags} from '../cli/global-flags.js'
import {startOwnProcessor} from '../cli/own-processor.js'
import {serverSignals} from '../cli/own-signals.js'
import {pipelineFlags} from '../cli/pipeline-flags.js'
import {serveFlags, withAddress} from '../cli/serve-flags.js'
import {startApi} from '../cli/start-api.js'
import {finish} from '../lib/api/listen.js'
import {openApp} from '../lib/compose.js'
import {processSummary} from '../lib/output/ship-summary.js'

export default class Up extends Command {
  static override summary = 'Run the whole system in one process: the REST API, the processor and the alert engine'
  static override description =
    'What is shipped or posted is stored at once, and can be searched here and over the API. Runs until Ctrl-C or SIGTERM, which finish what is in hand. A processor or an alert engine that fails is begun again, and /health says so meanwhile.'
  static override examples = [
    '<%= config.bin %> up',
    '<%= config.bin %> up --dev',
    '<%= config.bin %> up --port 8001 --data-dir ./logs',
  ]
  static override flags = {
    dev: Flags.boolean({
      description:
        'Make the account admin with the password admin123 where there is no account; on the loopback address only',
    }),
    'no-alerts': Flags.boolean({description: 'Without the alert engine: another process evaluates the rules'}),
    'no-process': Flags.boolean({description: 'Only the API: another process stores what is on the bus'}),
    ...serveFlags,
    ...pipelineFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Up)
    const context = withAddress(await openContext(flags), flags)
    keepToThisMachine(context.config, 'up')
    await using app = openApp(context.config, context.talk.detail, context.talk.warn)
    const {signal, talk} = context
    const parts = await apiPartsOf(context, app, serverSignals(context, this.config.version))
    const beside = new Map<string, () => boolean>()
    const {server} = await startApi(context, app, {...parts, beside}, {dev: flags.dev})
    const began = performance.now()
    const processor = flags['no-process'] ? undefined : startOwnProcessor(context, app, parts.signals)
    if (processor) beside.set('processor', processor.isWell)
    const engine = flags['no-alerts'] ? undefined : startOwnEngine(context, app, parts.signals)
    if (engine) beside.set('alerts', engine.isWell)
    if (!signal.aborted) await once(signal, 'abort')
    // What is posted until the last moment is on the bus; what is not stored yet is stored at the next start.
    await Promise.all([finish(server), processor?.ended, engine?.ended])
    if (processor) talk.note(processSummary(processor.report(), performance.now() - began))
  }
}
