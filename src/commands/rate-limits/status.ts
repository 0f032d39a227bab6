import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {showRows} from '../../cli/show-result.js'
import {rateStatusJson} from '../../lib/cache/as-json.js'
import {openApp} from '../../lib/compose.js'
import {RATE_COLUMNS} from '../../lib/output/cache-view.js'

export default class RateLimitsStatus extends Command {
  static override summary = 'Show who has asked a server how often, in the windows that run'
  static override description =
    'Asks the server of the profile, which is for admins, else Redis itself (redis.url). Those nearest to their limit come first.'
  static override examples = [
    '<%= config.bin %> rate-limits status --profile production',
    '<%= config.bin %> rate-limits status -o jsonl',
  ]
  static override flags = {...globalFlags}

  async run(): Promise<void> {
    const {flags} = await this.parse(RateLimitsStatus)
    const context = await openContext(flags)
    await using app = openApp(context.config, context.talk.detail)
    const {available, items} = rateStatusJson(await (await app.limiterControl()).status())
    if (!available) context.talk.warn('Redis is away: each server counts for itself, and this is one of them')
    if (items.length === 0) context.talk.note('nobody has asked anything in a window that still runs')
    const people = context.format === 'pretty' || context.format === 'table'
    if (items.length > 0 || !people) await showRows(context, items, RATE_COLUMNS)
  }
}
