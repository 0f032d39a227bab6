import {createHmac, generateKeyPairSync, sign} from 'node:crypto'
import {describe, expect, test} from 'vitest'
import {readSession, signSession} from '../../../src/lib/accounts/jwt.js'

const KEY = new TextEncoder().encode('k'.repeat(48))
const NOW = new Date('2026-11-21T10:00:00Z')
const EXP = NOW.getTime() / 1_000 + 1_800
const CLAIMS = {iss: 'logflow', sub: 'u1', jti: 'j1', iat: EXP - 1_800, exp: EXP, role: 'admin', ver: 1}

const b64 = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A token as an attacker would put it together. */
function forged(header: object, claims: object, seal: (input: string) => string): string {
  const input = `${b64(header)}.${b64(claims)}`
  return `${input}.${seal(input)}`
}

const hmac =
  (key: string | Uint8Array, hash = 'sha256') =>
  (input: string) =>
    createHmac(hash, key).update(input).digest('base64url')

test('what is signed is read again', async () => {
  const token = await signSession({sub: 'u1', role: 'admin', ver: 3, exp: EXP}, KEY, NOW)
  const session = await readSession(token, KEY, NOW)
  expect(session).toEqual({sub: 'u1', role: 'admin', ver: 3, exp: EXP, jti: expect.stringMatching(/^[0-9a-f-]{36}$/)})
  const [header = '', claims = ''] = token.split('.')
  expect(JSON.parse(String(Buffer.from(header, 'base64url')))).toEqual({alg: 'HS256', typ: 'JWT'})
  expect(Object.keys(JSON.parse(String(Buffer.from(claims, 'base64url')))).sort()).toEqual(
    ['exp', 'iat', 'iss', 'jti', 'role', 'sub', 'ver'].sort(),
  )
})

test('our own way of forging is good enough to be taken when nothing is wrong', async () => {
  const token = forged({alg: 'HS256', typ: 'JWT'}, CLAIMS, hmac(KEY))
  expect(await readSession(token, KEY, NOW)).toMatchObject({sub: 'u1', jti: 'j1'})
})

test('it ends at its second', async () => {
  const token = forged({alg: 'HS256'}, CLAIMS, hmac(KEY))
  await readSession(token, KEY, new Date((EXP - 1) * 1_000))
  const late = readSession(token, KEY, new Date(EXP * 1_000))
  await expect(late).rejects.toMatchObject({code: 'UNAUTHORISED', message: 'the session has ended'})
})

describe('attacks', () => {
  const {publicKey, privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
  const pem = publicKey.export({type: 'spki', format: 'pem'}).toString()
  const without = (claim: string) => Object.fromEntries(Object.entries(CLAIMS).filter(([name]) => name !== claim))
  const good = forged({alg: 'HS256'}, CLAIMS, hmac(KEY))
  const [header, , seal] = good.split('.')
  test.each<[string, string]>([
    ['alg none', forged({alg: 'none'}, CLAIMS, () => '')],
    ['alg None, with a seal', forged({alg: 'None'}, CLAIMS, hmac(KEY))],
    ['no alg', forged({typ: 'JWT'}, CLAIMS, hmac(KEY))],
    ['another key', forged({alg: 'HS256'}, CLAIMS, hmac('x'.repeat(48)))],
    ['an empty key', forged({alg: 'HS256'}, CLAIMS, hmac(''))],
    [
      'RS256 with the key of the attacker',
      forged({alg: 'RS256'}, CLAIMS, (input) => sign('sha256', Buffer.from(input), privateKey).toString('base64url')),
    ],
    ['a public key as the secret', forged({alg: 'HS256'}, CLAIMS, hmac(pem))],
    ['HS384 with the right key', forged({alg: 'HS384'}, CLAIMS, hmac(KEY, 'sha384'))],
    ['HS512 with the right key', forged({alg: 'HS512'}, CLAIMS, hmac(KEY, 'sha512'))],
    [
      'a key in the header',
      forged({alg: 'HS256', jwk: {kty: 'oct', k: b64('x'.repeat(48))}}, CLAIMS, hmac('x'.repeat(48))),
    ],
    ['a kid that is a path', forged({alg: 'HS256', kid: '../../dev/null'}, CLAIMS, hmac(''))],
    ['other claims under the same seal', `${header}.${b64({...CLAIMS, sub: 'u2'})}.${seal}`],
    ['no seal', good.slice(0, good.lastIndexOf('.') + 1)],
    ['a critical header', forged({alg: 'HS256', crit: ['x'], x: 1}, CLAIMS, hmac(KEY))],
    ['another issuer', forged({alg: 'HS256'}, {...CLAIMS, iss: 'elsewhere'}, hmac(KEY))],
    ['no end', forged({alg: 'HS256'}, without('exp'), hmac(KEY))],
    ['an end in words', forged({alg: 'HS256'}, {...CLAIMS, exp: 'never'}, hmac(KEY))],
    ['no subject', forged({alg: 'HS256'}, without('sub'), hmac(KEY))],
    ['no version', forged({alg: 'HS256'}, without('ver'), hmac(KEY))],
    ['a version that is no number', forged({alg: 'HS256'}, {...CLAIMS, ver: {'>': 0}}, hmac(KEY))],
    ['a subject that is no text', forged({alg: 'HS256'}, {...CLAIMS, sub: ['u1']}, hmac(KEY))],
    ['claims that are no object', forged({alg: 'HS256'}, ['u1'], hmac(KEY))],
    ['nothing', ''],
    ['no token at all', 'x'],
    ['five parts', 'a.b.c.d.e'],
    ['what is no base64', 'é.é.é'],
  ])('%s', async (_name, token) => {
    const error = await readSession(token, KEY, NOW).catch((thrown) => thrown)
    expect(error).toMatchObject({code: 'UNAUTHORISED', message: 'the bearer token is not valid'})
  })
})
