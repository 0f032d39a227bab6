import {spawn} from 'node:child_process'
import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {BINARY, buildLogflow, cleanEnv, emptyHome, runLogflow} from '../support/run-logflow.js'

// Whatever is killed, and wherever it stands, the next run goes on from there: every line is stored once.

const LINES = 30_000
const ROUNDS = 6

const home = emptyHome()
beforeAll(async () => {
  await buildLogflow()
  const file = join(home, 'shop.log')
  await runLogflow(
    ['generate', '--count', String(LINES), '--seed', 'kill', '--start', '2026-01-01T00:00:00Z', '--to', file],
    {home},
  )
})
afterAll(() => rmSync(home, {recursive: true, force: true}))

/** Starts a command and kills it with SIGKILL after a while. Resolves with whether it was still running. */
function killAfter(args: string[], ms: number): Promise<boolean> {
  const child = spawn(process.execPath, [BINARY, ...args], {cwd: home, env: cleanEnv({HOME: home}), stdio: 'ignore'})
  const timer = setTimeout(() => child.kill('SIGKILL'), ms)
  return new Promise((done) => {
    child.on('close', (_, signal) => {
      clearTimeout(timer)
      done(signal === 'SIGKILL')
    })
  })
}

test('SIGKILL of ship and process at many points: each line once, none lost, none doubled', async () => {
  let killed = 0
  for (let round = 0; round < ROUNDS; round++) {
    const after = 80 + round * 110
    if (await killAfter(['ship', 'shop.log'], after)) killed++
    if (await killAfter(['process', '--once'], after)) killed++
    const counted = await runLogflow(['search', '--count', '-o', 'pretty'], {home})
    expect(counted.stderr).not.toContain('error:')
  }
  expect(killed).toBeGreaterThan(2)
  const last = await runLogflow(['ship', 'shop.log'], {home, timeout: 60_000})
  expect(last).toMatchObject({status: 0})
  const ran = await runLogflow(['search', '-n', 'all', '-o', 'jsonl', '--fields', 'id,source.line'], {
    home,
    timeout: 60_000,
  })
  const rows = ran.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  expect(rows).toHaveLength(LINES)
  expect(new Set(rows.map(({id}) => id)).size).toBe(LINES)
}, 120_000)
