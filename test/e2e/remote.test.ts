// One road through the real binary: a server on one machine (a home), and people who sign in to it from another.

import {type ChildProcess, spawn} from 'node:child_process'
import {mkdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {BINARY, buildLogflow, cleanEnv, emptyHome, type Ran, runLogflow} from '../support/run-logflow.js'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const LINES = [
  {level: 'info', service: 'shop', message: 'order placed', trace_id: TRACE},
  {level: 'error', service: 'payment', message: 'card declined', trace_id: TRACE},
  {level: 'info', service: 'shop', message: 'order cancelled', trace_id: TRACE},
]

const server = {home: emptyHome(), url: ''}
const ada = emptyHome()
const root = emptyHome()
const credentials = join(ada, '.config/logflow/credentials.json')
let serving: ChildProcess
/** Children share a machine with other tests: ms. */
const SLOW = 240_000

const onServer = (args: string[], more: {env?: Record<string, string>} = {}) =>
  runLogflow(args, {home: server.home, timeout: SLOW, ...more})
const asAda = (args: string[], more: {input?: string; env?: Record<string, string>} = {}) =>
  runLogflow(args, {home: ada, timeout: SLOW, ...more})
const asRoot = (args: string[], more: {input?: string} = {}) => runLogflow(args, {home: root, timeout: SLOW, ...more})

beforeAll(async () => {
  await buildLogflow()
  for (const [name, ...flags] of [['root', '--admin'], ['ada']] as const) {
    const made = await onServer(['users', 'create', name, ...flags], {env: {LOGFLOW_PASSWORD: `${name}-password`}})
    expect(made.status, made.stderr).toBe(0)
  }
  serving = spawn(process.execPath, [BINARY, 'serve', '--port', '0'], {
    cwd: server.home,
    env: cleanEnv({HOME: server.home}),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  server.url = await new Promise((done, fail) => {
    let said = ''
    serving.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const url = /logflow API at (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1]
      if (url) done(url)
    })
    serving.on('exit', () => fail(new Error(said)))
  })
}, 240_000)

afterAll(async () => {
  const ended = new Promise((done) => serving.once('exit', done))
  serving.kill('SIGTERM')
  await ended
  for (const home of [server.home, ada, root]) rmSync(home, {recursive: true, force: true})
})

const json = <T>({stdout, stderr, status}: Ran): T => {
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout) as T
}

let token = ''

test('a sign-in makes a profile, and keeps the token apart from it', {timeout: SLOW}, async () => {
  const wrong = await asAda(['auth', 'login', server.url, '--username', 'ada', '--password-stdin'], {input: 'guess\n'})
  expect([wrong.status, wrong.stderr]).toEqual([4, expect.stringContaining('wrong username or password')])
  const input = 'ada-password\n'
  const login = ['auth', 'login', server.url, '--username', 'ada', '--password-stdin', '--profile', 'prod', '--json']
  const signedIn = json<{credentials: string}>(await asAda(login, {input}))
  expect(signedIn).toMatchObject({url: server.url, profile: 'prod', username: 'ada', scopes: expect.any(Array)})
  expect(signedIn.credentials).toBe(credentials)
  expect(statSync(credentials).mode & 0o777).toBe(0o600)
  token = JSON.parse(readFileSync(credentials, 'utf8')).prod.token
  const config = readFileSync(join(ada, '.config/logflow/config.yaml'), 'utf8')
  expect(config).toContain('profile: prod')
  expect(config).not.toContain(token)
  expect(json(await asAda(['auth', 'whoami', '--json']))).toMatchObject({
    username: 'ada',
    role: 'user',
    profile: 'prod',
  })
})

test('what is shipped twice is stored once, and what is not processed yet is not known', {timeout: SLOW}, async () => {
  writeFileSync(join(ada, 'app.log'), LINES.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const marked = await asAda(['mark', 'before'])
  expect(marked.status, marked.stderr).toBe(0)
  const ship = ['ship', 'app.log', '--receipt', 'receipt.json', '--json']
  expect(json(await asAda(ship))).toMatchObject({bus: 'remote', store: 'remote', records: 3, complete: true})
  const early = await asAda(['expect', 'card declined', '--since-mark', 'before', '--catch-up', '1s'])
  expect(early.status, early.stderr).toBe(3)
  expect(json(await asAda(ship))).toMatchObject({records: 3})
  const processed = await onServer(['process', '--once'])
  expect(processed.status, processed.stderr).toBe(0)
})

test('a plain user reads with the commands that read a store', {timeout: SLOW}, async () => {
  const [searched, counted, tailed, overview, trace, verified, met, status] = await Promise.all([
    asAda(['search', '--trace-id', TRACE]),
    asAda(['search', '--count', '--json']),
    asAda(['tail', 'level:error', '--no-follow', '-n', '10', '-o', 'raw', '--fields', 'message']),
    asAda(['metrics', 'overview', '--json']),
    asAda(['trace', TRACE, '-o', 'jsonl']),
    asAda(['verify', 'receipt.json', '--json']),
    asAda(['expect', 'card declined', '--count', '1', '--since-mark', 'before']),
    asAda(['status', '--json']),
  ])
  const records = searched.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as {id: string; message: string})
  expect(records.map(({message}) => message)).toEqual(LINES.map(({message}) => message))
  expect(json(counted)).toEqual({count: 3})
  expect([tailed.status, tailed.stdout]).toEqual([0, 'card declined\n'])
  expect(json(overview)).toMatchObject({records: 3, errors: 1})
  expect([trace.status, trace.stdout]).toEqual([0, expect.stringContaining('card declined')])
  expect(json(verified)).toMatchObject({sent: 3, stored: 3, missing: 0})
  expect(met.status, met.stderr).toBe(0)
  expect(json(status)).toMatchObject({
    bus: {kind: 'remote', topic: 'logs', lag: 0, dead_letters: 0},
    store: {kind: 'remote', location: server.url, records: 3},
  })
  const {id} = records[0] as {id: string}
  expect(json(await asAda(['get', id, '--json']))).toMatchObject({id, message: 'order placed'})
})

test('a plain user is refused what is for admins, and what is done beside the server', {timeout: SLOW}, async () => {
  const cases: Array<[string[], number]> = [
    [['users', 'create', 'eve', '--password-stdin'], 4],
    [['users', 'delete', 'root', '--yes'], 4],
    [['audit'], 4],
    [['process', '--once'], 2],
    [['serve'], 2],
  ]
  const all = await Promise.all(cases.map(([args]) => asAda(args, {input: 'eve-password\n'})))
  expect(all.map(({status}) => status)).toEqual(cases.map(([, status]) => status))
  for (const {stderr} of all) {
    expect(stderr).toMatch(/^error: /m)
    expect(stderr).not.toContain(token)
  }
})

test('signing out ends the session on the server, and leaves commands to this machine', {timeout: SLOW}, async () => {
  expect(json(await asAda(['auth', 'logout', '--json']))).toEqual({url: server.url, profile: 'prod', session: 'ended'})
  expect(readFileSync(credentials, 'utf8')).not.toContain(token)
  const old = await asAda(['auth', 'whoami'], {env: {LOGFLOW_SERVER_URL: server.url, LOGFLOW_SERVER_TOKEN: token}})
  expect([old.status, old.stderr]).toEqual([4, expect.stringContaining(`logflow auth login ${server.url}`)])
  const local = json<object>(await asAda(['auth', 'whoami', '--json']))
  expect(local).toMatchObject({role: 'admin'})
  expect(local).not.toHaveProperty('url')
})

test('an admin does what is for admins, and a token for programs what it is for', {timeout: SLOW}, async () => {
  const signedIn = await asRoot(['auth', 'login', server.url, '--username', 'root', '--password-stdin'], {
    input: 'root-password\n',
  })
  expect(signedIn.status, signedIn.stderr).toBe(0)
  const users = json<{users: Array<{username: string}>} | Array<{username: string}>>(
    await asRoot(['users', 'list', '--json']),
  )
  expect(JSON.stringify(users)).toContain('"ada"')
  expect((await asRoot(['audit', '--json'])).stdout).toContain('signed_in')
  const {token} = json<{token: string}>(await asRoot(['auth', 'token', 'create', 'ci', '--scope', 'ingest', '--json']))
  const ci = emptyHome()
  mkdirSync(join(ci, 'logs'))
  writeFileSync(join(ci, 'logs', 'a.log'), 'one line\n')
  const env = {LOGFLOW_SERVER_URL: server.url, LOGFLOW_SERVER_TOKEN: token}
  const shipped = await runLogflow(['ship', 'logs'], {home: ci, env, timeout: SLOW})
  expect(shipped.status, shipped.stderr).toBe(0)
  const listed = await runLogflow(['users', 'list'], {home: ci, env, timeout: SLOW})
  expect([listed.status === 0 && listed.stdout.includes('ada'), listed.stderr]).toEqual([false, expect.any(String)])
  rmSync(ci, {recursive: true, force: true})
})

test('a server that is not there is told with what to do', {timeout: SLOW}, async () => {
  const env = {LOGFLOW_SERVER_URL: 'http://127.0.0.1:9'}
  const ran = await runLogflow(['search', 'x'], {env, timeout: SLOW})
  expect(ran.status).toBe(3)
  expect(ran.stderr).toMatch(/^error: no answer from the logflow server at http:\/\/127\.0\.0\.1:9: /m)
})
