import {spawn} from 'node:child_process'
import {rmSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {BINARY, buildLogflow, cleanEnv, emptyHome, runLogflow} from '../support/run-logflow.js'
import {canStartKafka, type RunningKafka, startKafka} from './start-kafka.js'

// The only broker dies under a ship and a processor, and comes back: both wait, say so, and go on by themselves.

const NAME = 'a broker that is away for a while'
const LINES = 2_000
const SETTLED = {timeout: 150_000, interval: 500}

describe.skipIf(!canStartKafka(NAME))(NAME, () => {
  const home = emptyHome()
  let kafka: RunningKafka
  beforeAll(async () => {
    await buildLogflow()
    kafka = await startKafka({port: 19_104})
  })
  afterAll(async () => {
    await kafka?.stop()
    rmSync(home, {recursive: true, force: true})
  })

  function start(...args: string[]) {
    const child = spawn(process.execPath, [BINARY, ...args, '--bus', kafka.addresses.join(',')], {
      cwd: home,
      env: cleanEnv({HOME: home}),
      stdio: ['pipe', 'ignore', 'pipe'],
      timeout: 380_000,
      killSignal: 'SIGKILL',
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    child.stdin.on('error', () => undefined)
    const ended = new Promise<number | null>((done) => {
      child.on('close', (status) => done(status))
    })
    return {child, said: () => said, ended}
  }

  test('nothing is lost and nothing doubled', async () => {
    const process = start('process')
    const ship = start('ship', '-', '--source-id', 'stdin')
    const feed = (part: number) =>
      ship.child.stdin.write(Array.from({length: LINES}, (_, i) => `part ${part} line ${i}\n`).join(''))
    const stored = async () =>
      Number((await runLogflow(['search', '--count', '-o', 'pretty'], {home, timeout: 60_000})).stdout)
    feed(1)
    await expect.poll(stored, SETTLED).toBe(LINES)
    await kafka.kill(1)
    feed(2)
    await expect.poll(ship.said, SETTLED).toMatch(/the bus has acknowledged nothing for/)
    await expect.poll(process.said, SETTLED).toMatch(/no sign of life from the bus|waiting, next try in/)
    await kafka.revive(1)
    feed(3)
    ship.child.stdin.end()
    expect(await ship.ended).toBe(0)
    expect(ship.said()).toMatch(/the bus is back after/)
    await expect.poll(stored, SETTLED).toBe(3 * LINES)
    await expect.poll(process.said, SETTLED).toMatch(/the bus is back after/)
    process.child.kill('SIGTERM')
    expect(await process.ended).toBe(0)
    const messages = (await runLogflow(['search', '-n', 'all', '--fields', 'message'], {home, timeout: 60_000})).stdout
      .split('\n')
      .filter(Boolean)
      .map((text) => JSON.parse(text).message as string)
    const sent = [1, 2, 3].flatMap((part) => Array.from({length: LINES}, (_, i) => `part ${part} line ${i}`))
    expect(messages.sort()).toEqual(sent.sort())
  }, 400_000)
})
