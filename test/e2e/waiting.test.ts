import {spawn} from 'node:child_process'
import {rmSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:net'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {BINARY, buildLogflow, cleanEnv, emptyHome, runLogflow} from '../support/run-logflow.js'

// A bus or a store that is away: waited for, and said; or, with --no-wait, told at once.

const home = emptyHome()
let nobody: string
beforeAll(async () => {
  await buildLogflow()
  writeFileSync(join(home, 'app.log'), 'one\ntwo\n')
  nobody = await freePort()
})
afterAll(() => rmSync(home, {recursive: true, force: true}))

/** An address where nothing listens. */
async function freePort(): Promise<string> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address() as {port: number}
  await new Promise((done) => server.close(done))
  return `127.0.0.1:${address.port}`
}

/** Runs until stderr says `words`, then sends the signal. */
function runUntil(words: RegExp, signal: NodeJS.Signals, args: string[]) {
  const child = spawn(process.execPath, [BINARY, ...args], {
    cwd: home,
    env: cleanEnv({HOME: home}),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  let stderr = ''
  let sent = false
  child.stdout.resume()
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    if (sent || !words.test(stderr)) return
    sent = true
    child.kill(signal)
  })
  return new Promise<{status: number | null; stderr: string}>((done) => {
    child.on('close', (status) => done({status, stderr}))
  })
}

test.each([['ship', 'app.log'], ['process']])(
  '%s --no-wait: Kafka away is told at once, with status 3',
  async (...args) => {
    const ran = await runLogflow([...args, '--bus', nobody, '--no-wait'], {home, timeout: 60_000})
    expect(ran.status).toBe(3)
    expect(ran.stderr).toMatch(/^error: no Kafka broker answered at 127\.0\.0\.1:/)
  },
)

test('process --once does not wait', async () => {
  const ran = await runLogflow(['process', '--once', '--bus', nobody], {home, timeout: 60_000})
  expect(ran.status).toBe(3)
})

test.each([
  ['SIGINT', 130, 'ship'],
  ['SIGTERM', 0, 'ship'],
  ['SIGINT', 130, 'ship --follow'],
] as const)('at %s with status %i ends a %s that waits for Kafka and says so', async (signal, status, command) => {
  const ran = await runUntil(/waiting/, signal, [...command.split(' '), 'app.log', '--bus', nobody])
  expect(ran.status).toBe(status)
  expect(ran.stderr).toMatch(
    /^no Kafka broker answered at 127\.0\.0\.1:\d+ .*; waiting, next try in \d+ ms \(Ctrl-C ends\)$/m,
  )
  expect(ran.stderr).toMatch(/^interrupted: nothing was shipped$/m)
})

test('process waits for Kafka', async () => {
  expect(await runUntil(/waiting/, 'SIGTERM', ['process', '--bus', nobody])).toMatchObject({status: 0})
})

test('ship waits for Elasticsearch with what is on the bus', async () => {
  const args = ['ship', 'app.log', '--store', `http://${nobody}`]
  const ran = await runUntil(/no answer from Elasticsearch.*; waiting/, 'SIGINT', args)
  expect(ran.status).toBe(130)
  const status = await runLogflow(['status', '--json'], {home})
  expect(JSON.parse(status.stdout).bus.lag).toBe(2)
})
