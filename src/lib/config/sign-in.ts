// What a sign-in at a server leaves behind on this machine: a profile that names the server, made the current one, and
// the token in the credentials file.

import {LogflowError} from '../errors/logflow-error.js'
import {type Credential, keepCredential, readCredentials} from './credentials.js'
import {readConfigFile, readIfThere} from './read-config-file.js'
import {setCurrentProfile, setInConfigFile} from './write-config-file.js'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/** Name of a server's profile where nobody chose one: `logs.example.com`, `localhost-8000`. */
export function profileNameOf(url: string): string {
  return new URL(url).host.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|-+$/g, '')
}

/**
 * Refuses a name that cannot be one, and a profile that is about something else and was not named: USAGE. Nothing is
 * written; called before somebody types a password.
 */
export async function checkProfile(configPath: string, profile: string, url: string, named: boolean): Promise<void> {
  if (!NAME.test(profile)) {
    throw new LogflowError('USAGE', `${JSON.stringify(profile)} cannot name a profile`, {
      suggestions: ['Use letters, digits, dots, - and _, up to 100 of them'],
    })
  }
  const text = readIfThere(configPath)
  const layer = text === undefined ? undefined : (await readConfigFile(configPath, text)).profiles.get(profile)
  const written = layer?.get('server.url')?.written
  const isOther = layer !== undefined && layer.size > 0 && (written === undefined || String(written) !== url)
  if (isOther && !named) {
    throw new LogflowError('USAGE', `there is a profile ${profile} already, and it is about something else`, {
      suggestions: [`logflow auth login ${url} --profile NAME`],
    })
  }
}

/** Keeps a sign-in. Returns where the token is. */
export async function keepSignIn(configPath: string, profile: string, credential: Credential): Promise<string> {
  await setInConfigFile(configPath, 'server.url', credential.url, profile)
  await setCurrentProfile(configPath, profile)
  return keepCredential(configPath, profile, credential)
}

/** Forgets the token of a profile, which is no longer the current one. False where there was neither. */
export async function forgetSignIn(configPath: string, profile: string): Promise<boolean> {
  const text = readIfThere(configPath)
  const isCurrent = text !== undefined && (await readConfigFile(configPath, text)).profile === profile
  const had = Object.hasOwn(readCredentials(configPath).credentials, profile)
  keepCredential(configPath, profile, undefined)
  if (isCurrent) await setCurrentProfile(configPath, undefined)
  return had || isCurrent
}
