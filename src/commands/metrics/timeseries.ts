import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {filterFlags, toFilter} from '../../cli/filter-flags.js'
import {argument, globalFlags} from '../../cli/global-flags.js'
import {measure, metricsScreen} from '../../cli/measure.js'
import {measureFlags, topFlag, toTop} from '../../cli/measure-flags.js'
import {showRows} from '../../cli/show-result.js'
import {timeseries} from '../../lib/metrics/timeseries.js'
import {timeseriesColumns, timeseriesTable} from '../../lib/output/metrics-timeseries.js'

const FIELDS = ['level', 'service', 'host'] as const

export default class MetricsTimeseries extends Command {
  static override summary = 'Count records, errors and latency in stretches of time'
  static override description =
    'Every stretch of the period is told, those without records too; the first and the last may lie in it only in part (seconds). Stretches begin with the minutes, hours and days of the time zone and are equally long.'
  static override examples = [
    '<%= config.bin %> metrics timeseries --since 1h --interval 5m',
    '<%= config.bin %> metrics timeseries level:error --since 7d --interval 1d -o csv',
    '<%= config.bin %> metrics timeseries --by service --top 3 --since 1h',
    '<%= config.bin %> metrics timeseries --service payment --compare -o jsonl',
  ]
  static override args = {
    query: argument({description: 'Which records: words, "phrases", field:value, AND OR NOT ( )'}),
  }
  static override flags = {
    ...filterFlags,
    ...measureFlags,
    by: Flags.string({description: 'A series for each value of this', options: [...FIELDS], helpValue: 'FIELD'}),
    top: topFlag('values with --by, those with the most records', 10),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(MetricsTimeseries)
    const context = await openContext(flags)
    const now = new Date()
    const by = FIELDS.find((field) => field === flags.by)
    const withBefore = flags.compare ?? false
    const asked = {filter: toFilter(args.query, flags, now), query: args.query, flags, now, withBefore}
    const result = await measure(context, asked, timeseries({...(by ? {by} : {}), top: toTop(flags.top)}))
    if (!result) return
    if (context.format !== 'pretty') return showRows(context, result.rows, timeseriesColumns(result.rows))
    await context.out.write(timeseriesTable(result.rows, metricsScreen(context, flags, now)))
    await context.out.end()
  }
}
