import {expect, test} from 'vitest'
import {openApi} from '../../support/open-api.js'
import {openOtlpReceiver} from '../../support/otlp-receiver.js'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

test('a request is a span below the caller’s, and what it asks the store is a span below that', async () => {
  const collector = await openOtlpReceiver()
  const {server, parts} = await openApi({
    env: {OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, LOGFLOW_OTLP_FLUSH_TIMEOUT: '90s'},
  })
  const headers = {traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, host: 'localhost'}
  const within = await server.inject({url: '/api/v1/logs/search?limit=1', headers})
  const alone = await server.inject({url: '/api/v1/logs/search?limit=1', headers: {host: 'localhost'}})
  expect([within.statusCode, alone.statusCode]).toEqual([200, 200])
  await parts.signals.close()

  const requests = collector.spans().filter(({name}) => name === 'GET /api/v1/logs/search')
  const [first, second] = requests
  expect(requests).toHaveLength(2)
  expect(first).toMatchObject({kind: 2, traceId: TRACE, parentSpanId: '00f067aa0ba902b7'})
  expect(within.headers.traceparent).toBe(`00-${TRACE}-${first?.spanId}-01`)
  expect(second).toMatchObject({kind: 2, traceId: alone.headers['x-trace-id']})
  // The first of its trace: nobody else knows of a span above it.
  expect(second?.parentSpanId ?? '').toBe('')
  for (const request of requests) {
    const below = collector.spans().filter(({parentSpanId}) => parentSpanId === request.spanId)
    expect(below.map(({name}) => name)).toContain('store search')
    for (const span of below) expect(span.traceId).toBe(request.traceId)
  }
})
