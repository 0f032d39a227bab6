import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {filterFlags, toFilter} from '../../cli/filter-flags.js'
import {argument, globalFlags} from '../../cli/global-flags.js'
import {measure, metricsScreen} from '../../cli/measure.js'
import {measureFlags, topFlag, toTop} from '../../cli/measure-flags.js'
import {showResult, showRows} from '../../cli/show-result.js'
import {HEALTH_RULE} from '../../lib/metrics/health.js'
import {overview, type ServiceLine} from '../../lib/metrics/overview.js'
import {overviewView} from '../../lib/output/metrics-overview.js'

const TOP_ERRORS = 5

export default class MetricsOverview extends Command {
  static override summary = 'Show how much is logged, by whom, and how the services do'
  static override description = `Counts are exact; p95 is the nearest rank of duration_ms. Health: ${HEALTH_RULE}.`
  static override examples = [
    '<%= config.bin %> metrics overview',
    '<%= config.bin %> metrics overview --since 1h --compare',
    '<%= config.bin %> metrics overview environment:production --since yesterday --until today -o json',
    '<%= config.bin %> metrics overview --file app.log',
  ]
  static override args = {
    query: argument({description: 'Which records: words, "phrases", field:value, AND OR NOT ( )'}),
  }
  static override flags = {...filterFlags, ...measureFlags, top: topFlag('services', 20), ...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(MetricsOverview)
    const context = await openContext(flags)
    const now = new Date()
    const asked = {filter: toFilter(args.query, flags, now), query: args.query, flags, now, withBefore: true}
    const result = await measure(context, asked, overview({services: toTop(flags.top), errors: TOP_ERRORS}))
    if (!result) return
    if (context.format === 'csv') return showRows(context, result.services.map(toRow), SERVICE_COLUMNS)
    await showResult(context, result, () => overviewView(result, metricsScreen(context, flags, now)))
  }
}

const SERVICE_COLUMNS = [
  'service',
  'records',
  'errors',
  'error_rate',
  'p95_duration_ms',
  'health',
  'health_reason',
].map((title) => ({title}))

function toRow({health, ...line}: ServiceLine): object {
  return {...line, health: health.state, ...(health.reason ? {health_reason: health.reason} : {})}
}
