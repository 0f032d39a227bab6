import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {UsageError} from '../../cli/show-error.js'
import {showResult} from '../../cli/show-result.js'
import {userText, whoArgument} from '../../cli/user-view.js'
import {ROLES, type Role, type UserChange} from '../../lib/accounts/accounts.js'
import {openApp} from '../../lib/compose.js'

export default class UsersUpdate extends Command {
  static override summary = 'Change an account'
  static override description =
    'What is not named stays. A new role, or --disable, ends every session of the account at once; an account that is switched off may not sign in, and its tokens are refused. The last admin who can sign in stays one.'
  static override examples = [
    '<%= config.bin %> users update bob --role admin',
    '<%= config.bin %> users update bob --disable',
    '<%= config.bin %> users update bob --email bob@example.com --full-name ""',
  ]
  static override args = whoArgument
  static override flags = {
    username: Flags.string({description: 'Its new name', helpValue: 'NAME'}),
    email: Flags.string({description: 'Address; an empty one takes it away', helpValue: 'ADDRESS'}),
    'full-name': Flags.string({description: 'Name of the person; an empty one takes it away', helpValue: 'NAME'}),
    role: Flags.string({description: 'What the account may do', options: ROLES}),
    enable: Flags.boolean({description: 'Switch it on again', exclusive: ['disable']}),
    disable: Flags.boolean({description: 'Switch it off'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(UsersUpdate)
    const context = await openContext(flags)
    const {username, email, 'full-name': fullName, role} = flags
    const change: UserChange = {
      ...(username === undefined ? {} : {username}),
      ...(email === undefined ? {} : {email: email || null}),
      ...(fullName === undefined ? {} : {full_name: fullName || null}),
      ...(role === undefined ? {} : {role: role as Role}),
      ...(flags.enable || flags.disable ? {active: flags.enable === true} : {}),
    }
    if (Object.keys(change).length === 0) {
      throw new UsageError('say what to change: --username, --email, --full-name, --role, --enable or --disable')
    }
    await using app = openApp(context.config, context.talk.detail)
    const user = await (await app.accounts()).update(callerHere(), args.who, change)
    await showResult(context, user, () => userText(user))
  }
}
