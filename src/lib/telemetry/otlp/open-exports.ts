// What goes to a collector, over OTLP/HTTP with JSON. Loaded only where an endpoint is set. A collector that is away
// or slow costs signals, which are counted, and never a request's time.

import {ROOT_CONTEXT, trace} from '@opentelemetry/api'
import {SeverityNumber} from '@opentelemetry/api-logs'
import {OTLPLogExporter} from '@opentelemetry/exporter-logs-otlp-http'
import {OTLPMetricExporter} from '@opentelemetry/exporter-metrics-otlp-http'
import {OTLPTraceExporter} from '@opentelemetry/exporter-trace-otlp-http'
import {type Resource, resourceFromAttributes} from '@opentelemetry/resources'
import {LoggerProvider, type ReadableLogRecord} from '@opentelemetry/sdk-logs'
import {BasicTracerProvider, type ReadableSpan} from '@opentelemetry/sdk-trace-base'
import type {Registry} from 'prom-client'
import type {Config} from '../../config/config.js'
import {namedValues, type OtlpSignal, type OtlpTarget, otlpTarget} from '../../config/otlp-target.js'
import type {Masker} from '../mask.js'
import type {EntrySink, OwnLogEntry} from '../own-log.js'
import type {Counters} from '../signals.js'
import {answers} from './answers.js'
import {ExportQueue} from './export-queue.js'
import {toMetricData} from './metric-data.js'
import {TraceIds} from './trace-ids.js'
import {SpanTracer} from './tracer.js'

const SCOPE = 'logflow'
const TIMEOUT_MS = 10_000

export interface ExportParts {
  version: string
  masker: Masker
  registry: Registry
  counters: Counters
  /** Told when a collector does not take a signal, and when it does again. */
  onState: (signal: OtlpSignal, url: string, error: unknown | undefined) => void
}

export interface Exports {
  tracer?: SpanTracer
  logs?: EntrySink
  close(): Promise<void>
}

export function openExports(config: Config, parts: ExportParts): Exports {
  const resource = resourceOf(config, parts.version)
  const targets = {
    traces: otlpTarget(config.otlp, 'traces'),
    metrics: otlpTarget(config.otlp, 'metrics'),
    logs: otlpTarget(config.otlp, 'logs'),
  }
  const traces = targets.traces && openTraces(targets.traces, resource, parts)
  const metrics = targets.metrics && openMetrics(targets.metrics, resource, config.otlp.metricsInterval, parts)
  const logs = targets.logs && openLogs(targets.logs, resource, parts)
  return {
    ...(traces ? {tracer: traces.tracer} : {}),
    ...(logs ? {logs: logs.sink} : {}),
    async close() {
      const {flushTimeout} = config.otlp
      const deadline = performance.now() + flushTimeout
      // A collector that is away is not waited for.
      const [toTraces, toMetrics, toLogs] = await Promise.all(
        [targets.traces, targets.metrics, targets.logs].map((target) => target && answers(target.url, flushTimeout)),
      )
      const left = (reachable: boolean | undefined) => (reachable ? Math.max(0, deadline - performance.now()) : 0)
      await Promise.all([traces?.close(left(toTraces)), logs?.close(left(toLogs))])
      // Last, so that what was dropped before is counted in it.
      await metrics?.close(left(toMetrics))
    },
  }
}

function resourceOf({environment, otlp}: Config, version: string): Resource {
  return resourceFromAttributes({
    'service.name': otlp.serviceName,
    'service.version': version,
    'process.pid': process.pid,
    ...(environment === undefined ? {} : {'deployment.environment.name': environment}),
    ...Object.fromEntries(namedValues(otlp.resourceAttributes)),
  })
}

function openTraces(target: OtlpTarget, resource: Resource, parts: ExportParts) {
  const exporter = new OTLPTraceExporter({...target, timeoutMillis: TIMEOUT_MS})
  const queue = queueFor<ReadableSpan>('traces', target, exporter, parts)
  const ids = new TraceIds()
  const provider = new BasicTracerProvider({
    resource,
    idGenerator: ids,
    spanProcessors: [
      {
        onStart: () => {},
        onEnd: (span) => {
          // A span that is not sampled is recorded for nobody.
          if ((span.spanContext().traceFlags & 1) === 1) queue.put(span)
        },
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  })
  return {
    tracer: new SpanTracer({otel: provider.getTracer(SCOPE, parts.version), ids, masker: parts.masker}),
    close: (withinMs: number) => queue.close(withinMs),
  }
}

function openLogs(target: OtlpTarget, resource: Resource, parts: ExportParts) {
  const exporter = new OTLPLogExporter({...target, timeoutMillis: TIMEOUT_MS})
  const queue = queueFor<ReadableLogRecord>('logs', target, exporter, parts)
  const provider = new LoggerProvider({
    resource,
    processors: [{onEmit: (record) => queue.put(record), forceFlush: async () => {}, shutdown: async () => {}}],
  })
  const logger = provider.getLogger(SCOPE, parts.version)
  return {
    sink: (entry: OwnLogEntry) => logger.emit(toLogRecord(entry)),
    close: (withinMs: number) => queue.close(withinMs),
  }
}

const SEVERITY = {debug: SeverityNumber.DEBUG, info: SeverityNumber.INFO, error: SeverityNumber.ERROR} as const

function toLogRecord({timestamp, level, event, trace_id, span_id, ...attributes}: OwnLogEntry) {
  const inSpan = typeof trace_id === 'string' && typeof span_id === 'string'
  return {
    timestamp: new Date(timestamp),
    eventName: event,
    severityNumber: SEVERITY[level],
    severityText: level.toUpperCase(),
    body: event,
    attributes: inSpan || trace_id === undefined ? attributes : {...attributes, trace_id},
    ...(inSpan
      ? {context: trace.setSpanContext(ROOT_CONTEXT, {traceId: trace_id, spanId: span_id, traceFlags: 1})}
      : {}),
  }
}

/** Sends all metrics now and then; one that fails is made up for by the next, since the counts go on. */
function openMetrics(target: OtlpTarget, resource: Resource, everyMs: number, parts: ExportParts) {
  const exporter = new OTLPMetricExporter({...target, timeoutMillis: TIMEOUT_MS})
  const started = Date.now()
  let failing = false
  let underWay: Promise<void> | undefined
  const sendOnce = async () => {
    const metrics = toMetricData(await parts.registry.getMetricsAsJSON(), started, Date.now())
    const scope = {name: SCOPE, version: parts.version}
    const error = await new Promise<unknown>((resolve) =>
      exporter.export({resource, scopeMetrics: [{scope, metrics}]}, ({code, error}) =>
        resolve(code === 0 ? undefined : (error ?? new Error('the collector refused it'))),
      ),
    )
    if ((error !== undefined) === failing) return
    failing = error !== undefined
    parts.onState('metrics', target.url, error)
  }
  const send = () => {
    underWay ??= sendOnce()
      .catch(() => {})
      .finally(() => {
        underWay = undefined
      })
    return underWay
  }
  const timer = setInterval(() => void send(), everyMs).unref()
  return {
    async close(withinMs: number) {
      clearInterval(timer)
      if (withinMs === 0) return
      // One under way may have been made before the last counts.
      const last = (async () => {
        await underWay
        if (!failing) await send()
      })()
      await Promise.race([last, new Promise((resolve) => setTimeout(resolve, withinMs).unref())])
    },
  }
}

type Exporter<T> = {export(items: T[], done: (result: {code: number; error?: Error}) => void): void}

function queueFor<T>(signal: OtlpSignal, {url}: OtlpTarget, exporter: Exporter<T>, parts: ExportParts): ExportQueue<T> {
  return new ExportQueue<T>({
    export: (items, done) => exporter.export(items, done),
    onDropped: (reason, count) => parts.counters.dropped('signal', reason, count),
    onState: (error) => parts.onState(signal, url, error),
  })
}
