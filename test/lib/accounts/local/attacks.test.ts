import {randomUUID} from 'node:crypto'
import {describe, expect, onTestFinished, test} from 'vitest'
import type {Caller} from '../../../../src/lib/accounts/accounts.js'
import {bcryptPasswords, type Passwords} from '../../../../src/lib/accounts/passwords.js'
import {localCaller} from '../../../../src/lib/accounts/scopes.js'
import type {Database} from '../../../../src/lib/database/database.js'
import {accountsOver, openTestDatabase} from '../../../support/open-accounts.js'

// What somebody hostile may try against accounts in the database: guessing, finding out who is there, and changing what
// the trail says. Time is passed in, and work is counted: nothing here waits or measures.

const ROOT = localCaller('root')
const PASSWORD = 'correct horse'
const WRONG = 'wrong horse'

/** Accounts with a clock that is set by hand, and a count of comparisons. */
async function openGuarded() {
  const database = await openTestDatabase()
  onTestFinished(() => database.close())
  let now = Date.parse('2026-11-21T10:00:00Z')
  let compared = 0
  const results: string[] = []
  const audited: Array<Record<string, unknown>> = []
  const quick = bcryptPasswords(4)
  const passwords: Passwords = {
    hash: quick.hash,
    verify: (password, hash) => {
      compared++
      return quick.verify(password, hash)
    },
  }
  const accounts = accountsOver(database, {
    passwords,
    now: () => new Date(now),
    signals: {
      counters: {authAttempt: (result) => results.push(result), userRegistered: () => {}},
      log: {audit: (event, fields) => audited.push({event, ...fields}), error: () => {}},
    },
  })
  await accounts.create(ROOT, {username: 'ann', password: PASSWORD, role: 'admin'})
  const attempt = async (username: string, password: string, source = '192.0.2.1'): Promise<string> => {
    try {
      await accounts.signIn({source}, {username, password})
      return 'in'
    } catch (error) {
      return (error as {code: string}).code
    }
  }
  const times = async (count: number, each: (index: number) => Promise<string>): Promise<string[]> => {
    const all: string[] = []
    for (let index = 0; index < count; index++) all.push(await each(index))
    return all
  }
  return {
    accounts,
    database,
    attempt,
    times,
    results,
    audited,
    pass: (seconds: number) => {
      now += seconds * 1_000
    },
    counted: () => compared,
  }
}

describe('guessing', () => {
  test('one source waits longer and longer, and the right password gets in after the wait', async () => {
    const {attempt, times, pass, results} = await openGuarded()
    expect(await times(6, () => attempt('ann', WRONG))).toEqual([...Array(5).fill('UNAUTHORISED'), 'THROTTLED'])
    // Also with the right password: whether it is right is not told.
    expect(await attempt('ann', PASSWORD)).toBe('THROTTLED')
    pass(1)
    expect(await attempt('ann', WRONG)).toBe('UNAUTHORISED')
    pass(1)
    expect(await attempt('ann', PASSWORD)).toBe('THROTTLED')
    pass(1)
    expect(await attempt('ann', PASSWORD)).toBe('in')
    expect(await times(5, () => attempt('ann', WRONG))).toEqual(Array(5).fill('UNAUTHORISED'))
    expect(results.filter((result) => result === 'throttled')).toHaveLength(3)
  })

  test('tries that are refused do not make the wait longer', async () => {
    const {attempt, times, pass} = await openGuarded()
    await times(5, () => attempt('ann', WRONG))
    expect(new Set(await times(50, () => attempt('ann', WRONG)))).toEqual(new Set(['THROTTLED']))
    pass(1)
    expect(await attempt('ann', PASSWORD)).toBe('in')
  })

  test('the owner gets in at once from elsewhere, however hard an account is attacked', async () => {
    const {attempt, times} = await openGuarded()
    await times(300, (index) => attempt('ann', WRONG, `198.51.100.${index % 250}`))
    expect(await attempt('ann', PASSWORD, '203.0.113.9')).toBe('in')
  })

  test('an account that is guessed at from many places gives each of them one try', async () => {
    const {attempt, times, pass} = await openGuarded()
    await times(120, (index) => attempt('ann', WRONG, `198.51.100.${index}`))
    expect(await attempt('ann', WRONG, '203.0.113.9')).toBe('UNAUTHORISED')
    expect(await attempt('ann', WRONG, '203.0.113.9')).toBe('THROTTLED')
    pass(15 * 60)
    expect(await attempt('ann', PASSWORD, '203.0.113.9')).toBe('in')
  })

  test('one source that tries many accounts waits for all of them', async () => {
    const {attempt, times} = await openGuarded()
    await times(20, (index) => attempt(`user-${index}`, WRONG))
    expect(await attempt('user-20', WRONG)).toBe('THROTTLED')
    expect(await attempt('ann', PASSWORD)).toBe('THROTTLED')
    expect(await attempt('ann', PASSWORD, '203.0.113.9')).toBe('in')
  })

  test('signing in to an account of one’s own does not wipe away the failures of others', async () => {
    const {accounts, attempt, times} = await openGuarded()
    await accounts.create(ROOT, {username: 'eve', password: PASSWORD})
    await times(20, async (index) => {
      if (index % 3 === 0) await attempt('eve', PASSWORD)
      return attempt(`user-${index}`, WRONG)
    })
    expect(await attempt('eve', PASSWORD)).toBe('THROTTLED')
  })

  test('many tries at once are counted one after the other', async () => {
    const {attempt, counted} = await openGuarded()
    const all = await Promise.all(Array.from({length: 40}, () => attempt('ann', WRONG)))
    expect(all.filter((code) => code === 'UNAUTHORISED')).toHaveLength(5)
    expect(all.filter((code) => code === 'THROTTLED')).toHaveLength(35)
    expect(counted()).toBe(5)
  })

  test('the addresses of one IPv6 network are one source', async () => {
    const {attempt, times} = await openGuarded()
    await times(5, (index) => attempt('ann', WRONG, `2001:db8:1:2::${index}`))
    expect(await attempt('ann', WRONG, '2001:db8:1:2:ffff::1')).toBe('THROTTLED')
    expect(await attempt('ann', PASSWORD, '2001:db8:1:3::1')).toBe('in')
  })

  test('the password until now cannot be guessed through a session that was stolen', async () => {
    const {accounts, times} = await openGuarded()
    const {access_token} = await accounts.signIn({source: '192.0.2.1'}, {username: 'ann', password: PASSWORD})
    const caller = await accounts.authenticate(access_token, {source: '192.0.2.1'})
    const change = () =>
      accounts.setPassword(caller, 'ann', {password: 'mine from now on', current: WRONG}).then(
        () => 'changed',
        (error: {code: string}) => error.code,
      )
    expect(await times(6, change)).toEqual([...Array(5).fill('UNAUTHORISED'), 'THROTTLED'])
  })

  test('what was counted is forgotten after a day, and takes no room for ever', async () => {
    const {attempt, times, pass, database} = await openGuarded()
    await times(10, (index) => attempt(randomUUID(), WRONG, `198.51.100.${index}`))
    pass(86_401)
    await attempt('ann', WRONG)
    expect(await database.queries.selectFrom('sign_in_failures').select('key').execute()).toHaveLength(3)
  })
})

describe('finding out who is there', () => {
  test('takes the same work: one comparison, the same rows written', async () => {
    const {accounts, attempt, counted, database} = await openGuarded()
    await accounts.create(ROOT, {username: 'off', password: PASSWORD})
    await accounts.update(ROOT, 'off', {active: false})
    const work: string[] = []
    for (const [index, [username, password]] of [
      ['ann', WRONG],
      ['nobody', WRONG],
      ['off', PASSWORD],
      ["' or ''='", WRONG],
    ].entries()) {
      const before = {compared: counted(), audit: await rowsOf(database, 'audit')}
      await attempt(username as string, password as string, `192.0.2.${index}`)
      const failures = await rowsOf(database, 'sign_in_failures')
      const audit = (await rowsOf(database, 'audit')) - before.audit
      work.push(`${counted() - before.compared} compared, ${audit} audited, ${failures / (index + 1)} counted`)
    }
    expect(new Set(work)).toEqual(new Set(['1 compared, 1 audited, 3 counted']))
  })

  test('a throttled try compares nothing, whoever it is for', async () => {
    const {attempt, times, counted} = await openGuarded()
    for (const [username, source] of [
      ['ann', '192.0.2.1'],
      ['nobody', '192.0.2.2'],
    ] as const) {
      await times(5, () => attempt(username, WRONG, source))
      const before = counted()
      expect(await attempt(username, WRONG, source)).toBe('THROTTLED')
      expect(counted()).toBe(before)
    }
  })
})

async function rowsOf(database: Database, table: 'audit' | 'sign_in_failures'): Promise<number> {
  const {n} = await database.queries
    .selectFrom(table)
    .select((row) => row.fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  return Number(n)
}

describe('sessions and tokens end by the clock', () => {
  test('a session at its second, a token at its time', async () => {
    const {accounts, pass} = await openGuarded()
    const {access_token, expires_in} = await accounts.signIn({}, {username: 'ann', password: PASSWORD})
    const {token} = await accounts.createToken(ROOT, {
      name: 'ci',
      scopes: ['read'],
      username: 'ann',
      expires_at: '2026-11-21T10:20:00+00:00',
    })
    const good = (bearer: string) =>
      accounts.authenticate(bearer, {}).then(
        () => true,
        () => false,
      )
    pass(1_199)
    expect([await good(access_token), await good(token)]).toEqual([true, true])
    pass(1)
    expect([await good(access_token), await good(token)]).toEqual([true, false])
    pass(expires_in - 1_201)
    expect(await good(access_token)).toBe(true)
    pass(1)
    expect(await good(access_token)).toBe(false)
  })

  test('what was signed out is remembered as long as it matters', async () => {
    const {accounts, database, pass} = await openGuarded()
    const signIn = async () => (await accounts.signIn({}, {username: 'ann', password: PASSWORD})).access_token
    await accounts.signOut(await signIn(), {})
    pass(3_600)
    await accounts.signOut(await signIn(), {})
    expect(await database.queries.selectFrom('sessions_revoked').select('jti').execute()).toHaveLength(1)
  })
})

describe('the last admin', () => {
  test('of two who remove each other at once, one stays', async () => {
    const {accounts} = await openGuarded()
    await accounts.create(ROOT, {username: 'bob', password: PASSWORD, role: 'admin'})
    const removed = await Promise.allSettled([
      accounts.remove(ROOT, 'ann'),
      accounts.update(ROOT, 'bob', {role: 'user'}),
    ])
    expect(removed.map(({status}) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await accounts.any()).toBe(true)
  })

  test('who is switched off does not count', async () => {
    const {accounts} = await openGuarded()
    await accounts.create(ROOT, {username: 'bob', password: PASSWORD, role: 'admin'})
    await accounts.update(ROOT, 'bob', {active: false})
    await expect(accounts.remove(ROOT, 'ann')).rejects.toMatchObject({code: 'USAGE'})
    await accounts.remove(ROOT, 'bob')
  })
})

describe('the audit trail', () => {
  async function withRows() {
    const opened = await openGuarded()
    for (const username of ['bob', 'cyd', 'dan', 'eli']) {
      await opened.accounts.create(ROOT, {username, password: PASSWORD})
    }
    const check = async (noted?: {rows: number; head: string}) => {
      const question = {limit: 0, verify: true, ...(noted ? {noted} : {})}
      return (await opened.accounts.audit(ROOT, question)).chain
    }
    return {...opened, check, queries: opened.database.queries}
  }

  test('is whole as it is made', async () => {
    const {check} = await withRows()
    expect(await check()).toMatchObject({rows: 5, verified: true})
    expect(await check()).not.toHaveProperty('broken_at')
  })

  test('tells the own log of each row, once it is kept', async () => {
    const {audited} = await withRows()
    expect(audited.map(({event, audit_seq}) => [event, audit_seq])).toEqual(
      [1, 2, 3, 4, 5].map((seq) => ['user_created', seq]),
    )
  })

  test('a row changed, taken out, put in', async () => {
    const changed = await withRows()
    await changed.queries.updateTable('audit').set({subject_id: 'x'}).where('seq', '=', 3).execute()
    expect((await changed.check()).broken_at).toBe(3)
    const out = await withRows()
    await out.queries.deleteFrom('audit').where('seq', '=', 2).execute()
    expect((await out.check()).broken_at).toBe(2)
    const inside = await withRows()
    const last = await inside.queries.selectFrom('audit').selectAll().where('seq', '=', 5).executeTakeFirstOrThrow()
    await inside.queries
      .insertInto('audit')
      .values({...last, seq: 6})
      .execute()
    expect((await inside.check()).broken_at).toBe(6)
    const before = await withRows()
    await before.queries
      .insertInto('audit')
      .values({...last, seq: 0})
      .execute()
    expect((await before.check()).broken_at).toBe(0)
  })

  test('rows cut off the end, also when others are appended after', async () => {
    const {accounts, queries, check} = await withRows()
    await queries.deleteFrom('audit').where('seq', '>', 3).execute()
    expect((await check()).broken_at).toBe(4)
    await accounts.create(ROOT, {username: 'fay', password: PASSWORD})
    expect((await check()).broken_at).toBe(4)
  })

  test('all rows taken away, and the head with them: found by what was noted', async () => {
    const {queries, check} = await withRows()
    const {rows, head} = await check()
    await queries.deleteFrom('audit').execute()
    expect((await check()).broken_at).toBe(1)
    await queries.deleteFrom('system_config').where('key', '=', 'audit_head').execute()
    expect(await check()).not.toHaveProperty('broken_at')
    expect((await check({rows, head})).broken_at).toBe(5)
  })

  test('many who append at once make one chain', async () => {
    const {accounts, check} = await withRows()
    const names = Array.from({length: 20}, (_, index) => `many-${index}`)
    await Promise.all(names.map((username) => accounts.create(ROOT, {username, password: PASSWORD})))
    expect(await check()).toEqual({rows: 25, head: expect.any(String), verified: true})
  })

  test('what a caller brings along stands in its row', async () => {
    const {accounts} = await withRows()
    const caller: Caller = {...ROOT, source: '192.0.2.7', operation: 'req-1'}
    await accounts.update(caller, 'bob', {full_name: 'Bob B.'})
    const [row] = (await accounts.audit(ROOT, {limit: 1})).entries
    expect(row).toMatchObject({source: '192.0.2.7', operation_id: 'req-1', details: {changed: ['full_name']}})
  })
})
