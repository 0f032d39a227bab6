import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {timeFlags, toFilter} from '../../cli/filter-flags.js'
import {globalFlags} from '../../cli/global-flags.js'
import {metricsScreen, periodAsked} from '../../cli/measure.js'
import {measureFlags, topFlag, toTop} from '../../cli/measure-flags.js'
import {pipelineFlags} from '../../cli/pipeline-flags.js'
import {showResult, showRows} from '../../cli/show-result.js'
import {toZone} from '../../cli/zone-flag.js'
import {openApp} from '../../lib/compose.js'
import {measureStore} from '../../lib/flows/measure.js'
import {pipelineStatus} from '../../lib/flows/pipeline-status.js'
import {statusParts} from '../../lib/flows/status-parts.js'
import type {Period} from '../../lib/metrics/period.js'
import {systemFigures} from '../../lib/metrics/system.js'
import {systemView} from '../../lib/output/metrics-system.js'

export default class MetricsSystem extends Command {
  static override summary = 'Show hosts and services, and how far the pipeline is'
  static override description =
    'Of the time asked for: hosts and services by their records. Of now: what is on the bus, how far the processing is behind it, and what the store holds.'
  static override examples = [
    '<%= config.bin %> metrics system',
    '<%= config.bin %> metrics system --since 1h --top 50 -o json',
  ]
  static override flags = {
    since: measureFlags.since,
    until: timeFlags.until,
    timezone: timeFlags.timezone,
    top: topFlag('hosts', 10),
    ...pipelineFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(MetricsSystem)
    const context = await openContext(flags)
    const {topic, group} = context.config
    const now = new Date()
    const filter = toFilter(undefined, flags, now)
    const period = periodAsked(filter, flags, now) as Period
    await using app = openApp(context.config, context.talk.detail, context.talk.warn)
    const status = await pipelineStatus({bus: app.bus, store: app.store, topic, group})
    const pipeline = statusParts(status)
    const failed = [status.store, status.bus].find((answer) => !answer.ok)
    const measured = {query: filter.query, period, zone: toZone(flags.timezone), withBefore: false}
    // A store that is away does not hide how the bus is.
    const figures = status.store.ok
      ? await measureStore(await app.store(), systemFigures({hosts: toTop(flags.top)}), measured)
      : undefined
    if (context.format === 'csv' && figures) await showRows(context, figures.hosts, HOST_COLUMNS)
    else {
      const view = metricsScreen(context, flags, now)
      await showResult(context, {...figures, pipeline}, () => systemView(figures, pipeline, view))
    }
    if (failed && !failed.ok) throw failed.error
  }
}

const HOST_COLUMNS = ['host', 'records', 'errors', 'error_rate', 'last'].map((title) => ({title}))
