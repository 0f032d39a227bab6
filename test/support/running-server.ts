import {mkdtempSync, rmSync} from 'node:fs'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {FastifyInstance} from 'fastify'
import {apiPartsOf} from '../../src/cli/api-parts.js'
import type {ApiParts} from '../../src/lib/api/api.js'
import {buildServer} from '../../src/lib/api/server.js'
import {type App, openApp} from '../../src/lib/compose.js'
import type {Config} from '../../src/lib/config/config.js'
import {loadConfig} from '../../src/lib/config/load-config.js'
import type {Signals} from '../../src/lib/telemetry/signals.js'

export interface RunningServer {
  url: string
  server: FastifyInstance
  config: Config
  /** What the server itself works with: to look behind it, and to write what it serves. */
  app: App
  /** Ends every connection at once and stops listening, as a server that is killed. */
  kill(): Promise<void>
  /** Listens again at the same address, after `kill`. */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface RunningServerOptions {
  /** Settings, as `LOGFLOW_API_RATE_LIMITS`. */
  env?: Record<string, string>
  /** In the place of the real ones. */
  parts?: (real: ApiParts) => Partial<ApiParts>
}

/** The whole API over a data directory of its own, listening on a free port of the loopback address. */
export async function runServer({env = {}, parts}: RunningServerOptions = {}): Promise<RunningServer> {
  const dir = mkdtempSync(join(tmpdir(), 'logflow-server-'))
  // Where many tests run at once, loading a store alone may take longer than a request may.
  const settings = {HOME: dir, LOGFLOW_API_REQUEST_TIMEOUT: '5m', ...env}
  const config = await loadConfig({flags: {'data-dir': dir}, env: settings, cwd: dir, platform: 'linux'})
  const app = openApp(config)
  await Promise.all([app.store(), app.bus()])
  let stop = new AbortController()
  const listen = async (port: number) => {
    const real = await apiPartsOf({config, signal: stop.signal}, app, {version: '0.0.0-test'})
    const server = await buildServer({...real, signals: tellingFaults(real.signals), ...parts?.(real)})
    await server.listen({host: '127.0.0.1', port})
    return server
  }
  let server = await listen(0)
  const {port} = server.server.address() as AddressInfo
  const kill = async () => {
    server.server.closeAllConnections()
    stop.abort()
    await server.close()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    get server() {
      return server
    },
    config,
    app,
    kill,
    async restart() {
      stop = new AbortController()
      server = await listen(port)
    },
    async close() {
      await kill()
      await app[Symbol.asyncDispose]()
      rmSync(dir, {recursive: true, force: true})
    },
  }
}

/** What a caller is told of a fault is a request id: here it is seen what it was. */
function tellingFaults(signals: Signals): Signals {
  const error: Signals['log']['error'] = (event, thrown, fields) => {
    if (fields?.status === 500) process.stderr.write(`${event}: ${thrown instanceof Error ? thrown.stack : thrown}\n`)
    signals.log.error(event, thrown, fields)
  }
  return {...signals, log: {...signals.log, error}}
}
