import {spawn} from 'node:child_process'
import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {BINARY, buildLogflow, cleanEnv, emptyHome, runLogflow} from '../support/run-logflow.js'

// On the embedded store one process writes. A further one stands by, says so, and takes over.

const home = emptyHome()
beforeAll(buildLogflow)
afterAll(() => rmSync(home, {recursive: true, force: true}))

function startProcessor() {
  const child = spawn(process.execPath, [BINARY, 'process'], {
    cwd: home,
    env: cleanEnv({HOME: home}),
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 120_000,
    killSignal: 'SIGKILL',
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = new Promise<number | null>((done) => {
    child.on('close', (status) => done(status))
  })
  return {
    said: () => said,
    stop: (signal: NodeJS.Signals) => {
      child.kill(signal)
      return ended
    },
  }
}

async function ship(name: string): Promise<void> {
  writeFileSync(join(home, name), `${name} one\n${name} two\n`)
  const ran = await runLogflow(['ship', name, '--no-process'], {home, timeout: 60_000})
  expect(ran.status).toBe(0)
}

async function stored(): Promise<number> {
  const {stdout} = await runLogflow(['search', '--count', '-o', 'pretty'], {home, timeout: 60_000})
  return Number(stdout)
}

const SETTLED = {timeout: 60_000, interval: 200}

test('the one that stands by takes over from one that was killed', async () => {
  const first = startProcessor()
  await ship('a.log')
  await expect.poll(stored, SETTLED).toBe(2)
  const second = startProcessor()
  await expect.poll(second.said, SETTLED).toContain('another process writes to the store; standing by')
  await ship('b.log')
  await expect.poll(stored, SETTLED).toBe(4)
  await first.stop('SIGKILL')
  await ship('c.log')
  await expect.poll(stored, SETTLED).toBe(6)
  expect(await second.stop('SIGTERM')).toBe(0)
  expect(second.said()).toMatch(/stored 2 /)
}, 120_000)
