import {type ChildProcess, spawn} from 'node:child_process'
import {appendFileSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, onTestFinished, test} from 'vitest'
import {removedHomes} from '../support/removed-homes.js'
import {BINARY, buildLogflow, cleanEnv, runLogflow} from '../support/run-logflow.js'

// A tail that ends by itself, and one of plain files.

const LONG = 60_000
const newHome = removedHomes()
beforeAll(buildLogflow)

/** A tail with a temporary folder of its own. */
function startTail(home: string, ...args: string[]) {
  const child = spawn(process.execPath, [BINARY, 'tail', ...args], {
    cwd: home,
    env: cleanEnv({HOME: home, TMPDIR: home}),
    stdio: 'pipe',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = {out: '', err: ''}
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  return {child, said, ended: endOf(child)}
}

const endOf = (child: ChildProcess) => new Promise<number | null>((done) => child.on('close', (status) => done(status)))

const line = (minute: number, text: string) =>
  `2026-11-21T10:${String(minute).padStart(2, '0')}:00Z INFO app: ${text}\n`

test('files: merged by time, followed, until the record comes; nothing of it is left', {
  timeout: 2 * LONG,
}, async () => {
  const home = newHome()
  writeFileSync(join(home, 'a.log'), line(1, 'one') + line(3, 'three'))
  writeFileSync(join(home, 'b.log'), line(2, 'two') + line(4, 'four'))
  const files = ['--file', 'a.log', '--file', 'b.log']
  const {said, ended} = startTail(home, ...files, '-n', '3', '--until-match', '"server started"', '-o', 'raw')
  await expect.poll(() => said.out, {timeout: LONG}).toBe('two\nthree\nfour\n')
  appendFileSync(join(home, 'b.log'), line(5, 'five'))
  await expect.poll(() => said.out, {timeout: LONG}).toBe('two\nthree\nfour\nfive\n')
  appendFileSync(join(home, 'a.log'), line(6, 'the server started well'))
  expect(await ended).toBe(0)
  expect(said.out).toBe('two\nthree\nfour\nfive\nthe server started well\n')
  expect(readdirSync(home).filter((name) => name.startsWith('logflow-tail-'))).toEqual([])
})

test('stored before: it counts with --since, and what follows it is not shown', {timeout: LONG}, async () => {
  const home = newHome()
  const now = new Date().toISOString()
  writeFileSync(join(home, 'a.log'), ['one', 'ready', 'three'].map((text) => `${now} INFO app: ${text}\n`).join(''))
  await runLogflow(['ship', 'a.log'], {home, timeout: LONG})
  const ran = await runLogflow(['tail', '--since', '1h', '--until-match', 'ready', '-o', 'raw'], {home, timeout: LONG})
  expect(ran).toMatchObject({status: 0, stdout: 'one\nready\n', stderr: ''})
})

test('it did not come: 1; nobody can know: 3', {timeout: LONG}, async () => {
  const home = newHome()
  const input = line(1, 'one') + line(2, 'two')
  const over = await runLogflow(['tail', '--file', '-', '--until-match', 'level:error three', '-o', 'raw'], {
    home,
    input,
    timeout: LONG,
  })
  expect(over).toMatchObject({status: 1, stdout: 'one\ntwo\n'})
  expect(over.stderr).toContain('error: no record matched level:error three\n')
  const away = ['--by', 'bus', '--bus', '127.0.0.1:19099', '--until-match', 'ready', '--timeout', '1s']
  const unknown = await runLogflow(['tail', ...away], {home, timeout: LONG})
  expect(unknown.status).toBe(3)
  expect(unknown.stderr).toContain('error: no record matched ready within 1.0 s, but it may have been missed: ')
})

test('a time alone ends it with 0, and --stats leaves its sum', {timeout: LONG}, async () => {
  const ran = await runLogflow(['tail', '--timeout', '1', '--stats'], {home: newHome(), timeout: LONG})
  expect(ran).toMatchObject({status: 0, stdout: ''})
  expect(ran.stderr).toMatch(/^── 0 records in .* · 0\/s ──\n$/)
})

test('words set off, in colour', {timeout: LONG}, async () => {
  const args = ['tail', 'two', '--file', '-', '--highlight', 'wor*', '--color', 'always', '-o', 'pretty']
  const ran = await runLogflow(args, {home: newHome(), input: line(1, 'two words'), timeout: LONG})
  expect(ran.stdout).toContain('\x1b[1m\x1b[4mtwo\x1b[24m\x1b[22m \x1b[1m\x1b[4mwords\x1b[24m\x1b[22m')
})

test('what is wrong is said', {timeout: LONG}, async () => {
  const home = newHome()
  const cases = [
    [['--timeout', 'soon'], 2, 'error: --timeout takes a span such as 30s or 5m, not "soon"\n'],
    [['--until-match', '(a'], 2, 'error: '],
    [['--until-match', 'a', '--no-follow'], 2, 'error: --until-match with --no-follow has no record to look at\n'],
    [['--file', 'nowhere.log', '--no-follow'], 6, 'nowhere.log'],
    [['--file', 'a.log', '--by', 'bus'], 2, 'error: '],
  ] as const
  for (const [args, status, said] of cases) {
    const ran = await runLogflow(['tail', ...args], {home, timeout: LONG})
    expect(ran.status, args.join(' ')).toBe(status)
    expect(ran.stderr).toContain(said)
  }
})
