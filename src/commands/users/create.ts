import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags, requiredArgument} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {passwordFor} from '../../cli/secret-input.js'
import {showResult} from '../../cli/show-result.js'
import {type NewUser, ROLES, type Role} from '../../lib/accounts/accounts.js'
import {checkUser} from '../../lib/accounts/check-user.js'
import {openApp} from '../../lib/compose.js'

export default class UsersCreate extends Command {
  static override summary = 'Make an account'
  static override description =
    'The password, 8 to 72 bytes, is typed twice, or comes on stdin or in LOGFLOW_PASSWORD; never on the command line, which others on this machine can read.'
  static override examples = [
    '<%= config.bin %> users create ada --admin',
    '<%= config.bin %> users create bob --email bob@example.com --full-name "Bob Example"',
    'pass show logflow/bob | <%= config.bin %> users create bob --password-stdin',
  ]
  static override args = {
    username: requiredArgument({description: 'Letters, digits, ".", "_" and "-", 3 to 64 of them'}),
  }
  static override flags = {
    email: Flags.string({description: 'Address', helpValue: 'ADDRESS'}),
    'full-name': Flags.string({description: 'Name of the person', helpValue: 'NAME'}),
    role: Flags.string({description: 'What the account may do; user unless given', options: ROLES}),
    admin: Flags.boolean({description: 'The same as --role admin', exclusive: ['role']}),
    'password-stdin': Flags.boolean({description: 'Read the password from stdin'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(UsersCreate)
    const context = await openContext(flags)
    const {username} = args
    const role = flags.admin ? 'admin' : (flags.role as Role | undefined)
    const fields: Omit<NewUser, 'password'> = {
      username,
      ...(flags.email === undefined ? {} : {email: flags.email}),
      ...(flags['full-name'] === undefined ? {} : {full_name: flags['full-name']}),
      ...(role === undefined ? {} : {role}),
    }
    checkUser(fields)
    const password = await passwordFor(context, {
      fromStdin: flags['password-stdin'],
      question: `Password for ${username}: `,
      twice: true,
    })
    await using app = openApp(context.config, context.talk.detail)
    const user = await (await app.accounts()).create(callerHere(), {...fields, password})
    await showResult(context, user, () => `made ${user.role} ${user.username}\n`)
  }
}
