import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, test} from 'vitest'
import {buildLogflow, runLogflow} from '../support/run-logflow.js'
import {tempFolder} from '../support/temp-folder.js'

const ALL = ['0001-first-tables', '0002-alert-engine']

beforeAll(buildLogflow, 60_000)

function setup() {
  const home = tempFolder()
  const data = join(home, 'data')
  const run = (args: string[], input?: string) =>
    runLogflow(['db', ...args, '--data-dir', data], {home, cwd: home, timeout: 60_000, ...(input ? {input} : {})})
  return {home, data, path: join(data, 'logflow.db'), run}
}

const SECRET = '$2b$12$abcdefghijklmnopqrstuu'
const ROW = {
  table: 'users',
  row: {
    id: 'u1',
    username: 'Zoë',
    username_key: 'zoë',
    email: null,
    email_key: null,
    full_name: '\u001b[31mred',
    password_hash: SECRET,
    role: 'admin',
    active: 1,
    token_version: 1,
    created_at: '2026-11-21T10:00:00.000Z',
    updated_at: '2026-11-21T10:00:00.000Z',
    last_sign_in_at: null,
  },
}

test('one that is not there is told and not made; two that make it at once share the work', async () => {
  const {home, data, path, run} = setup()
  const asked = [['status'], ['backup', 'a'], ['reset', '--yes'], ['migrate', '--dry-run']]
  for (const ran of await Promise.all(asked.map((args) => run(args)))) {
    expect(ran).toMatchObject({
      status: 1,
      stdout: '',
      stderr: `error: there is no database yet at ${path}\n  try  logflow db init  to make it\n`,
    })
  }
  const made = await Promise.all(Array.from({length: 3}, () => run(['init', '--json'])))
  expect(made.map(({status}) => status)).toEqual([0, 0, 0])
  const applied = made.flatMap(({stdout}) => (JSON.parse(stdout) as {applied: string[]}).applied)
  expect(applied).toEqual(ALL)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const {stdout} = await run(['status', '-o', 'pretty'])
  expect(stdout).toMatch(/^SQLite \S+ {3}.*logflow\.db {3}tables at 0002-alert-engine {3}0 users\n/)
  const seen = await runLogflow(['status', '--json'], {home, env: {LOGFLOW_DATA_DIR: data}})
  const {database} = JSON.parse(seen.stdout) as {database: object}
  expect(database).toMatchObject({kind: 'sqlite', location: path, migration: ALL.at(-1), pending: []})
  expect(await run(['migrate'])).toMatchObject({status: 0, stdout: `${JSON.stringify({applied: [], already: ALL})}\n`})
})

test('backup, reset and restore: everything goes and comes back, and nothing by accident', async () => {
  const {home, run} = setup()
  await run(['init'])
  const file = join(home, 'a.backup')
  expect(await run(['backup', 'a.backup', '-o', 'pretty'])).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^a\.backup: 0 rows, \d+ B\n$/),
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  // A backup that was cut off, and one that was changed.
  const whole = readFileSync(file, 'utf8')
  for (const text of [whole.slice(0, whole.indexOf('\n') + 1), whole.replace('\n', `\n${JSON.stringify(ROW)}\n`)]) {
    writeFileSync(file, text)
    const {status, stderr} = await run(['restore', 'a.backup'])
    expect(status).toBe(6)
    expect(stderr).toMatch(/^error: this is no whole backup of logflow's database: /)
  }
  writeFileSync(file, whole)
  expect((await run(['restore', 'a.backup'])).status).toBe(0)
  expect(await run(['reset'])).toMatchObject({status: 2, stderr: expect.stringContaining('--yes')})
  expect((await run(['reset', '--yes', '--json'])).status).toBe(0)
})

test('shell runs one statement that reads, in any format, and prompts without sqlite3', async () => {
  const {run} = setup()
  await run(['init'])
  const select = ['shell', '-c', "select 1 as one, 'a,b' as text"]
  const prompt = ['shell', '--built-in']
  const [json, csv, table, writes, several, stopped] = await Promise.all([
    run([...select, '-o', 'json']),
    run([...select, '-o', 'csv']),
    run([...select, '-o', 'table']),
    run(['shell', '-c', 'delete from users']),
    run(prompt, 'select 1 as a;\n\nselect\n  2 as b;\nselect 3 as c\n'),
    run(prompt, 'select 1 as a;\nnonsense;\nselect 3 as c;\n'),
  ])
  const fine = {status: 0, stderr: ''}
  expect(json).toMatchObject({...fine, stdout: '[{"one":1,"text":"a,b"}]\n'})
  expect(csv).toMatchObject({...fine, stdout: 'one,text\r\n1,"a,b"\r\n'})
  expect(table).toMatchObject({...fine, stdout: 'one  text\n1    a,b\n'})
  expect(writes).toMatchObject({status: 2, stdout: ''})
  expect(writes.stderr).toMatch(/^error: only statements that read are run here: /)
  expect(several).toMatchObject({...fine, stdout: '{"a":1}\n{"b":2}\n{"c":3}\n'})
  expect(stopped).toMatchObject({status: 2, stdout: '{"a":1}\n'})
  expect(stopped.stderr).toBe('error: the database says: near "nonsense": syntax error\n')
})

test('under a profile that names a server nothing is done to a database that nobody means', async () => {
  const {home} = setup()
  const ran = await runLogflow(['db', 'reset', '--yes'], {home, env: {LOGFLOW_SERVER_URL: 'http://localhost:28990'}})
  expect(ran).toMatchObject({status: 2, stdout: ''})
  expect(ran.stderr).toMatch(/^error: the database of http:\/\/localhost:28990\/? is not reached through the server\n/)
})

test('what stands in its place is told, and left alone', async () => {
  const {data, path, run} = setup()
  mkdirSync(data)
  writeFileSync(path, 'my notes, which are rather long. '.repeat(200))
  const {status, stderr} = await run(['init'])
  expect(status).toBe(6)
  expect(stderr).toContain(`Could not use the database ${path}: it is damaged, or no database`)
  expect(readFileSync(path, 'utf8')).toBe('my notes, which are rather long. '.repeat(200))
})
