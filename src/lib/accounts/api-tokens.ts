import {createHash, randomBytes} from 'node:crypto'
import {LogflowError} from '../errors/logflow-error.js'
import {type NewToken, SCOPES} from './accounts.js'

const LOOK = /^lf_[A-Za-z0-9_-]{43}$/

/** 256 random bits, so that a plain hash of them is enough: there is nothing to guess. */
export function newSecret(): string {
  return `lf_${randomBytes(32).toString('base64url')}`
}

/** What is kept of a secret: SHA-256, hexadecimal. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** What is shown of a secret afterwards, to tell tokens apart. */
export function prefixOf(secret: string): string {
  return secret.slice(0, 9)
}

/** True for a token for programs, false for what can only be a JWT. */
export function looksLikeSecret(bearer: string): boolean {
  return LOOK.test(bearer)
}

/** USAGE for a name, scopes or an end that a token cannot have. */
export function checkToken({name, scopes, expires_at}: NewToken, now: Date): void {
  if (!/^[^\p{C}]{1,64}$/u.test(name) || name.trim() === '') {
    throw new LogflowError('USAGE', 'the name of a token is 1 to 64 printable characters')
  }
  if (scopes.length === 0 || scopes.some((scope) => !SCOPES.includes(scope))) {
    throw new LogflowError('USAGE', `a token needs one scope or more of ${SCOPES.join(', ')}`)
  }
  if (expires_at === undefined) return
  const end = Date.parse(expires_at)
  if (!/^\d{4}-\d\d-\d\dT/.test(expires_at) || Number.isNaN(end)) {
    throw new LogflowError('USAGE', 'expires_at is not a time in RFC 3339: 2026-12-31T23:59:59Z')
  }
  if (end <= now.getTime()) throw new LogflowError('USAGE', 'the token would have ended already')
}
