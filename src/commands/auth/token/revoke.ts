import {Command} from '@oclif/core'
import {openContext} from '../../../cli/context.js'
import {globalFlags, requiredArgument} from '../../../cli/global-flags.js'
import {callerHere} from '../../../cli/local-caller.js'
import {showResult} from '../../../cli/show-result.js'
import {tokenMeant} from '../../../cli/token-view.js'
import {openApp} from '../../../lib/compose.js'
import {escapeLine} from '../../../lib/output/escape-controls.js'

export default class AuthTokenRevoke extends Command {
  static override summary = 'Revoke a token: it is refused from now on'
  static override examples = ['<%= config.bin %> auth token revoke lf_k3mDq8']
  static override args = {
    id: requiredArgument({
      description: 'Its id, or how the id or the token begins, as logflow auth token list shows it',
    }),
  }
  static override flags = globalFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AuthTokenRevoke)
    const context = await openContext(flags)
    await using app = openApp(context.config, context.talk.detail)
    const accounts = await app.accounts()
    const token = tokenMeant(await accounts.listTokens(callerHere()), args.id)
    // What is not listed is refused there, in the words for it.
    await accounts.revokeToken(callerHere(), token?.id ?? args.id)
    const {id, name} = token ?? {id: args.id, name: args.id}
    await showResult(context, {revoked: id, name}, () => `revoked ${escapeLine(name)}\n`)
  }
}
