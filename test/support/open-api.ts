import type {FastifyInstance} from 'fastify'
import {onTestFinished} from 'vitest'
import {apiPartsOf} from '../../src/cli/api-parts.js'
import type {Accounts, Caller, Scope} from '../../src/lib/accounts/accounts.js'
import type {ApiParts} from '../../src/lib/api/api.js'
import {buildServer} from '../../src/lib/api/server.js'
import {openApp} from '../../src/lib/compose.js'
import {loadConfig} from '../../src/lib/config/load-config.js'
import {LogflowError} from '../../src/lib/errors/logflow-error.js'
import type {OpenSignalsOptions} from '../../src/lib/telemetry/open-signals.js'
import {tempFolder} from './temp-folder.js'

export interface OpenApi {
  server: FastifyInstance
  parts: ApiParts
  /** What the server's end is asked for with. */
  stop: AbortController
}

/**
 * The whole API in this process over an empty data directory, gone when the running test has ended.
 * @param env settings, as `LOGFLOW_API_HOST`
 * @param parts in the place of the real ones
 * @param own how it tells of itself: without it there is no log
 */
export async function openApi({
  env = {},
  parts = {},
  own = {},
}: {
  env?: Record<string, string>
  parts?: Partial<ApiParts>
  own?: Partial<OpenSignalsOptions>
} = {}): Promise<OpenApi> {
  const dir = tempFolder()
  const config = await loadConfig({flags: {'data-dir': dir}, env: {HOME: dir, ...env}, cwd: dir, platform: 'linux'})
  const app = openApp(config)
  const stop = new AbortController()
  const all = {...(await apiPartsOf({config, signal: stop.signal}, app, {version: '0.0.0-test', ...own})), ...parts}
  const server = await buildServer(all)
  onTestFinished(async () => {
    stop.abort()
    await server.close()
    await app[Symbol.asyncDispose]()
  })
  return {server, parts: all, stop}
}

/** Accounts of whoever sends one of these tokens: for tests that are about something else. */
export function knownTokens(callers: Record<string, Partial<Caller>>): () => Promise<Accounts> {
  const accounts: Pick<Accounts, 'kind' | 'any' | 'show' | 'authenticate' | 'close'> = {
    kind: 'local',
    any: async () => true,
    show: async (_caller, who) => {
      const named = Object.values(callers).find(({username}) => username === who)
      if (!named?.subject) throw new LogflowError('NOT_FOUND', 'there is no such account')
      return {id: named.subject, username: who, role: 'user', active: true, created_at: '', updated_at: ''}
    },
    authenticate: async (bearer, from) => {
      const known = callers[bearer]
      if (!known) throw new LogflowError('UNAUTHORISED', 'the token is not valid')
      return {subject: bearer, username: bearer, role: 'user', scopes: new Set<Scope>(['read']), ...from, ...known}
    },
    close: async () => {},
  }
  return async () => accounts as Accounts
}

export const ADMIN: Partial<Caller> = {role: 'admin', scopes: new Set<Scope>(['read', 'ingest', 'alerts', 'admin'])}
