import {createHmac} from 'node:crypto'
import type {InjectOptions} from 'fastify'
import {describe, expect, onTestFinished, test} from 'vitest'
import {localCaller} from '../../../src/lib/accounts/scopes.js'
import {accountsOver, openTestDatabase, TEST_KEY} from '../../support/open-accounts.js'
import {openApi} from '../../support/open-api.js'

const PASSWORD = 'correct horse'
const API = '/api/v1'

/** A server with quick passwords, an admin, and ways to ask it. */
async function openAuth(env: Record<string, string> = {}) {
  const database = await openTestDatabase()
  onTestFinished(() => database.close())
  const accounts = accountsOver(database)
  await accounts.create(localCaller('root'), {username: 'boss', password: PASSWORD, role: 'admin'})
  const {server} = await openApi({env, parts: {accounts: async () => accounts}})
  const ask = (method: InjectOptions['method'], path: string, payload?: object, bearer?: string) =>
    server.inject({
      method,
      url: `${API}${path}`,
      ...(payload ? {payload} : {}),
      ...(bearer ? {headers: {authorization: `Bearer ${bearer}`}} : {}),
    })
  const signIn = async (username: string, password = PASSWORD): Promise<string> =>
    (await ask('POST', '/auth/login', {username, password})).json().access_token
  const register = async (username: string) => {
    expect((await ask('POST', '/auth/register', {username, password: PASSWORD})).statusCode).toBe(201)
    return signIn(username)
  }
  return {server, accounts, database, ask, signIn, register}
}

describe('registering', () => {
  test('makes a user, who signs in with a form or JSON', async () => {
    const {server, ask} = await openAuth()
    const made = await ask('POST', '/auth/register', {
      username: 'ann',
      password: PASSWORD,
      email: 'ann@example.com',
      full_name: 'Ann',
    })
    expect(made.statusCode).toBe(201)
    expect(made.json()).toMatchObject({username: 'ann', email: 'ann@example.com', full_name: 'Ann', role: 'user'})
    const form = await server.inject({
      method: 'POST',
      url: `${API}/auth/login`,
      headers: {'content-type': 'application/x-www-form-urlencoded'},
      payload: 'grant_type=password&username=ann&password=correct+horse&scope=',
    })
    expect(form.statusCode).toBe(200)
    expect(form.headers['cache-control']).toBe('no-store')
    expect(form.json()).toEqual({access_token: expect.any(String), token_type: 'bearer', expires_in: 1_800})
    const json = await ask('POST', '/auth/login', {username: 'ann', password: PASSWORD})
    const me = await ask('GET', '/auth/me', undefined, json.json().access_token)
    expect(me.json()).toMatchObject({username: 'ann', role: 'user', scopes: ['read', 'ingest', 'alerts']})
  })

  test('is refused where it is switched off, and off where anybody could reach it', async () => {
    const newcomer = {username: 'ann', password: PASSWORD}
    const status = async (env: Record<string, string>) =>
      (await (await openAuth(env)).ask('POST', '/auth/register', newcomer)).statusCode
    expect(await status({LOGFLOW_API_REGISTRATION: 'false'})).toBe(403)
    expect(await status({LOGFLOW_API_HOST: '0.0.0.0'})).toBe(403)
    expect(await status({LOGFLOW_API_HOST: '0.0.0.0', LOGFLOW_API_REGISTRATION: 'true'})).toBe(201)
  })

  test.each([
    {username: 'ann', password: PASSWORD, role: 'admin'},
    {username: 'ann', password: PASSWORD, active: true},
    {username: 'ann', password: PASSWORD, is_admin: true},
    {username: 'ann'},
    {username: 'ann', password: 'short'},
    {username: 'ann', password: 12345678},
    {username: ['ann'], password: PASSWORD},
    {username: {$ne: null}, password: PASSWORD},
    {username: 'a\0nn', password: PASSWORD},
    {username: "a'; drop table users; --", password: PASSWORD},
    {},
  ])('%o is refused with 400, and makes nobody', async (body) => {
    const {ask, signIn} = await openAuth()
    const answer = await ask('POST', '/auth/register', body)
    expect(answer.statusCode).toBe(400)
    expect(answer.body).not.toContain(PASSWORD)
    const {items} = (await ask('GET', '/auth/users', undefined, await signIn('boss'))).json()
    expect(items.map(({username}: {username: string}) => username)).toEqual(['boss'])
  })

  test('with a name that is taken is 409', async () => {
    const {ask, register} = await openAuth()
    await register('ann')
    const again = await ask('POST', '/auth/register', {username: 'ANN', password: PASSWORD})
    expect(again.statusCode).toBe(409)
    expect(again.json()).toMatchObject({error: 'that username or email address is taken', code: 'already_there'})
  })
})

describe('signing in', () => {
  test('fails with one answer whether or not the account is there', async () => {
    const {ask} = await openAuth()
    const answers = []
    for (const username of ['boss', 'nobody', "' or '1'='1", 'x'.repeat(500)]) {
      const {statusCode, body, headers} = await ask('POST', '/auth/login', {username, password: 'wrong horse'})
      const {request_id: _, ...problem} = JSON.parse(body)
      answers.push(JSON.stringify({statusCode, problem, www: headers['www-authenticate']}))
    }
    expect(new Set(answers).size).toBe(1)
    expect(JSON.parse(answers[0] as string)).toEqual({
      statusCode: 401,
      problem: {error: 'wrong username or password', code: 'unauthorised'},
      www: 'Bearer realm="logflow"',
    })
  })

  test('too often with the wrong password is 429, which says when to come back', async () => {
    const {ask} = await openAuth()
    for (let count = 0; count < 5; count++) {
      expect((await ask('POST', '/auth/login', {username: 'boss', password: 'wrong horse'})).statusCode).toBe(401)
    }
    // The wait doubles with each failure: some of these are refused however slow the machine is.
    const statuses: number[] = []
    for (let count = 0; count < 12 && !statuses.includes(429); count++) {
      const answer = await ask('POST', '/auth/login', {username: 'boss', password: 'wrong horse'})
      statuses.push(answer.statusCode)
      if (answer.statusCode !== 429) continue
      expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1)
      expect(answer.json().error).toMatch(/^too many failed sign-ins: try again in \d+ s$/)
    }
    expect(statuses).toContain(429)
  })

  test.each([
    'username=boss&username=ann&password=correct+horse',
    'username=boss',
    'username=boss&password=correct+horse&role=admin',
    'username=boss&password=correct+horse&scope=admin',
    'grant_type=client_credentials&username=boss&password=correct+horse',
    '%',
  ])('a form as %j is refused with 400', async (payload) => {
    const {server} = await openAuth()
    const headers = {'content-type': 'application/x-www-form-urlencoded'}
    const answer = await server.inject({method: 'POST', url: `${API}/auth/login`, headers, payload})
    expect(answer.statusCode).toBe(400)
  })

  test('a session that is signed out is refused', async () => {
    const {ask, signIn} = await openAuth()
    const bearer = await signIn('boss')
    expect((await ask('POST', '/auth/logout', undefined, bearer)).statusCode).toBe(204)
    const after = await ask('GET', '/auth/me', undefined, bearer)
    expect(after.statusCode).toBe(401)
    expect(after.json()).toMatchObject({error: 'the session has ended'})
  })
})

describe('bearers that are no good are 401, also where anyone may ask', () => {
  const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const seal = (input: string, key: string | Uint8Array) => createHmac('sha256', key).update(input).digest('base64url')

  test('alg none, another key, claims changed, ended, and a token nobody made', async () => {
    const {ask, signIn, database} = await openAuth()
    const good = await signIn('boss')
    const [header = '', claims = '', sealed = ''] = good.split('.')
    const read = JSON.parse(String(Buffer.from(claims, 'base64url')))
    const ended = `${header}.${b64({...read, iat: 1, exp: 2})}`
    const elsewhere = `${header}.${b64({...read, sub: '00000000-0000-4000-8000-000000000000'})}`
    const bad = [
      `${b64({alg: 'none'})}.${claims}.`,
      `${header}.${claims}.${seal(`${header}.${claims}`, 'another key, long enough for HS256')}`,
      `${header}.${b64({...read, role: 'admin', ver: 99})}.${sealed}`,
      `${ended}.${seal(ended, TEST_KEY)}`,
      `${elsewhere}.${seal(elsewhere, TEST_KEY)}`,
      `lf_${'A'.repeat(43)}`,
      'x',
    ]
    for (const bearer of bad) {
      for (const path of ['/auth/me', '/health']) {
        expect((await ask('GET', path, undefined, bearer)).statusCode, `${path} ${bearer}`).toBe(401)
      }
    }
    const row = await database.queries.selectFrom('users').select('token_version').executeTakeFirstOrThrow()
    expect(row.token_version).toBe(1)
    expect((await ask('GET', '/auth/me', undefined, good)).statusCode).toBe(200)
  })
})

describe('a user', () => {
  test('is kept out of what is for admins', async () => {
    const {ask, register, accounts} = await openAuth()
    const bearer = await register('ann')
    const {id} = await accounts.show(localCaller('root'), 'boss')
    const tries: Array<[InjectOptions['method'], string, object?]> = [
      ['GET', '/auth/users'],
      ['POST', '/auth/users', {username: 'eve', password: PASSWORD, role: 'admin'}],
      ['GET', `/auth/users/${id}`],
      ['GET', '/auth/users/nobody'],
      ['PUT', '/auth/users/me', {role: 'admin'}],
      ['PUT', '/auth/users/ann', {active: false}],
      ['PUT', `/auth/users/${id}`, {full_name: 'x'}],
      ['DELETE', `/auth/users/${id}`],
      ['DELETE', '/auth/users/me'],
      ['POST', `/auth/users/${id}/password`, {password: 'another one'}],
      ['POST', '/auth/tokens', {name: 'x', scopes: ['admin']}],
      ['POST', '/auth/tokens', {name: 'x', scopes: ['read'], username: 'boss'}],
      ['GET', '/audit'],
    ]
    for (const [method, path, body] of tries) {
      expect((await ask(method, path, body, bearer)).statusCode, `${method} ${path}`).toBe(403)
      expect((await ask(method, path, body)).statusCode, `${method} ${path}`).toBe(401)
    }
    expect(await accounts.show(localCaller('root'), 'ann')).toMatchObject({role: 'user', active: true})
  })

  test('changes their own name and address, and nothing else', async () => {
    const {ask, register} = await openAuth()
    const bearer = await register('ann')
    const changed = await ask('PUT', '/auth/me', {full_name: 'Ann B.', email: 'ann@example.com'}, bearer)
    expect(changed.json()).toMatchObject({full_name: 'Ann B.', email: 'ann@example.com'})
    const without = await ask('PUT', '/auth/me', {email: null}, bearer)
    expect(without.json()).not.toHaveProperty('email')
    for (const body of [{role: 'admin'}, {password: 'another one'}, {}, {full_name: 5}, {id: 'x'}]) {
      expect((await ask('PUT', '/auth/me', body, bearer)).statusCode, JSON.stringify(body)).toBe(400)
    }
  })

  test('changes their password, which ends the session', async () => {
    const {ask, register, signIn} = await openAuth()
    const bearer = await register('ann')
    const change = (body: object) => ask('POST', '/auth/users/me/password', body, bearer)
    expect((await change({password: 'another one'})).statusCode).toBe(400)
    expect((await change({password: 'another one', current: 'wrong horse'})).statusCode).toBe(401)
    expect((await change({password: 'another one', current: PASSWORD})).statusCode).toBe(204)
    expect((await ask('GET', '/auth/me', undefined, bearer)).statusCode).toBe(401)
    expect(await signIn('ann', 'another one')).toEqual(expect.any(String))
  })

  test('has tokens for programs, each with its own rights', async () => {
    const {ask, register} = await openAuth()
    const bearer = await register('ann')
    const made = await ask('POST', '/auth/tokens', {name: 'ci', scopes: ['ingest']}, bearer)
    expect(made.statusCode).toBe(201)
    expect(made.headers['cache-control']).toBe('no-store')
    const {id, token} = made.json()
    const me = await ask('GET', '/auth/me', undefined, token)
    expect(me.json()).toMatchObject({username: 'ann', scopes: ['ingest'], token_id: id})
    expect((await ask('PUT', '/auth/me', {full_name: 'x'}, token)).statusCode).toBe(403)
    expect((await ask('POST', '/auth/tokens', {name: 'x', scopes: ['ingest']}, token)).statusCode).toBe(403)
    expect((await ask('POST', '/auth/logout', undefined, token)).statusCode).toBe(400)
    const listed = await ask('GET', '/auth/tokens', undefined, bearer)
    expect(listed.json().items).toMatchObject([{id, name: 'ci', prefix: token.slice(0, 9)}])
    expect(listed.body).not.toContain(token)
    expect((await ask('DELETE', `/auth/tokens/${id}`, undefined, bearer)).statusCode).toBe(204)
    expect((await ask('GET', '/auth/me', undefined, token)).statusCode).toBe(401)
    expect((await ask('DELETE', '/auth/tokens/..%2f..%2fx', undefined, bearer)).statusCode).toBe(404)
  })
})

describe('an admin', () => {
  test('makes, lists, changes and deletes accounts', async () => {
    const {ask, signIn} = await openAuth()
    const boss = await signIn('boss')
    for (const username of ['ann', 'bob', 'cyd']) {
      expect((await ask('POST', '/auth/users', {username, password: PASSWORD}, boss)).statusCode).toBe(201)
    }
    const names: string[] = []
    for (let cursor: string | undefined, pages = 0; pages < 10; pages++) {
      const page = await ask('GET', `/auth/users?limit=3${cursor ? `&cursor=${cursor}` : ''}`, undefined, boss)
      names.push(...page.json().items.map(({username}: {username: string}) => username))
      cursor = page.json().next_cursor
      if (!cursor) break
    }
    expect(names).toEqual(['boss', 'ann', 'bob', 'cyd'])
    const off = await ask('PUT', '/auth/users/ann', {active: false, role: 'admin'}, boss)
    expect(off.json()).toMatchObject({active: false, role: 'admin'})
    expect((await ask('POST', '/auth/users/bob/password', {password: 'another one'}, boss)).statusCode).toBe(204)
    expect(await signIn('bob', 'another one')).toEqual(expect.any(String))
    expect((await ask('DELETE', '/auth/users/cyd', undefined, boss)).statusCode).toBe(204)
    expect((await ask('GET', '/auth/users/cyd', undefined, boss)).statusCode).toBe(404)
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'page=2', 'cursor=gone']) {
      expect((await ask('GET', `/auth/users?${query}`, undefined, boss)).statusCode, query).toBe(400)
    }
  })

  test('does not take the last admin away', async () => {
    const {ask, signIn} = await openAuth()
    const boss = await signIn('boss')
    for (const [method, body] of [
      ['DELETE', undefined],
      ['PUT', {role: 'user'}],
      ['PUT', {active: false}],
    ] as const) {
      const answer = await ask(method, '/auth/users/me', body, boss)
      expect(answer.statusCode).toBe(400)
      expect(answer.json().error).toBe('this is the last admin who can sign in')
    }
    expect((await ask('GET', '/auth/me', undefined, boss)).statusCode).toBe(200)
  })

  test('reads the audit trail, a page at a time, and has it checked', async () => {
    const {ask, signIn, database} = await openAuth()
    const boss = await signIn('boss')
    await ask('POST', '/auth/login', {username: 'boss', password: 'wrong horse'})
    const page = (await ask('GET', '/audit?limit=2&verify=true', undefined, boss)).json()
    expect(page.entries.map(({event}: {event: string}) => event)).toEqual(['sign_in_failed', 'signed_in'])
    expect(page.entries[0]).toMatchObject({source: '127.0.0.1', operation_id: expect.any(String)})
    expect(page.chain).toEqual({rows: 3, head: expect.stringMatching(/^[0-9a-f]{64}$/), verified: true})
    const next = (await ask('GET', `/audit?limit=2&cursor=${page.next_cursor}`, undefined, boss)).json()
    expect(next.entries).toMatchObject([{seq: 1, event: 'user_created', subject_id: 'local:root'}])
    expect(next).not.toHaveProperty('next_cursor')
    const noted = `noted=${page.chain.rows}:${page.chain.head}`
    const held = await ask('GET', `/audit?verify=true&${noted}`, undefined, boss)
    expect(held.json().chain).toMatchObject({rows: 3, verified: true})
    await database.queries.updateTable('audit').set({subject_id: 'somebody else'}).where('seq', '=', 2).execute()
    expect((await ask('GET', '/audit?limit=0&verify=true', undefined, boss)).json().chain).toMatchObject({broken_at: 2})
    for (const query of ['limit=1001', 'cursor=0', 'cursor=1e300', 'noted=1', 'noted=1:x']) {
      expect((await ask('GET', `/audit?${query}`, undefined, boss)).statusCode, query).toBe(400)
    }
  })
})
