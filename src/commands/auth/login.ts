import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {argument, globalFlags} from '../../cli/global-flags.js'
import {showResult} from '../../cli/show-result.js'
import {signInAt, warnOfOthers} from '../../cli/sign-in.js'
import {serverUrl} from '../../lib/config/server.js'
import {checkProfile, keepSignIn, profileNameOf} from '../../lib/config/sign-in.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {escapeLine} from '../../lib/output/escape-controls.js'

export default class AuthLogin extends Command {
  static override summary = 'Sign in to a logflow server, and work against it from now on'
  static override description =
    'Makes a profile of the configuration that names the server, and the current one: search, tail, ship and the other commands then work there, with your rights. --profile says which one to make or change. The token is kept in credentials.json beside the configuration, readable by you alone; logflow auth logout forgets it. A password is typed, or comes on stdin or in LOGFLOW_PASSWORD.'
  static override examples = [
    '<%= config.bin %> auth login https://logs.example.com',
    '<%= config.bin %> auth login http://localhost:8000 --username ada --profile dev',
    'echo "$TOKEN" | <%= config.bin %> auth login https://logs.example.com --token-stdin',
  ]
  static override args = {url: argument({description: 'Address of the server; that of the profile unless given'})}
  static override flags = {
    username: Flags.string({description: 'Name of the account; asked for unless given', helpValue: 'NAME'}),
    'password-stdin': Flags.boolean({description: 'Read the password from stdin', exclusive: ['token-stdin']}),
    'token-stdin': Flags.boolean({
      description: 'Read a token from stdin instead of signing in: one of logflow auth token create',
      exclusive: ['username', 'password-stdin'],
    }),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AuthLogin)
    const {profile: named, ...others} = flags
    const context = await openContext(args.url === undefined ? flags : {...others, 'config-may-be-missing': true})
    const {config} = context
    const url = args.url === undefined ? config.server?.url : serverUrl(args.url)
    if (url === undefined) {
      throw new LogflowError('USAGE', 'no server is named', {suggestions: ['logflow auth login https://host:8000']})
    }
    const profile = named ?? (args.url === undefined ? config.files.profile : undefined) ?? profileNameOf(url)
    await checkProfile(config.files.path, profile, url, named !== undefined || args.url === undefined)
    const {credential, scopes} = await signInAt(context, url, flags)
    const credentials = await keepSignIn(config.files.path, profile, credential)
    await warnOfOthers(context, flags, profile)
    const {username, expires_at} = credential
    const until = expires_at === undefined ? '' : `, until ${expires_at}`
    const result = {url, profile, username, scopes, ...(expires_at === undefined ? {} : {expires_at}), credentials}
    await showResult(
      context,
      result,
      () =>
        `signed in at ${url} as ${escapeLine(username ?? '')}${until}\nprofile ${profile} is now in use: commands work against this server (logflow auth logout ends that)\n`,
    )
  }
}
