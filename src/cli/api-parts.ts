import type {ApiParts} from '../lib/api/api.js'
import {openLiveSettings} from '../lib/api/live-settings.js'
import type {App} from '../lib/compose.js'
import type {OpenSignalsOptions} from '../lib/telemetry/open-signals.js'
import type {Context} from './context.js'

/** What the API works with, out of the ports of this process. */
export async function apiPartsOf(
  {config, signal}: Pick<Context, 'config' | 'signal'>,
  app: App,
  own: OpenSignalsOptions,
): Promise<ApiParts> {
  // First, since what is opened after it counts and traces.
  const signals = await app.signals(own)
  const [cache, limiter] = await Promise.all([app.cache(), app.limiter()])
  return {
    config,
    version: own.version,
    store: app.store,
    bus: app.bus,
    database: app.database,
    accounts: app.accounts,
    alerts: app.alerts,
    cache,
    limiter,
    signals,
    live: openLiveSettings({config, database: app.database, signals}),
    signal,
  }
}
