import {type ChildProcess, fork} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, onTestFinished, test} from 'vitest'
import {openCheckpoints} from '../../src/lib/sources/checkpoints/open-checkpoints.js'
import {buildChild} from '../support/build-child.js'
import {buildLogflow, runLogflow} from '../support/run-logflow.js'
import {tempFolder} from '../support/temp-folder.js'

const folder = join(import.meta.dirname, '../../node_modules/.cache')
const script = join(folder, `claim-child-e2e-${process.pid}.mjs`)
beforeAll(async () => {
  mkdirSync(folder, {recursive: true})
  await buildLogflow()
  await buildChild(join(import.meta.dirname, '../lib/sources/checkpoints/children/claim-child.ts'), script)
  return () => rmSync(script, {force: true})
}, 60_000)

/** A data directory with checkpoints of a file of 20 bytes, half of it read, and of one that is gone. */
async function setup() {
  const home = tempFolder()
  const dir = join(home, 'data', 'checkpoints', 'embedded-logs')
  const path = join(home, 'app.log')
  writeFileSync(path, '123456789\n123456789\n')
  const stats = statSync(path, {bigint: true})
  const checkpoints = await openCheckpoints(dir, {now: () => new Date(), keepAgeMs: 1e12, onProblem: () => {}})
  const updated = '2026-01-01T00:00:00.000Z'
  await checkpoints.save([
    {source: 'gone', path: '/nowhere/gone.log', device: '1', inode: '2', offset: 7, line: 3, updated},
    {source: 'there', path, device: `${stats.dev}`, inode: `${stats.ino}`, offset: 10, line: 2, updated},
  ])
  await checkpoints.close()
  const run = (...args: string[]) =>
    runLogflow(['checkpoints', ...args, '--data-dir', join(home, 'data')], {home, cwd: home, timeout: 60_000})
  return {dir, path, run}
}

test('checkpoints list says how far each file was read, and who follows it', async () => {
  const {dir, path, run} = await setup()
  const child: ChildProcess = fork(script, [dir, 'mine', '5'], {execArgv: []})
  onTestFinished(() => void child.kill('SIGKILL'))
  const [told] = (await once(child, 'message')) as [{pid: number}]
  const {stdout, status} = await run('list')
  expect(status).toBe(0)
  const updated = '2026-01-01T00:00:00.000Z'
  const rows = stdout
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row) as Record<string, unknown>)
  expect(rows).toEqual(
    [
      {path: '/nowhere/gone.log', source: 'gone', offset: 7, line: 3, updated},
      {path, source: 'there', offset: 10, line: 2, size: 20, lag_bytes: 10, percent: 50, updated},
      {...rows[2], path: '/var/log/mine', source: 'mine', offset: 5, followed_by: told.pid},
    ].sort((a, b) => ((a.path as string) < (b.path as string) ? -1 : 1)),
  )
  const table = await run('list', '-o', 'table')
  expect(table.stdout).toMatch(/^path +source +offset +line +size +lag +% +updated +followed by\n/)
  expect(table.stdout).toMatch(/app\.log +there +10 +2 +20 +10 B +50 +2026-01-01T00:00:00\.000Z\n/)
  expect(table.stdout).toMatch(/gone\.log +gone +7 +3 +gone +2026/)
  const refused = await run('forget', '--all')
  expect(refused.status).toBe(6)
  expect(refused.stderr).toContain(`/var/log/mine is followed by process ${told.pid}`)
}, 120_000)

test('checkpoints forget forgets what is named, and says so', async () => {
  const {run} = await setup()
  expect((await run('forget')).status).toBe(2)
  const unknown = await run('forget', 'other.log')
  expect([unknown.status, unknown.stderr]).toEqual([
    2,
    expect.stringContaining('there is no checkpoint of "other.log"'),
  ])
  const one = await run('forget', 'app.log', '-o', 'json')
  expect(one.stderr).toBe('1 checkpoint forgotten\n')
  expect(JSON.parse(one.stdout)).toMatchObject({forgotten: [{source: 'there', offset: 10}]})
  expect((await run('forget', '--all')).stderr).toBe('1 checkpoint forgotten\n')
  const empty = await run('list')
  expect([empty.stdout, empty.stderr, empty.status]).toEqual(['', 'no checkpoints: ship --follow makes them\n', 0])
}, 120_000)
