import {Command, Flags} from '@oclif/core'
import {openContext} from '../../../cli/context.js'
import {globalFlags, listFlag, requiredArgument} from '../../../cli/global-flags.js'
import {callerHere} from '../../../cli/local-caller.js'
import {UsageError} from '../../../cli/show-error.js'
import {showResult} from '../../../cli/show-result.js'
import {endOf} from '../../../cli/token-view.js'
import {SCOPES, type Scope} from '../../../lib/accounts/accounts.js'
import {openApp} from '../../../lib/compose.js'

export default class AuthTokenCreate extends Command {
  static override summary = 'Make a token for a program, such as a job of a CI'
  static override description =
    'The token is shown this once: what is kept is a hash of it. It may do what its scopes say, and no more than its owner: read (logs and metrics), ingest (send logs), alerts (write rules), admin (all). A program sends it as "Authorization: Bearer TOKEN", or has it in LOGFLOW_SERVER_TOKEN.'
  static override examples = [
    '<%= config.bin %> auth token create ci --scope ingest --expires 90d --user ada',
    '<%= config.bin %> auth token create dashboard --scope read --user ada -o raw',
  ]
  static override args = {name: requiredArgument({description: 'What it is for, to tell tokens apart'})}
  static override flags = {
    scope: listFlag({description: `What it may do: ${SCOPES.join(', ')}; several may be given`, helpValue: 'SCOPE'}),
    expires: Flags.string({description: 'When it ends: 90d, 2026-12-31; never unless given', helpValue: 'TIME'}),
    user: Flags.string({description: 'Whose it is; at a server your own unless given', helpValue: 'NAME'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AuthTokenCreate)
    const context = await openContext(flags)
    const scopes = (flags.scope ?? []).flatMap((text) => text.split(',')).map(scopeOf)
    if (scopes.length === 0) throw new UsageError(`say what it may do: --scope with one of ${SCOPES.join(', ')}`)
    await using app = openApp(context.config, context.talk.detail)
    const made = await (await app.accounts()).createToken(callerHere(), {
      name: args.name,
      scopes,
      ...(flags.user === undefined ? {} : {username: flags.user}),
      ...(flags.expires === undefined ? {} : {expires_at: endOf(flags.expires, new Date())}),
    })
    const end = made.expires_at === undefined ? 'it does not expire' : `it expires ${made.expires_at}`
    context.talk.note(
      `token ${made.name} of ${made.username}, ${made.scopes.join(', ')}; ${end}. It is shown this once:`,
    )
    await showResult(context, made, () => `${made.token}\n`)
  }
}

function scopeOf(text: string): Scope {
  const scope = SCOPES.find((one) => one === text.trim())
  if (!scope) throw new UsageError(`${JSON.stringify(text)} is no scope: ${SCOPES.join(', ')}`)
  return scope
}
