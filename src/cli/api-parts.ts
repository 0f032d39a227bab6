import type {ApiParts} from '../lib/api/api.js'
import type {App} from '../lib/compose.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {silentSignals} from '../lib/telemetry/signals.js'
import type {Context} from './context.js'

/** What the API works with, out of the ports of this process. */
export async function apiPartsOf(
  {config, signal}: Pick<Context, 'config' | 'signal'>,
  app: App,
  version: string,
): Promise<ApiParts> {
  const [cache, limiter] = await Promise.all([app.cache(), app.limiter()])
  return {
    config,
    version,
    store: app.store,
    bus: app.bus,
    database: notYet('database'),
    accounts: notYet('accounts'),
    cache,
    limiter,
    signals: silentSignals,
    signal,
  }
}

function notYet(what: string) {
  return async () => {
    throw new LogflowError('DATABASE_UNREACHABLE', `there are no ${what} yet`, {retriable: true})
  }
}
