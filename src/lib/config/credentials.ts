// The tokens that `auth login` got, by profile, in a file of their own beside the config file: that one is shown, copied
// and kept in repositories, and must hold no token.

import {statSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {readIfThere} from './read-config-file.js'
import {replaceFile} from './write-config-file.js'

export interface Credential {
  /** The server it is for, as `serverUrl` has it: no other gets it. */
  url: string
  token: string
  /** Who signed in; absent where only a token was given and nobody asked. */
  username?: string
  /** RFC 3339; absent where it does not end, or nobody knows. */
  expires_at?: string
}

export interface Credentials {
  path: string
  /** By name of the profile. */
  credentials: Record<string, Credential>
  /** What is wrong with the file, in a line. */
  warning?: string
}

/** Beside the config file. */
export function credentialsPath(configPath: string): string {
  return join(dirname(configPath), 'credentials.json')
}

/** What is kept; nothing where there is no file, or one that is none of ours. */
export function readCredentials(configPath: string): Credentials {
  const path = credentialsPath(configPath)
  const text = readIfThere(path)
  if (text === undefined) return {path, credentials: {}}
  const credentials = parsed(text)
  if (!credentials)
    return {path, credentials: {}, warning: `${path} cannot be read: sign in again (logflow auth login)`}
  return isOpen(path)
    ? {path, credentials, warning: `${path} can be read by others: chmod 600 it, and sign in again`}
    : {path, credentials}
}

/** Keeps the token of a profile, or forgets it where there is none. Mode 0600. */
export function keepCredential(configPath: string, profile: string, credential: Credential | undefined): string {
  const {path, credentials} = readCredentials(configPath)
  const {[profile]: before, ...others} = credentials
  if (credential || before) {
    replaceFile(path, `${JSON.stringify(credential ? {...others, [profile]: credential} : others, null, 2)}\n`)
  }
  return path
}

function parsed(text: string): Record<string, Credential> | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const whole = Object.entries(value).filter(([, one]) => typeof one?.url === 'string' && typeof one.token === 'string')
  return Object.fromEntries(whole)
}

function isOpen(path: string): boolean {
  // Windows has no such modes.
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0
}
