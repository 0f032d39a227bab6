import {Command, Flags} from '@oclif/core'
import {openContext} from '../../../cli/context.js'
import {globalFlags} from '../../../cli/global-flags.js'
import {callerHere} from '../../../cli/local-caller.js'
import {showRows} from '../../../cli/show-result.js'
import {REVOKED_COLUMN, TOKEN_COLUMNS} from '../../../cli/token-view.js'
import {openApp} from '../../../lib/compose.js'

export default class AuthTokenList extends Command {
  static override summary = 'List the tokens for programs'
  static override description =
    'Those that are good now; --all shows the revoked and ended ones as well. At a server, users who are not admins see their own alone. When a token was last used is known to the minute.'
  static override examples = ['<%= config.bin %> auth token list', '<%= config.bin %> auth token list --all -o jsonl']
  static override flags = {
    all: Flags.boolean({description: 'Also those that are revoked or have ended'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(AuthTokenList)
    const context = await openContext(flags)
    await using app = openApp(context.config, context.talk.detail)
    const now = Date.now()
    const all = await (await app.accounts()).listTokens(callerHere())
    const good = all.filter(
      ({revoked_at, expires_at}) =>
        revoked_at === undefined && (expires_at === undefined || Date.parse(expires_at) > now),
    )
    const tokens = flags.all ? all : good
    if (tokens.length === 0) context.talk.note('no tokens: logflow auth token create NAME --scope SCOPE makes one')
    const people = ['pretty', 'table', 'raw'].includes(context.format)
    const columns = flags.all ? [...TOKEN_COLUMNS, REVOKED_COLUMN] : TOKEN_COLUMNS
    if (tokens.length > 0 || !people) await showRows(context, tokens, columns)
  }
}
