// The key that signs JWTs: the setting, or one that is made once and kept in the data directory.

import {randomBytes} from 'node:crypto'
import {link, mkdir, open, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {LogflowError} from '../errors/logflow-error.js'

const LEAST_CHARACTERS = 32

/** The part of the configuration that matters here. */
export interface SecretKeySettings {
  api: {secretKey?: string}
  environment?: string
  dataDir: string
}

/** BAD_CONFIG for a key that is too short, and for none in production. For the start of a server. */
export function checkSecretKey({api: {secretKey}, environment}: SecretKeySettings): void {
  if (secretKey !== undefined && secretKey.length < LEAST_CHARACTERS) {
    throw new LogflowError('BAD_CONFIG', `api.secret_key is shorter than ${LEAST_CHARACTERS} characters`, {
      suggestions: ['Make one: openssl rand -base64 48'],
    })
  }
  if (secretKey === undefined && /^prod(uction)?$/i.test(environment ?? '')) {
    throw new LogflowError('BAD_CONFIG', 'api.secret_key is not set, which production needs', {
      suggestions: ['Set SECRET_KEY in the environment: openssl rand -base64 48 makes one'],
    })
  }
}

export async function openSecretKey(settings: SecretKeySettings): Promise<Uint8Array> {
  checkSecretKey(settings)
  const {secretKey} = settings.api
  if (secretKey !== undefined) return new TextEncoder().encode(secretKey)
  const path = join(settings.dataDir, 'secret.key')
  return (await readKey(path)) ?? (await makeKey(settings.dataDir, path))
}

async function readKey(path: string): Promise<Uint8Array | undefined> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    file = await open(path, 'r')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unusable(path, 'it cannot be read', cause)
  }
  try {
    if (process.platform !== 'win32' && ((await file.stat()).mode & 0o077) !== 0) {
      throw unusable(path, 'others than its owner may use it', undefined, [`chmod 600 ${path}`])
    }
    const text = (await file.readFile('utf8')).trim()
    const key = Buffer.from(text, 'base64url')
    if (key.length < 32)
      throw unusable(path, 'it does not hold a key', undefined, ['Delete it: everybody signs in again'])
    return key
  } finally {
    await file.close()
  }
}

/** Whole or not at all, and once: of two processes that make one, both take the first. */
async function makeKey(folder: string, path: string): Promise<Uint8Array> {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await mkdir(folder, {recursive: true, mode: 0o700})
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(`${randomBytes(32).toString('base64url')}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } catch (cause) {
    throw unusable(path, 'it cannot be made', cause)
  } finally {
    await rm(temporary, {force: true}).catch(() => undefined)
  }
  const key = await readKey(path)
  if (!key) throw unusable(path, 'it went away again')
  return key
}

function unusable(path: string, reason: string, cause?: unknown, suggestions: string[] = []): LogflowError {
  return new LogflowError('PERMISSION', `the key that signs tokens, ${path}: ${reason}`, {
    cause,
    suggestions: [...suggestions, 'Or set SECRET_KEY in the environment'],
  })
}
