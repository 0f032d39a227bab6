import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {filterFlags, toFilter} from '../../cli/filter-flags.js'
import {argument, globalFlags, requiredArgument} from '../../cli/global-flags.js'
import {measure, metricsScreen} from '../../cli/measure.js'
import {measureFlags, topFlag, toTop} from '../../cli/measure-flags.js'
import {showResult, showRows} from '../../cli/show-result.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {HEALTH_RULE} from '../../lib/metrics/health.js'
import {serviceFigures} from '../../lib/metrics/service.js'
import {serviceView} from '../../lib/output/metrics-service.js'
import {timeseriesColumns} from '../../lib/output/metrics-timeseries.js'

const TOP_ERRORS = 10
const {service: _named, ...otherFilters} = filterFlags

export default class MetricsService extends Command {
  static override summary = 'Show one service: levels, latency, errors, hosts, and how they change'
  static override description =
    `Counts are exact; percentiles are nearest ranks of duration_ms. Health: ${HEALTH_RULE}.`
  static override examples = [
    '<%= config.bin %> metrics service payment',
    '<%= config.bin %> metrics service payment --since 6h --interval 10m --compare',
    '<%= config.bin %> metrics service payment status:>=500 --since 1h -o json',
  ]
  static override args = {
    name: requiredArgument({description: 'The service, without regard to case'}),
    query: argument({description: 'Which of its records'}),
  }
  static override flags = {
    ...otherFilters,
    ...measureFlags,
    top: topFlag('hosts', 10),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(MetricsService)
    const context = await openContext(flags)
    const now = new Date()
    const service = args.name.trim()
    if (service === '') throw new LogflowError('USAGE', 'the name of the service is empty')
    const filter = toFilter(args.query, {...flags, service: [service]}, now)
    const asked = {filter, query: args.query, flags, now, withBefore: true}
    const result = await measure(context, asked, serviceFigures({service, hosts: toTop(flags.top), errors: TOP_ERRORS}))
    if (!result) return
    if (context.format === 'csv') return showRows(context, result.series, timeseriesColumns(result.series))
    await showResult(context, result, () => serviceView(result, metricsScreen(context, flags, now)))
  }
}
