import {type ChildProcess, spawn} from 'node:child_process'
import {appendFileSync, mkdirSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, onTestFinished, test} from 'vitest'
import {removedHomes} from '../support/removed-homes.js'
import {BINARY, buildLogflow, cleanEnv, runLogflow} from '../support/run-logflow.js'

// The real binary follows files while they grow, are rotated, and while it is killed: each line is stored once.

const WAIT = {timeout: 60_000, interval: 300}
const newHome = removedHomes()
beforeAll(buildLogflow)

/** Follows until it is told to end, or killed. */
function follow(home: string, args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [BINARY, 'ship', '--follow', ...args], {
    cwd: home,
    env: cleanEnv({HOME: home}),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = new Promise<{status: number | null; signal: string | null}>((done) =>
    child.on('close', (status, signal) => done({status, signal})),
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  return {said: () => said, end, ended}
}

async function stored(home: string): Promise<string[]> {
  const ran = await runLogflow(['search', '-n', 'all', '-o', 'jsonl', '--fields', 'message'], {home, timeout: 60_000})
  return ran.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).message)
    .sort()
}

/** Lines numbered from one, padded so that they sort by number. */
const numbered = (from: number, to: number) =>
  Array.from({length: to - from + 1}, (_, i) => `line ${String(from + i).padStart(6, '0')}`)
const asText = (lines: string[]) => lines.map((line) => `2026-01-01T00:00:00Z INFO ${line}\n`).join('')

test('followed lines are stored while it runs; SIGTERM ends it with 0 when all is stored, Ctrl-C with 130', async () => {
  const home = newHome()
  writeFileSync(join(home, 'app.log'), asText(numbered(1, 3)))
  const first = follow(home, ['app.log'])
  await expect.poll(() => stored(home), WAIT).toEqual(numbered(1, 3))
  appendFileSync(join(home, 'app.log'), asText(numbered(4, 5)))
  await expect.poll(() => stored(home), WAIT).toEqual(numbered(1, 5))
  expect(await first.end('SIGTERM')).toEqual({status: 0, signal: null})
  expect(first.said()).toContain('── following 1 file; Ctrl-C ends ──\n')
  expect(first.said()).toContain('stored 5   already there 0   dead letters 0')
  const second = follow(home, ['app.log'])
  await expect.poll(second.said, WAIT).toContain('following')
  expect(await second.end('SIGINT')).toEqual({status: 130, signal: null})
  expect(second.said()).toContain('stored 0   already there 0   dead letters 0')
}, 120_000)

test('what one topic has got is no reason to keep it from another', async () => {
  const home = newHome()
  writeFileSync(join(home, 'app.log'), asText(numbered(1, 3)))
  const unitsOn = async (topic: string) => {
    const {stdout} = await runLogflow(['status', '--topic', topic, '-o', 'json'], {home, timeout: 60_000})
    return JSON.parse(stdout).bus.partitions[0]?.next
  }
  for (const topic of ['one', 'two']) {
    const {end} = follow(home, ['app.log', '--topic', topic, '--no-process'])
    await expect.poll(() => unitsOn(topic), WAIT).toBe(3)
    expect(await end('SIGTERM')).toEqual({status: 0, signal: null})
  }
})

test('rotated under load and killed again and again: each line once', async () => {
  const home = newHome()
  const path = (name: string) => join(home, 'logs', name)
  mkdirSync(join(home, 'logs'))
  let written = 0
  let rotations = 0
  const write = (count: number) => {
    appendFileSync(path('app.log'), asText(numbered(written + 1, written + count)))
    written += count
  }
  write(10)
  const timer = setInterval(() => {
    if (written % 7 === 0) renameSync(path('app.log'), path(`app.log.${++rotations}`))
    write(71)
  }, 20)
  onTestFinished(() => clearInterval(timer))
  for (let round = 0; round < 3; round++) {
    const running = follow(home, ['logs'])
    await expect.poll(running.said, WAIT).toContain('following')
    await new Promise((resolve) => setTimeout(resolve, 200 + round * 250))
    await running.end('SIGKILL')
  }
  clearInterval(timer)
  const last = follow(home, ['logs'])
  await expect.poll(async () => (await stored(home)).length, WAIT).toBe(written)
  expect(await last.end('SIGTERM')).toMatchObject({status: 0})
  expect(await stored(home)).toEqual(numbered(1, written))
  const again = await runLogflow(['ship', 'logs', '--json'], {home, timeout: 60_000})
  expect(JSON.parse(again.stdout)).toMatchObject({records: written, processed: {stored: 0, already_there: written}})
}, 180_000)

test('stdin that is followed ends the run with its end: the sums close, and its receipt has every line', async () => {
  const home = newHome()
  const ran = await runLogflow(['ship', '-f', '-', '--receipt', 'run.json'], {
    home,
    input: 'one\ntwo\n',
    timeout: 60_000,
  })
  expect(ran).toMatchObject({status: 0, stderr: expect.stringContaining('2 lines → 2 records')})
  expect((await runLogflow(['verify', 'run.json'], {home, timeout: 60_000})).status).toBe(0)
  expect(await stored(home)).toEqual(['one', 'two'])
})
