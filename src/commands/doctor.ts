import {Command} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {globalFlags} from '../cli/global-flags.js'
import {pipelineFlags} from '../cli/pipeline-flags.js'
import {showResult} from '../cli/show-result.js'
import {alertsStatusOf, databaseFaultsOf, databaseStatusOf} from '../cli/with-database.js'
import {openApp} from '../lib/compose.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {checkHealth} from '../lib/flows/check-health.js'
import {inspectData, inspectDatabase} from '../lib/flows/inspect-data.js'
import {progressBar} from '../lib/output/progress-bar.js'
import {checksView} from '../lib/output/status-view.js'

export default class Doctor extends Command {
  static override summary = 'Check everything a run needs, and say how to mend what is wrong'
  static override description = 'Exits with status 1 when a check fails.'
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --bus localhost:9092 --json']
  static override flags = {...pipelineFlags, ...globalFlags}

  async run(): Promise<void> {
    const {flags} = await this.parse(Doctor)
    const context = await openContext(flags)
    const {topic, group, dataDir, files} = context.config
    await using app = openApp(context.config, context.talk.detail)
    const checks = await checkHealth({
      bus: app.bus,
      store: app.store,
      database: databaseStatusOf(context.config),
      alerts: alertsStatusOf(context.config, app.alerts),
      topic,
      group,
      dataDir,
      configFile: files.exists ? files.path : undefined,
      nodeVersion: process.version,
    })
    const bar = progressBar({
      stream: context.talk.stream,
      screen: context.talk.screen,
      label: 'doctor',
      now: () => performance.now(),
      quiet: context.talk.quiet,
    })
    checks.push(
      ...(await inspectData(app, {
        signal: context.signal,
        onProgress: ({done, total, records}) => bar.update({bytes: done, totalBytes: total, lines: records}),
      })),
    )
    bar.end()
    checks.push(...(await inspectDatabase(() => databaseFaultsOf(context.config))))
    await showResult(context, {checks}, () => checksView(checks, context.screen))
    const failed = checks.filter((check) => check.state === 'failed').map((check) => check.name)
    if (failed.length > 0) throw new LogflowError('UNHEALTHY', `not healthy: ${failed.join(', ')}`)
  }
}
