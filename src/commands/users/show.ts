import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {showResult} from '../../cli/show-result.js'
import {userText, whoArgument} from '../../cli/user-view.js'
import {openApp} from '../../lib/compose.js'

export default class UsersShow extends Command {
  static override summary = 'Show one account'
  static override examples = ['<%= config.bin %> users show ada', '<%= config.bin %> users show ada -o json']
  static override args = whoArgument
  static override flags = globalFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(UsersShow)
    const context = await openContext(flags)
    await using app = openApp(context.config, context.talk.detail)
    const user = await (await app.accounts()).show(callerHere(), args.who)
    await showResult(context, user, () => userText(user))
  }
}
