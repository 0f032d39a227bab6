import {Command, Flags} from '@oclif/core'
import {type Context, openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {passwordFor} from '../../cli/secret-input.js'
import {UsageError} from '../../cli/show-error.js'
import {showResult} from '../../cli/show-result.js'
import {optionalWhoArgument} from '../../cli/user-view.js'
import type {Accounts, User} from '../../lib/accounts/accounts.js'
import {openApp} from '../../lib/compose.js'

export default class UsersPasswd extends Command {
  static override summary = 'Set the password of an account'
  static override description =
    'It is typed twice, or comes on stdin or in LOGFLOW_PASSWORD. Every session of the account ends; tokens for programs stay. Your own at a server needs the password until now as well: typed first, or in LOGFLOW_PASSWORD with the new one on stdin.'
  static override examples = [
    '<%= config.bin %> users passwd bob',
    'pass show logflow/bob | <%= config.bin %> users passwd bob --password-stdin',
  ]
  static override args = optionalWhoArgument
  static override flags = {
    'password-stdin': Flags.boolean({description: 'Read the new password from stdin'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(UsersPasswd)
    const context = await openContext(flags)
    const fromStdin = flags['password-stdin']
    await using app = openApp(context.config, context.talk.detail)
    const accounts = await app.accounts()
    const {user, isOwn} = await whose(accounts, args.who, context.config.server?.token)
    const current = isOwn ? await passwordFor(context, {question: 'Password until now: '}) : undefined
    const password = await passwordFor(isOwn ? withoutPassword(context) : context, {
      fromStdin,
      question: `New password for ${user.username}: `,
      twice: true,
    })
    await accounts.setPassword(callerHere(), user.id, {password, ...(current === undefined ? {} : {current})})
    if (isOwn) context.talk.note('every session has ended: logflow auth login signs in again')
    await showResult(context, {username: user.username, id: user.id}, () => `set the password of ${user.username}\n`)
  }
}

/** The account that is meant; at a server it may be the caller's own. */
async function whose(
  accounts: Accounts,
  who: string | undefined,
  token: string | undefined,
): Promise<{user: User; isOwn: boolean}> {
  if (token === undefined) {
    if (who === undefined) throw new UsageError('say whose password to set: logflow users passwd NAME')
    return {user: await accounts.show(callerHere(), who), isOwn: false}
  }
  const {subject} = await accounts.authenticate(token, {})
  const user = await accounts.show(callerHere(), who ?? subject)
  return {user, isOwn: user.id === subject}
}

/** LOGFLOW_PASSWORD is the one until now here: it must not be taken for the new one as well. */
function withoutPassword(context: Context): Context {
  const {password: _, ...config} = context.config
  return Object.create(context, {config: {value: config}}) as Context
}
