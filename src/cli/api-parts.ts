import type {ApiParts} from '../lib/api/api.js'
import type {App} from '../lib/compose.js'
import type {OpenSignalsOptions} from '../lib/telemetry/open-signals.js'
import type {Context, Talk} from './context.js'

/** What the API works with, out of the ports of this process. */
export async function apiPartsOf(
  {config, signal}: Pick<Context, 'config' | 'signal'>,
  app: App,
  {version, log}: Pick<OpenSignalsOptions, 'version' | 'log'>,
): Promise<ApiParts> {
  const now = () => new Date()
  const [cache, limiter, signals] = await Promise.all([app.cache(), app.limiter(), app.signals({version, log, now})])
  return {
    config,
    version,
    store: app.store,
    bus: app.bus,
    database: app.database,
    accounts: app.accounts,
    cache,
    limiter,
    signals,
    signal,
  }
}

/** A server's own log goes to stderr: to a person as lines, else as JSON. Nothing under --quiet. */
export function ownLogOf({stream, screen, quiet, verbose}: Talk): OpenSignalsOptions['log'] {
  return quiet ? undefined : {stream, pretty: screen.isTerminal, color: screen.color, verbose}
}
