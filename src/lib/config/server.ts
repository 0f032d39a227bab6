// The logflow server that commands work against: where it is, and with which token.

import {LogflowError} from '../errors/logflow-error.js'
import type {Origin} from './config.js'
import {readCredentials} from './credentials.js'
import type {Found} from './load-config.js'

/** Which place beats which; see load-config.ts. */
const STRENGTH: Record<Origin['from'], number> = {flag: 4, environment: 3, profile: 2, file: 1, default: 0}

/**
 * A server.url switches bus and store to that server, unless one as strong names them otherwise. Its token is what is
 * set, or what `auth login` kept for this profile and this URL. A token is never sent to a server that a stronger
 * place names: it was not given for that one.
 */
export function followServer(
  found: Map<string, Found>,
  {configPath, profile, warnings}: {configPath: string; profile?: string; warnings: string[]},
): void {
  const url = found.get('server.url')
  if (!url) return
  const strength = STRENGTH[url.origin.from]
  for (const kind of ['bus', 'store']) {
    const named = found.get(kind)
    if (!named || STRENGTH[named.origin.from] < strength) found.set(kind, {value: 'remote', origin: url.origin})
  }
  const token = found.get('server.token')
  if (token && STRENGTH[token.origin.from] >= strength) return
  if (token) {
    found.delete('server.token')
    warnings.push('server.token is not sent to a server that is named elsewhere: set LOGFLOW_SERVER_TOKEN as well')
    return
  }
  if (profile === undefined) return
  const {credentials, path, warning} = readCredentials(configPath)
  if (warning) warnings.push(warning)
  const kept = credentials[profile]
  if (!kept || kept.url !== serverUrl(String(url.value))) return
  const origin: Origin = {from: 'file', file: path}
  found.set('server.token', {value: kept.token, origin})
  // No setting: what is known of the token.
  if (kept.expires_at !== undefined) found.set('server.token_expires_at', {value: kept.expires_at, origin})
}

/** A server's URL as it is kept and compared. Throws BAD_CONFIG for what is none, and for one with a password in it. */
export function serverUrl(written: string): string {
  const refuse = (what: string, hint: string) => {
    throw new LogflowError('BAD_CONFIG', `server.url ${what}`, {suggestions: [hint]})
  }
  if (!URL.canParse(written) || !/^https?:\/\//i.test(written)) refuse('is not a URL', 'Write it as https://host:8000')
  const url = new URL(written)
  if (url.username || url.password) {
    url.username = ''
    url.password = ''
    refuse('holds a user or a password, which are not used', `logflow auth login ${trimmed(url)}`)
  }
  return trimmed(url)
}

function trimmed(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}`
}
