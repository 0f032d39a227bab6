import {type HrTime, ValueType} from '@opentelemetry/api'
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
} from '@opentelemetry/sdk-metrics'
import type {MetricObjectWithValues, MetricValue, MetricValueWithName} from 'prom-client'

type Labels = Record<string, string | number>
type PromMetric = MetricObjectWithValues<MetricValue<string>>

/** Metrics of the Prometheus registry as OpenTelemetry writes them: the same names, labels as attributes, cumulative. */
export function toMetricData(metrics: readonly PromMetric[], startMs: number, nowMs: number): MetricData[] {
  const times = {startTime: hrTime(startMs), endTime: hrTime(nowMs)}
  return metrics.flatMap((metric): MetricData[] => {
    if (metric.values.length === 0) return []
    const common = {
      descriptor: {name: metric.name, description: metric.help, unit: unitOf(metric.name), valueType: ValueType.DOUBLE},
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
    }
    switch (String(metric.type)) {
      case 'counter':
        return [{...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points(metric, times)}]
      case 'gauge':
        return [{...common, dataPointType: DataPointType.GAUGE, dataPoints: points(metric, times)}]
      case 'histogram':
        return [{...common, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(metric, times)}]
      default:
        return []
    }
  })
}

interface Times {
  startTime: HrTime
  endTime: HrTime
}

function points({values}: PromMetric, times: Times): Array<DataPoint<number>> {
  return values.map(({value, labels}) => ({...times, attributes: {...labels} as Labels, value}))
}

/** Buckets of Prometheus count everything up to their bound; those of OpenTelemetry what lies between two bounds. */
function histograms({name, values}: PromMetric, times: Times): Array<DataPoint<Histogram>> {
  const series = new Map<string, {attributes: Labels; upTo: Array<[number, number]>; sum: number; count: number}>()
  for (const {metricName, labels, value} of values as Array<MetricValueWithName<string>>) {
    const {le, ...attributes} = labels as Labels
    const key = JSON.stringify(Object.entries(attributes).sort())
    const one = series.get(key) ?? {attributes, upTo: [], sum: 0, count: 0}
    series.set(key, one)
    if (metricName === `${name}_sum`) one.sum = value
    else if (metricName === `${name}_count`) one.count = value
    else if (le !== '+Inf') one.upTo.push([Number(le), value])
  }
  return [...series.values()].map(({attributes, upTo, sum, count}) => {
    const ascending = upTo.sort((a, b) => a[0] - b[0])
    const counts = ascending.map(([, cumulative], i) => cumulative - (ascending[i - 1]?.[1] ?? 0))
    counts.push(count - (ascending.at(-1)?.[1] ?? 0))
    const buckets = {boundaries: ascending.map(([bound]) => bound), counts}
    return {...times, attributes, value: {buckets, sum, count}}
  })
}

/** UCUM, by the ending of a Prometheus name. */
function unitOf(name: string): string {
  if (/_seconds(_total)?$/.test(name)) return 's'
  return /_bytes(_total)?$/.test(name) ? 'By' : ''
}

function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1e6)]
}
