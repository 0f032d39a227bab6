import {describe, expect, test} from 'vitest'
import type {Scope} from '../../../src/lib/accounts/accounts.js'
import {checkToken, hashSecret, looksLikeSecret, newSecret, prefixOf} from '../../../src/lib/accounts/api-tokens.js'
import {checkUser, isReserved} from '../../../src/lib/accounts/check-user.js'
import {anonymous, isAdmin, localCaller, needPerson, scopesOfToken} from '../../../src/lib/accounts/scopes.js'

// The pure rules of accounts: what names, tokens and scopes may be.

describe('usernames', () => {
  test.each(['ann', 'Ann.B', 'a_b-c', '007', 'x'.repeat(64)])('%s', (username) => {
    expect(() => checkUser({username})).not.toThrow()
  })
  test.each([
    '',
    'ab',
    'x'.repeat(65),
    '-rf',
    '.hidden',
    'a b',
    'a/b',
    '../etc',
    'local:root',
    'ann\n',
    'ann\0',
    'аnn',
    'ann@example.com',
    'me',
    '0b6ff0e2-95ac-4a2c-9ac8-0a3c7d1b9a55',
    "x' OR '1'='1",
  ])('%j is none', (username) => {
    expect(() => checkUser({username})).toThrow(expect.objectContaining({code: 'USAGE'}))
  })
  test('those that could be taken for the administrator are kept back', () => {
    expect(['Admin', 'root', 'LOGFLOW', 'anonymous'].map(isReserved)).toEqual([true, true, true, true])
    expect(isReserved('ann')).toBe(false)
  })
})

test.each([
  {email: 'ann'},
  {email: 'a@b@c'},
  {email: 'a b@c'},
  {email: 'a@b\r\nBcc: x'},
  {email: `a@${'b'.repeat(190)}`},
  {full_name: ''},
  {full_name: ' '},
  {full_name: 'a\x1b[31m'},
  {full_name: 'x'.repeat(201)},
  {role: 'root'},
])('%j is refused', (fields) => {
  expect(() => checkUser(fields)).toThrow(expect.objectContaining({code: 'USAGE'}))
})

test('what may be left out may be left out', () => {
  expect(() => checkUser({email: null, full_name: null})).not.toThrow()
  expect(() => checkUser({email: 'ann@example.com', full_name: 'Ann Ö. 李', role: 'admin'})).not.toThrow()
})

test('a secret has its look, and is kept as a hash', () => {
  const secret = newSecret()
  expect(secret).toMatch(/^lf_[A-Za-z0-9_-]{43}$/)
  expect(looksLikeSecret(secret)).toBe(true)
  expect(newSecret()).not.toBe(secret)
  expect(hashSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(secret.startsWith(prefixOf(secret))).toBe(true)
  expect(prefixOf(secret)).toHaveLength(9)
  expect(looksLikeSecret('eyJhbGciOiJIUzI1NiJ9.e30.x')).toBe(false)
})

describe('tokens', () => {
  const now = new Date('2026-11-21T10:00:00Z')
  test.each([
    {name: '', scopes: ['read']},
    {name: 'a\nb', scopes: ['read']},
    {name: 'x'.repeat(65), scopes: ['read']},
    {name: 'ci', scopes: []},
    {name: 'ci', scopes: ['root']},
    {name: 'ci', scopes: ['read'], expires_at: '2026-11-21T10:00:00Z'},
    {name: 'ci', scopes: ['read'], expires_at: 'tomorrow'},
    {name: 'ci', scopes: ['read'], expires_at: '2027'},
  ])('%j is refused', (token) => {
    expect(() => checkToken(token as never, now)).toThrow(expect.objectContaining({code: 'USAGE'}))
  })
  test('a good one is taken', () => {
    expect(() => checkToken({name: 'ci', scopes: ['ingest'], expires_at: '2027-01-01T00:00:00Z'}, now)).not.toThrow()
  })
})

test('a token may do no more than the role of its owner now', () => {
  expect([...scopesOfToken(['read', 'admin'], 'user')]).toEqual(['read'])
  expect([...scopesOfToken(['admin', 'read'], 'admin')]).toEqual(['read', 'admin'])
})

test('an admin is who has the role and the scope', () => {
  const admin = localCaller('ann')
  expect(admin.subject).toBe('local:ann')
  expect(isAdmin(admin)).toBe(true)
  expect(isAdmin({...admin, scopes: new Set(['read'])})).toBe(false)
  expect(isAdmin({...admin, role: 'user'})).toBe(false)
})

test('accounts and tokens are changed by people, and by tokens with the scope admin', () => {
  const person = {subject: 'u1', role: 'user', scopes: new Set<Scope>(['read'])} as const
  expect(() => needPerson(person)).not.toThrow()
  expect(() => needPerson({...person, tokenId: 't1'})).toThrow(expect.objectContaining({code: 'FORBIDDEN'}))
  expect(() => needPerson(anonymous({}))).toThrow(expect.objectContaining({code: 'UNAUTHORISED'}))
  expect(() => needPerson({...person, role: 'admin', scopes: new Set(['admin']), tokenId: 't1'})).not.toThrow()
})
