import {once} from 'node:events'
import {Command} from '@oclif/core'
import {apiPartsOf} from '../cli/api-parts.js'
import {keepToThisMachine} from '../cli/beside-server.js'
import {openContext} from '../cli/context.js'
import {globalFlags} from '../cli/global-flags.js'
import {serverSignals} from '../cli/own-signals.js'
import {pipelineFlags} from '../cli/pipeline-flags.js'
import {serveFlags, withAddress} from '../cli/serve-flags.js'
import {startApi} from '../cli/start-api.js'
import {finish} from '../lib/api/listen.js'
import {openApp} from '../lib/compose.js'

export default class Serve extends Command {
  static override summary = 'Serve the REST API'
  static override description =
    'Listens on the loopback address unless told otherwise; there, logs and metrics are read without signing in. Runs until Ctrl-C or SIGTERM: requests under way have ten seconds to finish. The documentation of the API is at /docs.'
  static override examples = [
    '<%= config.bin %> serve',
    '<%= config.bin %> serve --port 8001',
    '<%= config.bin %> serve --host 0.0.0.0',
  ]
  static override flags = {...serveFlags, ...pipelineFlags, ...globalFlags}

  async run(): Promise<void> {
    const {flags} = await this.parse(Serve)
    const context = withAddress(await openContext(flags), flags)
    keepToThisMachine(context.config, 'serve')
    await using app = openApp(context.config, context.talk.detail, context.talk.warn)
    const {signal} = context
    const parts = await apiPartsOf(context, app, serverSignals(context, this.config.version))
    const {server} = await startApi(context, app, parts)
    if (!signal.aborted) await once(signal, 'abort')
    await finish(server)
  }
}
