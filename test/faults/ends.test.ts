import {spawn} from 'node:child_process'
import {rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeEach, describe, expect, onTestFinished, test} from 'vitest'
import {BINARY, cleanEnv, emptyHome, runLogflow} from '../support/run-logflow.js'
import {type Running, runWell, type Setting, startLogflow, until} from './support/children.js'
import {compareStored} from './support/compare.js'
import {linesOf} from './support/lines.js'
import {steppingClock} from './support/stepping-clock.js'
import {Tally} from './support/tally.js'

// However a run is told to end, and whatever is closed under it: what it did counts, and the next goes on from there.

const LINES = 20_000
const ID = ['--source-id', 'feed-1']

let setting: Setting
beforeEach(() => {
  const home = emptyHome()
  onTestFinished(() => rmSync(home, {recursive: true, force: true}))
  writeFileSync(join(home, 'app.log'), linesOf(0, LINES))
  setting = {home}
})

/** The bus has begun to grow: whoever ships is at work. */
function shipping(running: Running): Promise<void> {
  const wal = join(setting.home, '.local/share/logflow/bus/bus.db-wal')
  return until(`a ship is at work: ${running.said.stderr}`, () => {
    if (!running.isAlive()) throw new Error(`ship has ended: ${running.said.stderr}`)
    return (statSync(wal, {throwIfNoEntry: false})?.size ?? 0) > 100_000
  })
}

describe('a ship whose stdin stays open', () => {
  const cases: Array<{name: string; signals: NodeJS.Signals[]; status: number}> = [
    {name: 'SIGTERM', signals: ['SIGTERM'], status: 0},
    {name: 'SIGINT', signals: ['SIGINT'], status: 130},
    {name: 'SIGINT twice', signals: ['SIGINT', 'SIGINT'], status: 130},
  ]
  test.each(cases)('$name: status $status, and the next ship completes it', async ({name, signals, status}) => {
    const tally = new Tally(`${name} of ship`)
    const running = startLogflow(['ship', '-', ...ID], setting)
    running.child.stdin?.write(linesOf(0, LINES))
    await shipping(running)
    for (const signal of signals) running.child.kill(signal)
    expect(await running.ended).toMatchObject({status})
    const started = performance.now()
    const again = startLogflow(['ship', '-', ...ID], setting)
    again.child.stdin?.end(linesOf(0, LINES))
    expect(await again.ended).toMatchObject({status: 0})
    tally.rounds([performance.now() - started])
    tally.check(await compareStored(setting, LINES))
  })
})

describe('a process that runs', () => {
  test.each<[NodeJS.Signals, number]>([
    ['SIGTERM', 0],
    ['SIGINT', 130],
  ])('%s: status %i, and the next goes on from there', async (signal, status) => {
    const tally = new Tally(`${signal} of process`)
    await runWell(['ship', 'app.log', '--no-process'], setting)
    const running = startLogflow(['process'], setting)
    const hot = join(setting.home, '.local/share/logflow/lake/hot/00000001.ndjson')
    await until('a process is at work', () => (statSync(hot, {throwIfNoEntry: false})?.size ?? 0) > 0)
    running.child.kill(signal)
    expect(await running.ended).toMatchObject({status})
    const started = performance.now()
    await runWell(['process', '--once'], setting)
    tally.rounds([performance.now() - started])
    tally.check(await compareStored(setting, LINES))
  })
})

describe('what is closed', () => {
  /** Runs the binary through a shell, which closes descriptors as only a shell can. */
  function inShell(args: string, redirect: string): Promise<{status: number | null; stderr: string}> {
    const command = `exec "$0" "$1" ${args} ${redirect}`
    const child = spawn('bash', ['-c', command, process.execPath, BINARY], {
      cwd: setting.home,
      env: cleanEnv({HOME: setting.home}),
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 120_000,
      killSignal: 'SIGKILL',
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    return new Promise((done) => child.on('close', (status) => done({status, stderr})))
  }

  test.each([
    ['stdin closed', 'ship app.log', '<&-'],
    ['stdout closed', 'ship app.log --json', '>&-'],
    ['stderr closed', 'ship app.log', '2>&-'],
  ])('%s: everything is stored', async (name, args, redirect) => {
    const tally = new Tally(`ship, ${name}`)
    const ran = await inShell(args, redirect)
    expect(ran.stderr).not.toMatch(/\n\s+at /)
    tally.check(await compareStored(setting, LINES))
  })

  test('a reader of stdout that goes away ends a search with 0', async () => {
    await runWell(['ship', 'app.log'], setting)
    const ran = await runLogflow(['search', '-n', 'all', '-o', 'jsonl'], {
      home: setting.home,
      readOnly: 1_000,
      timeout: 120_000,
    })
    expect(ran).toMatchObject({status: 0, stderr: ''})
  })
})

test('two ships of one file at once: each line is stored once', async () => {
  const tally = new Tally('two ships of one file at once')
  const ships = [startLogflow(['ship', 'app.log'], setting), startLogflow(['ship', 'app.log'], setting)]
  const ended = await Promise.all(ships.map((ship) => ship.ended))
  expect(ended.map(({status}) => status)).toEqual([0, 0])
  tally.check(await compareStored(setting, LINES))
})

describe('a clock that steps', () => {
  const HOUR = 3_600_000
  test.each([
    ['back and forth by hours', [0, -2 * HOUR, 3 * HOUR, -26 * HOUR]],
    ['a year ahead and back', [365 * 24 * HOUR, 0]],
  ])('%s: nothing hangs, nothing is lost', async (name, steps) => {
    const tally = new Tally(`clock steps, ${name}`)
    const stepping = {home: setting.home, env: steppingClock(setting.home, steps, 70)}
    await runWell(['ship', 'app.log', '--no-process'], stepping)
    const running = startLogflow(['process'], stepping)
    const lag = async () => JSON.parse((await runWell(['status', '--json'], setting)).stdout).bus.lag
    await until('process has come to the end', async () => (await lag()) === 0, {every: 300})
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject({status: 0})
    await runWell(['ship', 'app.log'], stepping)
    tally.check(await compareStored(setting, LINES))
  })
})
