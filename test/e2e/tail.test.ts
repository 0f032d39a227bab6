import {type ChildProcess, spawn} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, onTestFinished, test} from 'vitest'
import {removedHomes} from '../support/removed-homes.js'
import {BINARY, buildLogflow, cleanEnv, runLogflow} from '../support/run-logflow.js'

// What a live view shows is everything, once: whoever writes, is killed, or lags behind meanwhile.

const LONG = 60_000
const newHome = removedHomes()
beforeAll(buildLogflow)

interface Shown {
  message: string
  id?: string
  gap?: {reason: string}
}

/** A tail that runs until the test ends, and what it has shown. */
function startTail(home: string, ...args: string[]) {
  const child = start(home, 'tail', '-o', 'jsonl', ...args)
  let out = ''
  let err = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const shown = () =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Shown)
  const count = () => out.split('\n').length - 1
  return {child, shown, count, messages: () => shown().map(({message}) => message), said: () => err}
}

function start(home: string, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [BINARY, ...args], {cwd: home, env: cleanEnv({HOME: home}), stdio: 'pipe'})
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const ended = (child: ChildProcess) => new Promise<number | null>((done) => child.on('close', (status) => done(status)))

/** `count` lines of now, numbered from `first`. */
function writeLines(home: string, name: string, first: number, count: number): void {
  const time = new Date().toISOString()
  const lines = Array.from({length: count}, (_, i) => `${time} INFO app: line ${first + i}\n`)
  writeFileSync(join(home, name), lines.join(''))
}

const lines = (from: number, to: number) => Array.from({length: to - from}, (_, i) => `line ${from + i}`)

test('20,000 lines shipped under it: each once, by the store and by the bus', {timeout: 2 * LONG}, async () => {
  const home = newHome()
  writeLines(home, 'first.log', 0, 5)
  writeLines(home, 'many.log', 5, 20_000)
  await runLogflow(['ship', 'first.log'], {home, timeout: LONG})
  const tails = [startTail(home, '--by', 'store'), startTail(home, '--by', 'bus')]
  for (const {messages} of tails) await expect.poll(messages, {timeout: LONG}).toEqual(lines(0, 5))
  expect((await runLogflow(['ship', 'many.log'], {home, timeout: LONG})).status).toBe(0)
  for (const {count, messages} of tails) {
    await expect.poll(count, {timeout: LONG}).toBeGreaterThanOrEqual(20_005)
    expect(messages()).toEqual(lines(0, 20_005))
  }
  for (const {child} of tails) {
    child.kill('SIGTERM')
    expect(await ended(child)).toBe(0)
  }
})

test('by the bus it shows what comes while no processor runs, and nothing again when one does', {
  timeout: 2 * LONG,
}, async () => {
  const home = newHome()
  writeLines(home, 'a.log', 0, 10)
  await runLogflow(['ship', 'a.log'], {home, timeout: LONG})
  const tail = startTail(home, '--by', 'bus', '-n', '5')
  await expect.poll(tail.messages, {timeout: LONG}).toEqual(lines(5, 10))
  const processor = start(home, 'process')
  writeLines(home, 'b.log', 10, 500)
  const shipping = runLogflow(['ship', 'b.log', '--no-process'], {home, timeout: LONG})
  processor.kill('SIGKILL')
  await ended(processor)
  await shipping
  await expect.poll(tail.count, {timeout: LONG}).toBeGreaterThanOrEqual(505)
  expect((await runLogflow(['process', '--once'], {home, timeout: LONG})).status).toBe(0)
  writeLines(home, 'c.log', 510, 5)
  await runLogflow(['ship', 'c.log'], {home, timeout: LONG})
  await expect.poll(tail.messages, {timeout: LONG}).toEqual(lines(5, 515))
})

test('-n and --since begin the view, and following goes on from there', {timeout: 2 * LONG}, async () => {
  const home = newHome()
  writeFileSync(join(home, 'old.log'), '2020-01-01T00:00:00Z INFO app: long ago\n')
  writeLines(home, 'new.log', 0, 20)
  await runLogflow(['ship', 'old.log', 'new.log'], {home, timeout: LONG})
  const five = startTail(home, '-n', '5', '--since', '1h')
  const all = startTail(home, '--since', '1h')
  const byBus = startTail(home, '--since', '1h', '--by', 'bus')
  await expect.poll(five.messages, {timeout: LONG}).toEqual(lines(15, 20))
  await expect.poll(all.messages, {timeout: LONG}).toEqual(lines(0, 20))
  await expect.poll(byBus.messages, {timeout: LONG}).toEqual(lines(0, 20))
  writeLines(home, 'more.log', 20, 10)
  await runLogflow(['ship', 'more.log'], {home, timeout: LONG})
  await expect.poll(five.messages, {timeout: LONG}).toEqual(lines(15, 30))
  await expect.poll(all.messages, {timeout: LONG}).toEqual(lines(0, 30))
  await expect.poll(byBus.messages, {timeout: LONG}).toEqual(lines(0, 30))
})

test('a bus that is not there: --no-wait ends with 3, and waiting says so once', {timeout: LONG}, async () => {
  const home = newHome()
  const away = ['--by', 'bus', '--bus', '127.0.0.1:19099', '-n', '0']
  const ran = await runLogflow(['tail', ...away, '--no-wait'], {home, timeout: LONG})
  expect(ran).toMatchObject({status: 3, stdout: ''})
  expect(ran.stderr).toContain('no Kafka broker answered')
  const tail = startTail(home, ...away)
  await expect.poll(() => tail.shown().map(({gap}) => gap?.reason), {timeout: LONG}).toEqual(['away'])
  tail.child.kill('SIGTERM')
  expect(await ended(tail.child)).toBe(0)
  expect(tail.said().match(/trying again/g)).toHaveLength(1)
})

test('Elasticsearch alone is followed at best effort, and that is said; one that is away ends --no-wait with 3', async () => {
  const home = newHome()
  const ran = await runLogflow(['tail', '--store', 'http://127.0.0.1:19098', '--no-wait'], {home, timeout: LONG})
  expect(ran).toMatchObject({status: 3, stdout: ''})
  expect(ran.stderr).toMatch(/^best-effort: .*\nerror: no answer from Elasticsearch/)
})

test('where Kafka cannot be read the store is followed, and that is said', {timeout: LONG}, async () => {
  const home = newHome()
  writeLines(home, 'a.log', 0, 3)
  await runLogflow(['ship', 'a.log'], {home, timeout: LONG})
  const tail = startTail(home, '--bus', '127.0.0.1:19099')
  await expect.poll(tail.messages, {timeout: LONG}).toEqual(lines(0, 3))
  expect(tail.said()).toMatch(/^following the store: no Kafka broker answered/)
})
