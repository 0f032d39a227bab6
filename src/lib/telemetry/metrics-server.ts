import {createServer, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {LogflowError} from '../errors/logflow-error.js'
import type {Signals} from './signals.js'

export interface MetricsServer {
  /** Where Prometheus asks. */
  url: string
  close(): Promise<void>
}

/**
 * Serves `/metrics`, and `/health` for whoever watches the process, to commands that have no API of their own.
 * @param port 0 takes a free one
 */
export async function serveMetrics(signals: Signals, host: string, port: number): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0]
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'only GET is served here\n')
    if (path === '/health') return answer(response, 200, 'ok\n')
    if (path !== '/metrics') return answer(response, 404, 'there is /metrics and /health\n')
    signals.expose().then(
      ({contentType, body}) => answer(response, 200, body, contentType),
      (error) => {
        signals.log.error('metrics_failed', error)
        answer(response, 500, 'internal error\n')
      },
    )
  })
  server.requestTimeout = 10_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new LogflowError('BAD_CONFIG', `cannot listen on ${host}:${port}: ${(cause as Error).message}`, {cause})),
    )
    server.listen(port, host, resolve)
  })
  const {port: taken} = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, {'content-type': type, 'content-length': Buffer.byteLength(body)}).end(body)
}
