import type {Scope} from '../lib/accounts/accounts.js'
import {openApp} from '../lib/compose.js'
import type {Credential} from '../lib/config/credentials.js'
import {loadConfig} from '../lib/config/load-config.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {isAnswerable} from './confirm.js'
import type {Context} from './context.js'
import {askOn, passwordFor, secretFromStdin} from './secret-input.js'

interface SignInFlags {
  username?: string
  'password-stdin'?: boolean
  'token-stdin'?: boolean
}

/** Gets a token of the server with a password, or takes one from stdin, and asks the server whose it is. */
export async function signInAt(
  context: Context,
  url: string,
  flags: SignInFlags,
): Promise<{credential: Credential; scopes: Scope[]}> {
  const {config, talk} = context
  if (isReadable(url)) talk.warn(`warning: ${url} is not encrypted: password and token can be read on the way`)
  await using app = openApp({...config, server: {url}}, talk.detail, talk.warn)
  const accounts = await app.accounts()
  let token: string
  let expires_at: string | undefined
  if (flags['token-stdin']) token = await secretFromStdin('--token-stdin')
  else {
    const username = flags.username ?? (await askUsername(context, flags))
    const password = await passwordFor(context, {fromStdin: flags['password-stdin'], question: 'Password: '})
    const signedIn = await accounts.signIn({}, {username, password})
    token = signedIn.access_token
    expires_at = new Date(Date.now() + signedIn.expires_in * 1_000).toISOString()
  }
  const caller = await accounts.authenticate(token, {})
  const username = caller.username ?? caller.subject
  const credential = {url, token, username, ...(expires_at === undefined ? {} : {expires_at})}
  return {credential, scopes: [...caller.scopes]}
}

async function askUsername(context: Context, flags: SignInFlags): Promise<string> {
  if (flags['password-stdin'] || !isAnswerable())
    throw new LogflowError('USAGE', 'whose password it is was not said', {suggestions: ['Add --username NAME']})
  return askOn(context, 'Username: ', {hidden: false})
}

/** Says which parts of the configuration do not follow the profile, since something stronger names them. */
export async function warnOfOthers(
  {talk, config: {files}}: Context,
  flags: Readonly<Record<string, unknown>>,
  profile: string,
): Promise<void> {
  const {profile: _, ...others} = flags
  const now = {flags: {...others, profile, config: files.path}, env: process.env, cwd: process.cwd()}
  const config = await loadConfig({...now, platform: process.platform})
  for (const key of ['bus', 'store'] as const) {
    if (config[key] === 'remote') continue
    const origin = config.settings.find((one) => one.key === key)?.origin
    const where = origin && 'name' in origin ? ` (${origin.name})` : ''
    talk.warn(`warning: the ${key} stays ${config[key]}${where}`)
  }
}

/**
 * Ends the session on the server. `kept`: the token is one for programs, and goes on to work; `unknown`: the server did
 * not answer, so that the session lasts until its end.
 */
export async function endSession({config, talk}: Context): Promise<'ended' | 'kept' | 'unknown' | 'none'> {
  const token = config.server?.token
  if (token === undefined) return 'none'
  if (token.startsWith('lf_')) {
    talk.note('the token is one for programs and still works: logflow auth token revoke ends it')
    return 'kept'
  }
  await using app = openApp(config, talk.detail, talk.warn)
  try {
    await (await app.accounts()).signOut(token, {})
    return 'ended'
  } catch (error) {
    if (!(error instanceof LogflowError)) throw error
    // What the server does not know, or not any more, has ended.
    if (error.code === 'UNAUTHORISED') return 'ended'
    talk.warn(`warning: the session could not be ended on the server: ${error.message}`)
    return 'unknown'
  }
}

/** Whether others on the network can read what is sent there. */
function isReadable(url: string): boolean {
  const {protocol, hostname} = new URL(url)
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
