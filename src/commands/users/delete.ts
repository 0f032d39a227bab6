import {Command, Flags} from '@oclif/core'
import {confirmOn, isAnswerable} from '../../cli/confirm.js'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {UsageError} from '../../cli/show-error.js'
import {showResult} from '../../cli/show-result.js'
import {whoArgument} from '../../cli/user-view.js'
import {openApp} from '../../lib/compose.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'

export default class UsersDelete extends Command {
  static override summary = 'Delete an account, with its sessions and tokens'
  static override description =
    'Asks on a terminal; a script says --yes. What the account did stays in the audit trail. To switch it off instead: logflow users update NAME --disable. The last admin who can sign in stays.'
  static override examples = ['<%= config.bin %> users delete bob', '<%= config.bin %> users delete bob --yes']
  static override args = whoArgument
  static override flags = {yes: Flags.boolean({char: 'y', description: 'Do not ask'}), ...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(UsersDelete)
    const context = await openContext(flags)
    const {talk, signal} = context
    if (!flags.yes && !isAnswerable()) {
      throw new UsageError('an account that is deleted is gone for good: say --yes where nobody can be asked')
    }
    await using app = openApp(context.config, talk.detail)
    const accounts = await app.accounts()
    const {id, username} = await accounts.show(callerHere(), args.who)
    if (!flags.yes && !(await confirmOn(talk, `Delete the account ${username} for good?`, signal))) {
      throw new LogflowError('USAGE', `${username} stays: nothing was deleted`)
    }
    await accounts.remove(callerHere(), id)
    await showResult(context, {deleted: username, id}, () => `deleted ${username}\n`)
  }
}
