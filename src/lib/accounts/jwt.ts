import {randomUUID} from 'node:crypto'
import type {JWTPayload} from 'jose'
import {LogflowError} from '../errors/logflow-error.js'
import type {Role} from './accounts.js'

const ISSUER = 'logflow'

/** The one algorithm: what a token's header says of itself decides nothing. */
const ALGORITHM = 'HS256'

/** What a JWT of ours claims. Role and rights are looked up anew on each request; `role` is for people who read one. */
export interface Session {
  /** User id. */
  sub: string
  /** Of this one session. */
  jti: string
  role: Role
  /** `token_version` of the user when they signed in. */
  ver: number
  /** Seconds since the epoch. */
  exp: number
}

/** A JWT (HS256) of a session, with an id of its own. */
export async function signSession(session: Omit<Session, 'jti'>, key: Uint8Array, now: Date): Promise<string> {
  const {SignJWT} = await import('jose')
  return new SignJWT({role: session.role, ver: session.ver})
    .setProtectedHeader({alg: ALGORITHM, typ: 'JWT'})
    .setIssuer(ISSUER)
    .setSubject(session.sub)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(session.exp)
    .sign(key)
}

/** Rejects with UNAUTHORISED, in one text for all that is wrong but an end that is over. */
export async function readSession(bearer: string, key: Uint8Array, now: Date): Promise<Session> {
  const {jwtVerify, errors} = await import('jose')
  let payload: JWTPayload
  try {
    const requiredClaims = ['sub', 'jti', 'iat', 'exp', 'ver']
    payload = (
      await jwtVerify(bearer, key, {algorithms: [ALGORITHM], issuer: ISSUER, requiredClaims, currentDate: now})
    ).payload
  } catch (cause) {
    throw cause instanceof errors.JWTExpired ? sessionOver(cause) : badBearer(cause)
  }
  const {sub, jti, ver, exp, role} = payload
  const whole = typeof sub === 'string' && typeof jti === 'string' && Number.isInteger(ver) && typeof exp === 'number'
  if (!whole) throw badBearer()
  return {sub, jti, exp, ver: ver as number, role: role === 'admin' ? 'admin' : 'user'}
}

/** Whatever is wrong with a bearer, callers are told this one thing. */
export function badBearer(cause?: unknown): LogflowError {
  return new LogflowError('UNAUTHORISED', 'the bearer token is not valid', {cause, suggestions: ['Sign in again']})
}

/** A session that was good once: sign in again. */
export function sessionOver(cause?: unknown): LogflowError {
  return new LogflowError('UNAUTHORISED', 'the session has ended', {cause, suggestions: ['Sign in again']})
}
