import {spawn} from 'node:child_process'
import {renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {BINARY, buildLogflow, cleanEnv, emptyHome, type Ran, runLogflow} from '../support/run-logflow.js'

// What was stopped half-way, or could not read all it was given, never answers as if it had seen everything.

const home = emptyHome()
beforeAll(async () => {
  await buildLogflow()
  writeFileSync(join(home, 'app.log'), 'one\ntwo\n')
})
afterAll(() => rmSync(home, {recursive: true, force: true}))

/** Runs a command on a stdin that stays open, and sends SIGTERM once it has begun to read. */
async function stopped(args: string[], lines = 'one\ntwo\n'.repeat(50_000)): Promise<Ran> {
  const child = spawn(process.execPath, [BINARY, ...args], {cwd: home, env: cleanEnv({HOME: home}), stdio: 'pipe'})
  const ran: Ran = {stdout: '', stderr: '', status: null, signal: null}
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ran.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ran.stderr += text
  })
  child.stdin.on('error', () => undefined)
  const closed = new Promise<Ran>((done) => child.on('close', (status, signal) => done({...ran, status, signal})))
  // More than a pipe holds: once it is written, the command has begun to read, and waits for the rest.
  await new Promise<void>((written) => child.stdin.write(lines, () => written()))
  child.kill('SIGTERM')
  return closed
}

test('search over files that cannot all be read shows what it found, and ends with status 6', async () => {
  const ran = await runLogflow(['search', 'two', '--file', 'app.log', '--file', 'absent.log'], {home})
  expect(ran.status).toBe(6)
  expect(JSON.parse(ran.stdout)).toMatchObject({message: 'two'})
  expect(ran.stderr).toContain('absent.log: no such file or directory')
  for (const args of [['--count'], ['--fail-if-none'], []]) {
    const none = await runLogflow(['search', 'three', '--quiet', '--file', 'absent.log', ...args], {home})
    expect(none.status).toBe(6)
    expect(none.stderr).toContain('error: cannot read')
  }
})

test('a search that is stopped does not say that nothing matches', async () => {
  const ran = await stopped(['search', 'three', '--file', '-', '--fail-if-none'])
  expect(ran).toMatchObject({status: 0, stdout: '', stderr: 'ended early: there may be more\n'})
})

test('a trace that is stopped does not say that there is none, and draws no part of it', async () => {
  const lines = `${JSON.stringify({time: '2026-01-01T00:00:00Z', trace_id: 'abcd1234', msg: 'begun'})}\n`.repeat(20_000)
  for (const id of ['abcd1234', 'none0000']) {
    const ran = await stopped(['trace', id, '--file', '-'], lines)
    const stderr = 'ended early: nothing is shown of what was read so far\n'
    expect(ran).toMatchObject({status: 0, stdout: '', stderr})
  }
})

test('a ship that is stopped says so', async () => {
  const ran = await stopped(['ship', '-', '--json'])
  expect(ran.status).toBe(0)
  expect(ran.stderr).toContain('interrupted: ')
  const told = JSON.parse(ran.stdout)
  expect(told.interrupted).toBe(true)
  expect(told.lines).toBeLessThanOrEqual(100_000)
})

test('a tail tells of a gap also when it is quiet', async () => {
  const gone = emptyHome()
  await runLogflow(['ship', join(home, 'app.log')], {home: gone})
  const child = spawn(process.execPath, [BINARY, 'tail', '--quiet'], {
    cwd: gone,
    env: cleanEnv({HOME: gone}),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = new Promise<string>((done) => child.stderr.setEncoding('utf8').once('data', done))
  await new Promise((done) => child.stdout.once('data', done))
  // Moved, not removed: readers may make a file in the folder while it is emptied.
  renameSync(join(gone, '.local/share/logflow/lake'), join(gone, 'lake'))
  expect(await said).toBe('gap: the store was emptied or replaced\n')
  const ended = new Promise((done) => child.on('close', done))
  child.kill('SIGTERM')
  await ended
  rmSync(gone, {recursive: true, force: true})
})
