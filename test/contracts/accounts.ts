// Everything accounts.ts promises, run over every adapter: `accountsContract(name, open)` in a test file of the adapter.
// Names are made anew by each test, so that all of them share one set of accounts.

import {randomUUID} from 'node:crypto'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Accounts, Caller, NewUser, Scope, User} from '../../src/lib/accounts/accounts.js'
import {anonymous} from '../../src/lib/accounts/scopes.js'
import type {LogflowError} from '../../src/lib/errors/logflow-error.js'

/** Somebody at work: a remote adapter knows who they are by its token, a local one by the caller it is given. */
export interface Person {
  accounts: Accounts
  caller: Caller
}

export interface AccountsUnderTest {
  /** Who may do everything. */
  admin: Person
  /** Accounts as nobody in particular reaches them, for signing in and registering. */
  anybody: Accounts
  /** Accounts as whoever holds this bearer token (a JWT or a token for programs) reaches them. */
  holding(bearer: string): Promise<Person>
  close(): Promise<void>
}

const PASSWORD = 'correct horse'

export function accountsContract(name: string, open: () => Promise<AccountsUnderTest>): void {
  describe(name, {timeout: 60_000}, () => {
    let under: AccountsUnderTest
    let admin: Person
    beforeAll(async () => {
      under = await open()
      admin = under.admin
    })
    afterAll(() => under?.close())

    const newName = () => `u-${randomUUID().slice(0, 8)}`
    const create = (user: Partial<NewUser> = {}): Promise<User> =>
      admin.accounts.create(admin.caller, {username: newName(), password: PASSWORD, ...user})
    const bearerOf = async (username: string, password = PASSWORD) =>
      (await under.anybody.signIn({}, {username, password})).access_token
    const signedIn = async (username: string) => under.holding(await bearerOf(username))

    /** An account of this role, and its owner at work. */
    async function somebody(role: 'user' | 'admin' = 'user'): Promise<Person & {user: User; bearer: string}> {
      const user = await create({role})
      const bearer = await bearerOf(user.username)
      return {user, bearer, ...(await under.holding(bearer))}
    }

    const refused = async (code: LogflowError['code'], work: Promise<unknown>): Promise<LogflowError> => {
      const error = await work.then(
        (value) => expect.fail(`not refused: ${JSON.stringify(value)}`),
        (thrown) => thrown as LogflowError,
      )
      expect(error.code, error.message).toBe(code)
      return error
    }
    const ended = (bearer: string) => refused('UNAUTHORISED', under.anybody.authenticate(bearer, {}))

    describe('accounts', () => {
      test('are made with what is given, and shown without a secret', async () => {
        const username = newName()
        const user = await create({username, email: `${username}@example.com`, full_name: 'Änn B.', role: 'admin'})
        expect(user).toEqual({
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          username,
          email: `${username}@example.com`,
          full_name: 'Änn B.',
          role: 'admin',
          active: true,
          created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
          updated_at: user.created_at,
        })
        expect(await create()).toMatchObject({role: 'user', active: true})
        expect(JSON.stringify(await admin.accounts.list(admin.caller, {limit: 1_000}))).not.toMatch(/\$2b\$|password/)
      })

      test('have a name of their own without regard to case, and an address', async () => {
        const {username} = await create({email: `${newName()}@Example.com`})
        const again = await refused('ALREADY_THERE', create({username: username.toUpperCase()}))
        const email = `${newName()}@example.com`
        await create({email})
        const sameAddress = await refused('ALREADY_THERE', create({email: email.toUpperCase()}))
        expect(sameAddress.message).toBe(again.message)
      })

      test.each([
        {username: 'a b'},
        {username: '../etc'},
        {username: 'me'},
        {email: 'nowhere'},
        {password: 'short'},
        {password: 'x'.repeat(73)},
        {full_name: '\x1b[31m'},
      ])('%j is wrong use', async (fields) => {
        await refused('USAGE', create(fields))
      })

      test('of two made at once with one name, one is', async () => {
        const username = newName()
        const made = await Promise.allSettled([1, 2, 3, 4].map(() => create({username})))
        expect(made.filter(({status}) => status === 'fulfilled')).toHaveLength(1)
        for (const one of made) if (one.status === 'rejected') expect(one.reason.code).toBe('ALREADY_THERE')
        expect(await admin.accounts.show(admin.caller, username)).toMatchObject({username})
      })

      test('there is an admin', async () => {
        expect(await under.anybody.any()).toBe(true)
      })

      test('are listed a page at a time, each once, newest last', async () => {
        const made = []
        for (let count = 0; count < 5; count++) made.push((await create()).id)
        const seen: string[] = []
        for (let after: string | undefined; ; ) {
          const page = await admin.accounts.list(admin.caller, {limit: 2, ...(after ? {after} : {})})
          expect(page.length).toBeLessThanOrEqual(2)
          if (page.length === 0) break
          seen.push(...page.map(({id}) => id))
          after = seen.at(-1)
        }
        expect(new Set(seen).size).toBe(seen.length)
        const places = made.map((id) => seen.indexOf(id))
        expect(Math.min(...places)).toBeGreaterThanOrEqual(0)
      })

      test('are shown by id, or by name without regard to case', async () => {
        const user = await create()
        expect(await admin.accounts.show(admin.caller, user.id)).toEqual(user)
        expect(await admin.accounts.show(admin.caller, user.username.toUpperCase())).toEqual(user)
        for (const who of [newName(), randomUUID(), '%', '../..', "x' or '1'='1"]) {
          await refused('NOT_FOUND', admin.accounts.show(admin.caller, who))
        }
      })

      test('are changed in what is named, and in nothing else', async () => {
        const user = await create({email: `${newName()}@example.com`, full_name: 'Old'})
        const username = newName()
        const changed = await admin.accounts.update(admin.caller, user.username, {username, email: null, role: 'admin'})
        expect(changed).toMatchObject({id: user.id, username, full_name: 'Old', role: 'admin', active: true})
        expect(changed).not.toHaveProperty('email')
        expect(await admin.accounts.show(admin.caller, username)).toEqual(changed)
        await refused('NOT_FOUND', admin.accounts.show(admin.caller, user.username))
        await refused('ALREADY_THERE', admin.accounts.update(admin.caller, (await create()).id, {username}))
      })

      test('that are deleted are gone, with their sessions and tokens', async () => {
        const {user, accounts, caller, bearer} = await somebody()
        const {token} = await accounts.createToken(caller, {name: 'ci', scopes: ['read']})
        await admin.accounts.remove(admin.caller, user.username)
        await refused('NOT_FOUND', admin.accounts.show(admin.caller, user.id))
        await refused('NOT_FOUND', admin.accounts.remove(admin.caller, user.id))
        await ended(bearer)
        await ended(token)
        await refused('UNAUTHORISED', under.anybody.signIn({}, {username: user.username, password: PASSWORD}))
      })
    })

    describe('a user', () => {
      test('sees and changes what is theirs', async () => {
        const {user, accounts, caller} = await somebody()
        expect(await accounts.show(caller, user.username)).toMatchObject({id: user.id})
        expect((await accounts.list(caller)).map(({id}) => id)).toEqual([user.id])
        expect(await accounts.update(caller, user.id, {full_name: 'New'})).toMatchObject({full_name: 'New'})
      })

      test('gets one answer for every other account, there or not', async () => {
        const {accounts, caller} = await somebody()
        const other = await create()
        const there = await refused('FORBIDDEN', accounts.show(caller, other.username))
        const notThere = await refused('FORBIDDEN', accounts.show(caller, newName()))
        expect(notThere.message).toBe(there.message)
        await refused('FORBIDDEN', accounts.update(caller, other.id, {full_name: 'x'}))
        await refused('FORBIDDEN', accounts.setPassword(caller, other.id, {password: 'another one'}))
        await refused('FORBIDDEN', accounts.remove(caller, other.id))
        expect(await admin.accounts.show(admin.caller, other.id)).toEqual(other)
      })

      test('does not make themselves an admin, nor anybody else', async () => {
        const {user, accounts, caller} = await somebody()
        await refused('FORBIDDEN', accounts.update(caller, user.id, {role: 'admin'}))
        await refused('FORBIDDEN', accounts.update(caller, user.id, {username: newName()}))
        await refused('FORBIDDEN', accounts.create(caller, {username: newName(), password: PASSWORD, role: 'admin'}))
        await refused('FORBIDDEN', accounts.create(caller, {username: newName(), password: PASSWORD}))
        await refused('FORBIDDEN', accounts.remove(caller, user.id))
        await refused('FORBIDDEN', accounts.audit(caller, {limit: 1}))
        await refused('FORBIDDEN', accounts.createToken(caller, {name: 'x', scopes: ['admin']}))
        expect(await admin.accounts.show(admin.caller, user.id)).toMatchObject({role: 'user'})
      })
    })

    describe('registering', () => {
      test('makes a user that can sign in, never an admin', async () => {
        const nobody = anonymous({})
        const username = newName()
        const user = await under.anybody.create(nobody, {username, password: PASSWORD})
        expect(user).toMatchObject({username, role: 'user', active: true})
        expect((await signedIn(username)).caller.role).toBe('user')
      })

      test('gives nobody a name that is taken for the administrator', async () => {
        await refused('ALREADY_THERE', under.anybody.create(anonymous({}), {username: 'Root', password: PASSWORD}))
      })
    })

    describe('signing in', () => {
      test('gives a token that says who it is', async () => {
        const user = await create()
        const signed = await under.anybody.signIn({}, {username: user.username.toUpperCase(), password: PASSWORD})
        expect(signed).toEqual({access_token: expect.any(String), token_type: 'bearer', expires_in: expect.any(Number)})
        expect(signed.expires_in).toBeGreaterThan(0)
        const caller = await under.anybody.authenticate(signed.access_token, {})
        expect(caller).toMatchObject({subject: user.id, username: user.username, role: 'user'})
        expect([...caller.scopes].sort()).toEqual(['alerts', 'ingest', 'read'])
        expect(caller).not.toHaveProperty('tokenId')
        expect(await admin.accounts.show(admin.caller, user.id)).toHaveProperty('last_sign_in_at')
      })

      test('fails alike for a wrong password, no such account, and one that is switched off', async () => {
        const {username, id} = await create()
        const off = await create()
        await admin.accounts.update(admin.caller, off.id, {active: false})
        const tries = [
          {username, password: 'wrong horse'},
          {username, password: ''},
          {username: newName(), password: PASSWORD},
          {username: "' or 1=1 --", password: PASSWORD},
          {username: off.username, password: PASSWORD},
        ]
        const messages = new Set<string>()
        for (const each of tries) messages.add((await refused('UNAUTHORISED', under.anybody.signIn({}, each))).message)
        expect([...messages]).toEqual(['wrong username or password'])
        expect(await admin.accounts.show(admin.caller, id)).not.toHaveProperty('last_sign_in_at')
      })

      test('a bearer that is none is refused', async () => {
        for (const bearer of ['x', 'a.b.c', `lf_${'A'.repeat(43)}`]) await ended(bearer)
      })
    })

    describe('a session', () => {
      test('ends when it is signed out; others of the same person go on', async () => {
        const {user, bearer} = await somebody()
        const other = await bearerOf(user.username)
        await (await under.holding(bearer)).accounts.signOut(bearer, {})
        await ended(bearer)
        expect(await under.anybody.authenticate(other, {})).toMatchObject({subject: user.id})
      })

      test('ends when the account is switched off, and does not come back with it', async () => {
        const {user, bearer} = await somebody()
        await admin.accounts.update(admin.caller, user.id, {active: false})
        await ended(bearer)
        await admin.accounts.update(admin.caller, user.id, {active: true})
        await ended(bearer)
        expect((await signedIn(user.username)).caller.subject).toBe(user.id)
      })

      test('ends when the role changes', async () => {
        const {user, bearer} = await somebody('admin')
        await admin.accounts.update(admin.caller, user.id, {role: 'user'})
        await ended(bearer)
        expect((await signedIn(user.username)).caller.role).toBe('user')
      })

      test('goes on when something else changes', async () => {
        const {user, bearer} = await somebody()
        await admin.accounts.update(admin.caller, user.id, {full_name: 'New', active: true, role: 'user'})
        expect(await under.anybody.authenticate(bearer, {})).toMatchObject({subject: user.id})
      })
    })

    describe('a password', () => {
      test('is changed by its owner with the current one, and ends every session', async () => {
        const {user, accounts, caller, bearer} = await somebody()
        await refused('USAGE', accounts.setPassword(caller, user.id, {password: 'another one'}))
        const wrong = {password: 'another one', current: 'wrong horse'}
        await refused('UNAUTHORISED', accounts.setPassword(caller, user.id, wrong))
        await refused('USAGE', accounts.setPassword(caller, user.id, {password: 'short', current: PASSWORD}))
        expect(await under.anybody.authenticate(bearer, {})).toMatchObject({subject: user.id})
        await accounts.setPassword(caller, user.username, {password: 'another one', current: PASSWORD})
        await ended(bearer)
        await refused('UNAUTHORISED', under.anybody.signIn({}, {username: user.username, password: PASSWORD}))
        await bearerOf(user.username, 'another one')
      })

      test('of another is set by an admin', async () => {
        const {user, bearer} = await somebody()
        await admin.accounts.setPassword(admin.caller, user.username, {password: 'another one'})
        await ended(bearer)
        await bearerOf(user.username, 'another one')
      })
    })

    describe('a token for programs', () => {
      test('is shown once, and may do what its scopes say', async () => {
        const {user, accounts, caller} = await somebody()
        const made = await accounts.createToken(caller, {
          name: 'ci',
          scopes: ['ingest', 'ingest'],
          expires_at: '2999-01-01T00:00:00Z',
        })
        expect(made).toEqual({
          id: expect.any(String),
          name: 'ci',
          token: expect.stringMatching(/^lf_[A-Za-z0-9_-]{43}$/),
          prefix: made.token.slice(0, 9),
          scopes: ['ingest'],
          username: user.username,
          created_at: expect.any(String),
          expires_at: '2999-01-01T00:00:00.000Z',
        })
        const holder = await under.anybody.authenticate(made.token, {})
        expect(holder).toMatchObject({subject: user.id, username: user.username, role: 'user', tokenId: made.id})
        expect([...holder.scopes]).toEqual(['ingest'])
        const {token: _, ...shown} = made
        const [listed] = await accounts.listTokens(caller)
        expect(listed).toEqual({...shown, last_used_at: expect.any(String)})
      })

      test('cannot make itself stronger: it changes no account and makes no token', async () => {
        const person = await somebody('admin')
        const {token} = await person.accounts.createToken(person.caller, {name: 'r', scopes: ['read', 'ingest']})
        const {accounts, caller} = await under.holding(token)
        const {id} = person.user
        await refused('FORBIDDEN', accounts.createToken(caller, {name: 'x', scopes: ['admin']}))
        await refused('FORBIDDEN', accounts.createToken(caller, {name: 'x', scopes: ['read']}))
        await refused('FORBIDDEN', accounts.update(caller, id, {full_name: 'x'}))
        await refused('FORBIDDEN', accounts.setPassword(caller, id, {password: 'another one', current: PASSWORD}))
        await refused('FORBIDDEN', accounts.create(caller, {username: newName(), password: PASSWORD}))
        await refused('FORBIDDEN', accounts.audit(caller, {limit: 1}))
        expect((await accounts.list(caller)).map((user) => user.id)).toEqual([id])
      })

      test('with the scope admin works as an admin, until its owner is none any more', async () => {
        const person = await somebody('admin')
        const {token} = await person.accounts.createToken(person.caller, {name: 'a', scopes: ['admin']})
        const {accounts, caller} = await under.holding(token)
        const made = await accounts.create(caller, {username: newName(), password: PASSWORD})
        expect(made.role).toBe('user')
        await admin.accounts.update(admin.caller, person.user.id, {role: 'user'})
        expect([...(await under.anybody.authenticate(token, {})).scopes]).toEqual([])
      })

      test('is revoked by its owner or an admin, and by nobody else', async () => {
        const owner = await somebody()
        const other = await somebody()
        const first = await owner.accounts.createToken(owner.caller, {name: 'one', scopes: ['read']})
        const second = await owner.accounts.createToken(owner.caller, {name: 'two', scopes: ['read']})
        await refused('NOT_FOUND', other.accounts.revokeToken(other.caller, first.id))
        expect(await other.accounts.listTokens(other.caller)).toEqual([])
        await owner.accounts.revokeToken(owner.caller, first.id)
        await admin.accounts.revokeToken(admin.caller, second.id)
        await ended(first.token)
        await ended(second.token)
        await refused('NOT_FOUND', admin.accounts.revokeToken(admin.caller, randomUUID()))
        const listed = await owner.accounts.listTokens(owner.caller)
        expect(listed.map(({name, revoked_at}) => [name, typeof revoked_at])).toEqual([
          ['one', 'string'],
          ['two', 'string'],
        ])
      })

      test('is made for another by an admin alone, with scopes that the other may have', async () => {
        const user = await create()
        const scopes: Scope[] = ['ingest']
        const made = await admin.accounts.createToken(admin.caller, {name: 'ci', scopes, username: user.username})
        expect(made.username).toBe(user.username)
        const {caller, accounts} = await under.holding(made.token)
        expect(caller).toMatchObject({subject: user.id, role: 'user'})
        const tooMuch = {name: 'ci', scopes: ['admin'] as Scope[], username: user.username}
        await refused('FORBIDDEN', admin.accounts.createToken(admin.caller, tooMuch))
        await refused(
          'FORBIDDEN',
          accounts.createToken(caller, {name: 'x', scopes, username: admin.caller.username ?? ''}),
        )
      })

      test('ends while its owner is switched off, and stays when the password changes', async () => {
        const {user, accounts, caller} = await somebody()
        const {token} = await accounts.createToken(caller, {name: 'ci', scopes: ['read']})
        await admin.accounts.setPassword(admin.caller, user.id, {password: 'another one'})
        expect(await under.anybody.authenticate(token, {})).toMatchObject({subject: user.id})
        await admin.accounts.update(admin.caller, user.id, {active: false})
        await ended(token)
      })
    })

    describe('the audit trail', () => {
      const audit = (question: Partial<Parameters<Accounts['audit']>[1]>) =>
        admin.accounts.audit(admin.caller, {limit: 50, ...question})

      test('has a row for each thing that was done, newest first, and no secret', async () => {
        const {user, bearer, accounts, caller} = await somebody()
        const made = await accounts.createToken(caller, {name: 'ci', scopes: ['read']})
        await accounts.revokeToken(caller, made.id)
        await accounts.setPassword(caller, user.id, {password: 'another one', current: PASSWORD})
        const {entries} = await audit({subject: user.id})
        expect(entries.map(({event}) => event)).toEqual([
          'password_changed',
          'token_revoked',
          'token_created',
          'signed_in',
        ])
        expect(entries.map(({object_id}) => object_id)).toEqual([user.id, made.id, made.id, undefined])
        const text = JSON.stringify(await audit({limit: 1_000}))
        for (const secret of [PASSWORD, 'another one', 'wrong horse', bearer, made.token, '$2b$']) {
          expect(text).not.toContain(secret)
        }
      })

      test('tells what was changed, by whom, and what failed', async () => {
        const {id, username} = await create()
        await admin.accounts.update(admin.caller, id, {role: 'admin', email: `${username}@example.com`})
        await refused('UNAUTHORISED', under.anybody.signIn({}, {username, password: 'wrong horse'}))
        await admin.accounts.remove(admin.caller, id)
        const [deleted] = (await audit({event: 'user_deleted', limit: 1})).entries
        expect(deleted).toMatchObject({subject_id: admin.caller.subject, object_id: id, details: {username}})
        const [failed] = (await audit({event: 'sign_in_failed', limit: 1})).entries
        expect(failed).toMatchObject({subject_id: 'anonymous', object_id: id, reason_code: 'wrong_password'})
        const [updated] = (await audit({event: 'user_updated', limit: 1})).entries
        expect(updated).toMatchObject({
          object_id: id,
          details: {changed: ['email', 'role'], from: {role: 'user'}, to: {role: 'admin'}},
        })
      })

      test('does not keep a name that no account has: it may be a password', async () => {
        await refused('UNAUTHORISED', under.anybody.signIn({}, {username: 'my-secret-pass', password: PASSWORD}))
        const {entries} = await audit({event: 'sign_in_failed', limit: 1})
        expect(entries[0]).toMatchObject({reason_code: 'unknown_account'})
        expect(JSON.stringify(entries)).not.toContain('my-secret-pass')
      })

      test('is read a page at a time, and holds together', async () => {
        await create()
        const first = await audit({limit: 2})
        expect(first.entries).toHaveLength(2)
        expect(first.chain).toEqual({rows: first.entries[0]?.seq, head: expect.any(String), verified: false})
        const next = await audit({limit: 2, before: first.entries[1]?.seq})
        expect(next.entries.map(({seq}) => seq)).toEqual([2, 3].map((back) => (first.entries[0]?.seq ?? 0) - back))
        const {chain} = await audit({verify: true})
        expect(chain).toEqual({rows: first.chain.rows, head: first.chain.head, verified: true})
        expect(chain.head).toMatch(/^[0-9a-f]{64}$/)
        const noted = {rows: chain.rows, head: chain.head}
        await create()
        expect((await audit({verify: true, noted})).chain).not.toHaveProperty('broken_at')
        const other = {...noted, head: '0'.repeat(64)}
        expect((await audit({verify: true, noted: other})).chain.broken_at).toBe(noted.rows)
      })
    })
  })
}
