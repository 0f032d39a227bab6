import type {RemoteClient} from '../../remote/client.js'
import {API_PREFIX} from '../../remote/protocol.js'
import {type CacheStatsJson, type RateStatusJson, rateStatusOf} from '../as-json.js'
import type {CacheControl, CacheStats, LimiterControl, RateStatus} from '../cache.js'

/** The cache of a logflow server, for who is an admin there. */
export class RemoteCacheControl implements CacheControl {
  constructor(private readonly client: RemoteClient) {}

  async stats(): Promise<CacheStats> {
    const stats = await this.client.ask<CacheStatsJson>({path: `${API_PREFIX}/cache/stats`, repeatable: true})
    const {hit_rate: _worked_out_again, ...rest} = stats
    return rest
  }

  async clear(pattern: string): Promise<number> {
    const path = `${API_PREFIX}/cache/clear`
    const {cleared} = await this.client.ask<{cleared: number}>({
      method: 'DELETE',
      path,
      query: {pattern},
      // How many there were is told by the call that cleared them.
      repeatable: false,
    })
    return cleared
  }
}

/** The counts of a logflow server, for who is an admin there. */
export class RemoteLimiterControl implements LimiterControl {
  constructor(private readonly client: RemoteClient) {}

  async status(): Promise<RateStatus> {
    const path = `${API_PREFIX}/rate-limits/status`
    return rateStatusOf(await this.client.ask<RateStatusJson>({path, repeatable: true}))
  }

  reset(who: string): Promise<number> {
    return this.forget(`reset/${encodeURIComponent(who)}`)
  }

  resetAll(): Promise<number> {
    return this.forget('reset-all')
  }

  private async forget(what: string): Promise<number> {
    const path = `${API_PREFIX}/rate-limits/${what}`
    return (await this.client.ask<{reset: number}>({method: 'DELETE', path, repeatable: false})).reset
  }
}
