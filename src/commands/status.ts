import {Command} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {globalFlags} from '../cli/global-flags.js'
import {pipelineFlags} from '../cli/pipeline-flags.js'
import {showResult} from '../cli/show-result.js'
import {alertsStatusOf, databaseStatusOf} from '../cli/with-database.js'
import {openApp} from '../lib/compose.js'
import {pipelineStatus} from '../lib/flows/pipeline-status.js'
import {statusParts} from '../lib/flows/status-parts.js'
import {statusView} from '../lib/output/status-view.js'

export default class Status extends Command {
  static override summary = 'Show the pipeline at a glance: bus, lag, store, database, alerts'
  static override description =
    'What can be asked is shown, also when something is away; then it exits with 3. To see what is wrong and how to mend it: logflow doctor.'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json']
  static override flags = {...pipelineFlags, ...globalFlags}

  async run(): Promise<void> {
    const {flags} = await this.parse(Status)
    const context = await openContext(flags)
    const {topic, group} = context.config
    await using app = openApp(context.config, context.talk.detail)
    const status = await pipelineStatus({
      bus: app.bus,
      store: app.store,
      database: databaseStatusOf(context.config),
      alerts: alertsStatusOf(context.config, app.alerts),
      topic,
      group,
    })
    const result = statusParts(status)
    await showResult(context, result, () => statusView(result, {screen: context.screen, now: new Date()}))
    const failed = [status.bus, status.store, status.database].find((answer) => answer && !answer.ok)
    if (failed && !failed.ok) throw failed.error
  }
}
