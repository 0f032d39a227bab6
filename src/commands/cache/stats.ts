import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {showResult} from '../../cli/show-result.js'
import {cacheStatsJson} from '../../lib/cache/as-json.js'
import {openApp} from '../../lib/compose.js'
import {cacheStatsView} from '../../lib/output/cache-view.js'

export default class CacheStats extends Command {
  static override summary = 'Show what the cache of servers holds'
  static override description =
    'Asks the server of the profile, else Redis itself (redis.url). Hits and misses are counted by each server: only a server tells them.'
  static override examples = [
    '<%= config.bin %> cache stats --profile production',
    '<%= config.bin %> cache stats --json',
  ]
  static override flags = {...globalFlags}

  async run(): Promise<void> {
    const {flags} = await this.parse(CacheStats)
    const context = await openContext(flags)
    await using app = openApp(context.config, context.talk.detail)
    const stats = cacheStatsJson(await (await app.cacheControl()).stats())
    await showResult(context, stats, () => cacheStatsView(stats, context.screen))
  }
}
