import {beforeAll, describe, expect, test} from 'vitest'
import {buildLogflow, emptyHome, type Ran, runLogflow} from '../support/run-logflow.js'

// Accounts, tokens and the audit trail from the command line, on the machine itself.

beforeAll(buildLogflow)

const PASSWORD = 'correct horse'

/** Commands of one installation, which share a home. */
function installation() {
  const home = emptyHome()
  const run = (args: string[], input = '', env: Record<string, string> = {}): Promise<Ran> =>
    runLogflow(args, {home, input, env})
  const json = async (args: string[], input = '', env: Record<string, string> = {}) => {
    const ran = await run([...args, '-o', 'json'], input, env)
    expect(ran, args.join(' ')).toMatchObject({status: 0})
    expect(`${ran.stdout}${ran.stderr}`).not.toContain(PASSWORD)
    return JSON.parse(ran.stdout)
  }
  const create = (name: string, ...flags: string[]) =>
    json(['users', 'create', name, '--password-stdin', ...flags], `${PASSWORD}\n`)
  return {home, run, json, create}
}

test('an account from its making to its end', async () => {
  const {run, json, create} = installation()
  const none = await run(['users', 'list'])
  expect(none).toMatchObject({status: 0, stdout: ''})
  expect(none.stderr).toBe('no accounts yet: logflow users create NAME --admin makes the first\n')

  const ada = await create('ada', '--admin')
  expect(ada).toMatchObject({username: 'ada', role: 'admin', active: true})
  const bob = await json(['users', 'create', 'bob', '--email', 'bob@example.com'], '', {LOGFLOW_PASSWORD: PASSWORD})
  expect(bob).toMatchObject({username: 'bob', role: 'user', email: 'bob@example.com'})

  const table = await run(['users', 'list', '-o', 'table'])
  expect(table.stdout.split('\n').map((line) => line.trim().split(/\s{2,}/))).toEqual([
    ['username', 'role', 'active', 'email', 'last sign-in', 'id'],
    ['ada', 'admin', 'yes', '-', '-', ada.id],
    ['bob', 'user', 'yes', 'bob@example.com', '-', bob.id],
    [''],
  ])
  expect(await json(['users', 'show', 'BOB'])).toEqual(bob)

  const changed = await json(['users', 'update', 'bob', '--email', '', '--full-name', 'Bob B.', '--disable'])
  expect(changed).toMatchObject({full_name: 'Bob B.', active: false})
  expect(changed).not.toHaveProperty('email')
  expect(await json(['users', 'update', 'bob', '--enable', '--role', 'admin'])).toMatchObject({
    active: true,
    role: 'admin',
  })
  expect(await json(['users', 'passwd', 'bob', '--password-stdin'], 'another one')).toEqual({
    username: 'bob',
    id: bob.id,
  })
  expect(await json(['users', 'delete', 'bob', '--yes'])).toEqual({deleted: 'bob', id: bob.id})

  const events = (await json(['audit'])).map((entry: Record<string, unknown>) => [entry.event, entry.object_id])
  expect(events).toEqual([
    ['user_created', ada.id],
    ['user_created', bob.id],
    ['user_updated', bob.id],
    ['user_updated', bob.id],
    ['password_changed', bob.id],
    ['user_deleted', bob.id],
  ])
  const updates = await json(['audit', '--event', 'user_updated', '--limit', '1'])
  expect(updates).toMatchObject([
    {seq: 4, subject_id: expect.stringMatching(/^local:/), details: {to: {role: 'admin'}}},
  ])
})

describe('refused in one line, with what to do', () => {
  test.each<[string, string[], string, number, RegExp]>([
    [
      'a password on the command line',
      ['create', 'eve', '--password', 'x'],
      '',
      2,
      /^error: unknown flag --password\n/,
    ],
    ['no password', ['create', 'eve'], '', 2, /^error: there is no terminal .*\n {2}Give it with --password-stdin/],
    ['a name that is taken', ['create', 'ADA', '--password-stdin'], PASSWORD, 2, /^error: that username or email/],
    ['nobody', ['show', 'nobody'], '', 1, /^error: there is no account "nobody"\n {2}try {2}logflow users list\n/],
    ['deleting unasked', ['delete', 'ada'], '', 2, /^error: an account that is deleted is gone for good: say --yes/],
    ['the last admin, deleted', ['delete', 'ada', '--yes'], '', 2, /^error: this is the last admin who can sign in\n/],
    ['nobody’s password', ['passwd', '--password-stdin'], PASSWORD, 2, /^error: say whose password to set/],
  ])('%s', async (_name, args, input, status, stderr) => {
    const {run} = shared
    const ran = await run(['users', ...args], input)
    expect(ran).toMatchObject({status, stdout: ''})
    expect(ran.stderr).toMatch(stderr)
    expect(ran.stderr).not.toContain(PASSWORD)
  })

  const shared = installation()
  beforeAll(() => shared.create('ada', '--admin'))
})

test('a token for a program: shown once, listed by its beginning, revoked', async () => {
  const {run, json, create} = installation()
  await create('ada', '--admin')
  const made = await run(['auth', 'token', 'create', 'ci', '--scope', 'ingest,read', '--user', 'ada', '-o', 'raw'])
  expect(made).toMatchObject({status: 0, stdout: expect.stringMatching(/^lf_[A-Za-z0-9_-]{43}\n$/)})
  expect(made.stderr).toBe('token ci of ada, ingest, read; it does not expire. It is shown this once:\n')
  const prefix = made.stdout.slice(0, 9)
  const dated = ['auth', 'token', 'create', 'old', '--scope', 'admin', '--user', 'ada', '--expires', '2999-12-31']
  expect(await json(dated)).toMatchObject({expires_at: '2999-12-31T00:00:00.000Z', scopes: ['admin']})
  const listed = await json(['auth', 'token', 'list'])
  expect(listed.map(({name}: {name: string}) => name)).toEqual(['ci', 'old'])
  expect(JSON.stringify(listed)).not.toContain(made.stdout.trim())
  expect(await json(['auth', 'token', 'revoke', prefix])).toEqual({revoked: listed[0].id, name: 'ci'})
  expect(await json(['auth', 'token', 'list', '--all'])).toMatchObject([{revoked_at: expect.any(String)}, {}])

  for (const [args, status, stderr] of [
    [['create', 'x', '--scope', 'root', '--user', 'ada'], 2, /^error: "root" is no scope: read, ingest, alerts, admin/],
    [['create', 'x', '--scope', 'read', '--user', 'ada', '--expires', '2001-01-01'], 2, /would have ended already/],
    [['revoke', 'lf_nobody'], 1, /^error: there is no token "lf_nobody"\n/],
  ] as const) {
    const ran = await run(['auth', 'token', ...args])
    expect(ran, args.join(' ')).toMatchObject({status, stdout: ''})
    expect(ran.stderr).toMatch(stderr)
  }
})

test('the audit trail is checked, and a change of it is found', async () => {
  const {home, run, json, create} = installation()
  await create('ada', '--admin')
  await create('bob')
  const chain = await json(['audit', '--verify'])
  expect(chain).toEqual({rows: 2, head: expect.stringMatching(/^[0-9a-f]{64}$/), verified: true})
  const noted = `${chain.rows}:${chain.head}`
  await create('cyd')
  expect(await json(['audit', '--verify', '--noted', noted])).toMatchObject({rows: 3, verified: true})

  const {default: Libsql} = await import('libsql')
  const database = new Libsql(`${home}/.local/share/logflow/logflow.db`)
  database.exec("update audit set details = '{}' where seq = 2")
  database.close()
  const broken = await run(['audit', '--verify', '-o', 'json'])
  expect(broken.status).toBe(1)
  expect(JSON.parse(broken.stdout)).toMatchObject({broken_at: 2})
  expect(broken.stderr).toMatch(/^error: the audit trail is broken at row 2\n/)
  expect((await run(['audit', '--verify', '--noted', 'x'])).status).toBe(2)
})

test('whoami says who works here, and that nothing is hidden from them', async () => {
  const {json} = installation()
  expect(await json(['auth', 'whoami'])).toEqual({
    subject_id: expect.stringMatching(/^local:/),
    username: expect.any(String),
    role: 'admin',
    scopes: ['read', 'ingest', 'alerts', 'admin'],
  })
})

test('the audit trail for people: names, times to the second, details as pairs', async () => {
  const {run, create} = installation()
  await create('ada', '--admin')
  const {stdout} = await run(['audit', '-o', 'table'])
  const [titles, row] = stdout.split('\n').map((line) => line.split(/\s{2,}/))
  expect(titles).toEqual(['seq', 'at', 'event', 'who', 'on', 'details'])
  expect(row).toEqual([
    '1',
    expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    'user_created',
    expect.stringMatching(/^local:/),
    'ada',
    'username=ada role=admin',
  ])
  const csv = await run(['audit', '-o', 'csv'])
  expect(csv.stdout.split('\r\n')[0]).toBe('seq,at,event,subject_id,object_id,source,reason_code,details')
})
