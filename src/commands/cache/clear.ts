import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {argument, globalFlags} from '../../cli/global-flags.js'
import {showResultIfAsked} from '../../cli/show-result.js'
import {openApp} from '../../lib/compose.js'
import {plural} from '../../lib/output/numbers.js'

export default class CacheClear extends Command {
  static override summary = 'Make servers forget what they keep for a while'
  static override description =
    'Clears the cache of the server of the profile, which is for admins, else of Redis itself (redis.url). What is asked next is worked out anew.'
  static override examples = [
    '<%= config.bin %> cache clear --profile production',
    "<%= config.bin %> cache clear 'metrics:*'",
  ]
  static override args = {
    pattern: argument({description: 'Only keys like this one, in which * is any text; all unless given'}),
  }
  static override flags = {...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(CacheClear)
    const context = await openContext(flags)
    await using app = openApp(context.config, context.talk.detail)
    const pattern = args.pattern ?? '*'
    const cleared = await (await app.cacheControl()).clear(pattern)
    context.talk.note(`${plural(cleared, 'key')} cleared`)
    await showResultIfAsked(context, {pattern, cleared})
  }
}
