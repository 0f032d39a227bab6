import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {showResult} from '../../cli/show-result.js'
import type {Caller} from '../../lib/accounts/accounts.js'
import {openApp} from '../../lib/compose.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {escapeLine} from '../../lib/output/escape-controls.js'

export default class AuthWhoami extends Command {
  static override summary = 'Show who commands work as, where, and what they may do'
  static override description =
    'Against a server, it is who signed in, and the server is asked. On this machine it is you, with all rights: whoever can write the files of logflow may do everything.'
  static override examples = ['<%= config.bin %> auth whoami', '<%= config.bin %> auth whoami -o json']
  static override flags = globalFlags

  async run(): Promise<void> {
    const {flags} = await this.parse(AuthWhoami)
    const context = await openContext(flags)
    const {server, files} = context.config
    const caller = server ? await atServer() : callerHere()
    const {subject, username, role, scopes, tokenId} = caller
    const result = {
      subject_id: subject,
      username,
      role,
      scopes: [...scopes],
      ...(tokenId === undefined ? {} : {token_id: tokenId}),
      ...(server ? {url: server.url} : {}),
      ...(server?.tokenExpiresAt === undefined ? {} : {expires_at: server.tokenExpiresAt}),
      ...(files.profile === undefined ? {} : {profile: files.profile}),
    }
    const until = server?.tokenExpiresAt === undefined ? '' : `, signed in until ${server.tokenExpiresAt}`
    const where = server ? `at ${server.url}${until}` : 'on this machine'
    await showResult(
      context,
      result,
      () => `${escapeLine(username ?? subject)}, ${role}, ${where}\nmay: ${[...scopes].join(', ')}\n`,
    )

    async function atServer(): Promise<Caller> {
      const token = server?.token
      if (token === undefined) {
        throw new LogflowError('UNAUTHORISED', `nobody is signed in at ${server?.url}`, {
          suggestions: [`logflow auth login ${server?.url}`],
        })
      }
      await using app = openApp(context.config, context.talk.detail)
      return (await app.accounts()).authenticate(token, {})
    }
  }
}
