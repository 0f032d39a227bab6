import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {argument, globalFlags} from '../../cli/global-flags.js'
import {showResultIfAsked} from '../../cli/show-result.js'
import {openApp} from '../../lib/compose.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {plural} from '../../lib/output/numbers.js'

export default class RateLimitsReset extends Command {
  static override summary = 'Forget how often somebody has asked a server'
  static override description =
    'At the server of the profile, which is for admins, else in Redis itself (redis.url). Whoever was over a limit may ask again at once.'
  static override examples = [
    '<%= config.bin %> rate-limits reset ip:203.0.113.7',
    '<%= config.bin %> rate-limits reset --all --profile production',
  ]
  static override args = {
    who: argument({
      description: 'A user id or an address, also as user:ID or ip:ADDRESS; where a server is asked, a user name, too',
    }),
  }
  static override flags = {all: Flags.boolean({description: 'Everybody'}), ...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(RateLimitsReset)
    const context = await openContext(flags)
    const {who} = args
    if ((who === undefined) !== (flags.all ?? false)) {
      throw new LogflowError('USAGE', who === undefined ? 'nobody was named' : '--all goes without a name', {
        suggestions: [
          'logflow rate-limits status  to see who there is',
          'logflow rate-limits reset --all  for everybody',
        ],
      })
    }
    await using app = openApp(context.config, context.talk.detail)
    const limiter = await app.limiterControl()
    const reset = await (who === undefined ? limiter.resetAll() : limiter.reset(who))
    context.talk.note(`${plural(reset, 'window')} forgotten`)
    await showResultIfAsked(context, {reset})
  }
}
