import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {showResult} from '../../cli/show-result.js'
import {endSession} from '../../cli/sign-in.js'
import {forgetSignIn} from '../../lib/config/sign-in.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'

export default class AuthLogout extends Command {
  static override summary = 'Sign out of the server of a profile, and forget its token'
  static override description =
    'The session ends on the server, and the profile is no longer the current one: commands work on this machine again. A token that was given with --token-stdin is only forgotten here; logflow auth token revoke ends it.'
  static override examples = ['<%= config.bin %> auth logout', '<%= config.bin %> auth logout --profile dev']
  static override flags = globalFlags

  async run(): Promise<void> {
    const {flags} = await this.parse(AuthLogout)
    const context = await openContext(flags)
    const {files, server} = context.config
    const {profile} = files
    if (profile === undefined || server === undefined) {
      throw new LogflowError('USAGE', 'no profile with a server is in use: there is nothing to sign out of', {
        suggestions: ['logflow auth logout --profile NAME'],
      })
    }
    const session = await endSession(context)
    await forgetSignIn(files.path, profile)
    const result = {url: server.url, profile, session}
    await showResult(
      context,
      result,
      () => `signed out of ${server.url}: profile ${profile} is no longer in use, and its token is forgotten\n`,
    )
  }
}
