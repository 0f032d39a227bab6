import {createServer, type IncomingHttpHeaders} from 'node:http'
import type {AddressInfo} from 'node:net'
import {onTestFinished} from 'vitest'

interface Attribute {
  key: string
  value: {stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean}
}

export interface ReceivedSpan {
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: Record<string, unknown>
  links: Array<{traceId: string; spanId: string}>
  status: {code?: number; message?: string}
}

export interface OtlpReceiver {
  url: string
  requests: Array<{path: string; headers: IncomingHttpHeaders; body: string}>
  spans(): ReceivedSpan[]
  logs(): Array<{event: string; severity: string; attributes: Record<string, unknown>; traceId?: string}>
  /** The last points of a metric. */
  points(metric: string): Array<{attributes: Record<string, unknown>; point: Record<string, unknown>}>
  /** Of the last request. */
  resource(): Record<string, unknown>
}

/** A collector that keeps what it is sent, for OTLP over HTTP with JSON (opentelemetry-proto, docs/specification.md). */
export async function openOtlpReceiver({status = () => 200}: {status?: () => number} = {}): Promise<OtlpReceiver> {
  const requests: OtlpReceiver['requests'] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      const code = status()
      if (code === 200) requests.push({path: request.url ?? '', headers: request.headers, body})
      response.writeHead(code, {'content-type': 'application/json'}).end('{}')
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the protocol's
  const bodies = (path: string): any[] =>
    requests.filter((request) => request.path.endsWith(path)).map(({body}) => JSON.parse(body))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    spans: () =>
      bodies('/v1/traces')
        .flatMap(({resourceSpans}) => resourceSpans)
        .flatMap(({scopeSpans}) => scopeSpans)
        .flatMap(({spans}) => spans)
        .map((span) => ({...span, attributes: named(span.attributes), links: span.links ?? []})),
    logs: () =>
      bodies('/v1/logs')
        .flatMap(({resourceLogs}) => resourceLogs)
        .flatMap(({scopeLogs}) => scopeLogs)
        .flatMap(({logRecords}) => logRecords)
        .map((record) => ({
          event: record.body.stringValue,
          severity: record.severityText,
          attributes: named(record.attributes),
          traceId: record.traceId,
        })),
    points: (metric) => {
      const found = bodies('/v1/metrics')
        .flatMap(({resourceMetrics}) => resourceMetrics)
        .flatMap(({scopeMetrics}) => scopeMetrics)
        .flatMap(({metrics}) => metrics)
        .findLast(({name}) => name === metric)
      const points = (found?.sum ?? found?.gauge ?? found?.histogram)?.dataPoints ?? []
      // biome-ignore lint/suspicious/noExplicitAny: the shape is the protocol's
      return points.map((point: any) => ({attributes: named(point.attributes), point}))
    },
    resource: () => {
      const {resourceSpans, resourceLogs, resourceMetrics} = JSON.parse(requests.at(-1)?.body ?? '{}')
      return named((resourceSpans ?? resourceLogs ?? resourceMetrics)?.[0]?.resource?.attributes)
    },
  }
}

function named(attributes: Attribute[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({key, value}) => [key, Object.values(value)[0]]))
}
