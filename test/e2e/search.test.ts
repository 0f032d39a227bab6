import {spawn, spawnSync} from 'node:child_process'
import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {BINARY, buildLogflow, cleanEnv, emptyHome, runLogflow} from '../support/run-logflow.js'

// The flags of search through the real binary: one store of three hundred lines of two files, and the files themselves.

const LONG = 60_000
const home = emptyHome()
const search = (...args: string[]) => runLogflow(['search', ...args], {home, timeout: LONG})

/** Line i of both files: every fiftieth of them is an error. */
function lineOf(service: string, i: number): string {
  const time = new Date(Date.UTC(2026, 10, 21, 9, 0, 0, 250 * i)).toISOString()
  const [level, message] = i % 50 === 25 ? ['error', `card declined for order ${i}`] : ['info', `step ${i}`]
  return `${JSON.stringify({time, level, service, msg: message, n: i})}\n`
}

beforeAll(async () => {
  await buildLogflow()
  for (const service of ['orders', 'payment']) {
    const lines = Array.from({length: 150}, (_, i) => lineOf(service, i * 2 + (service === 'orders' ? 0 : 1)))
    writeFileSync(join(home, `${service}.log`), lines.join(''))
  }
  const shipped = await runLogflow(['ship', 'orders.log', 'payment.log'], {home, timeout: LONG})
  expect(shipped.status, shipped.stderr).toBe(0)
}, LONG)
afterAll(() => rmSync(home, {recursive: true, force: true}))

const numbers = (stdout: string): number[] => stdout.trimEnd().split('\n').map(Number)
const range = (from: number, to: number): number[] => Array.from({length: to - from}, (_, i) => from + i)

describe('an answer in pieces', () => {
  test('a cursor goes on after the last record, also of a newer search, also of files', {timeout: LONG}, async () => {
    for (const [files, limits] of [
      [[], ['130', '160', '100']],
      [
        ['--file', 'orders.log', '--file', 'payment.log'],
        ['200', '100'],
      ],
    ] as const) {
      const args = ['level:info OR declined', '--until', '2026-11-21T09:01:15Z', '--timezone', 'UTC', ...files]
      const fields = ['--fields', 'attributes.n', '-o', 'raw', '--print-cursor']
      const got: number[][] = []
      let cursor: string | undefined
      for (const limit of limits) {
        const ran = await search(...args, ...fields, '-n', limit, ...(cursor ? ['--cursor', cursor] : []))
        expect(ran.status, ran.stderr).toBe(0)
        got.unshift(numbers(ran.stdout))
        cursor = /^cursor: (\S+)$/m.exec(ran.stderr)?.[1]
        expect(cursor === undefined).toBe(limit === limits.at(-1))
      }
      expect(got.flat()).toEqual(range(0, 300))
    }
  })

  test('a cursor of another search is refused', {timeout: LONG}, async () => {
    const ran = await search('step', '-n', '2', '--print-cursor')
    const cursor = /^cursor: (\S+)$/m.exec(ran.stderr)?.[1] as string
    const other = await search('declined', '--cursor', cursor)
    expect(other.status).toBe(2)
    expect(other.stderr).toContain('error: the cursor belongs to another search\n')
    const torn = await search('step', '--cursor', cursor.slice(1))
    expect(torn.stderr).toContain('error: the cursor is none, or not whole\n')
  })

  test('that there is more is said once where nobody asked for a limit', {timeout: LONG}, async () => {
    const ran = await search('-o', 'raw')
    expect(ran.stdout.split('\n').length).toBe(101)
    expect(ran.stderr).toBe('these are the newest 100; there are more: --limit all gives all of them\n')
    const asked = await search('-o', 'raw', '-n', '100')
    expect(asked.stderr).toBe('')
  })
})

describe('what stands around', () => {
  test('a match: lines of the same file, marked, runs apart', {timeout: LONG}, async () => {
    const args = ['declined', '-C', '1', '--template', '{match} {service} {attributes.n}']
    const expected = [25, 75, 125, 175, 225, 275].map((n) =>
      [n - 2, n, n + 2].map((at) => `${at === n} payment ${at}\n`).join(''),
    )
    const stored = await search(...args)
    expect(stored.stdout).toBe(expected.join('--\n'))
    const files = await search(...args, '--file', 'orders.log', '--file', 'payment.log')
    expect(files.stdout).toBe(expected.join('--\n'))
    const before = await search(
      'declined',
      '-n',
      '1',
      '-B',
      '2',
      '--context-by',
      'host',
      '-o',
      'jsonl',
      '--fields',
      'match,n',
    )
    expect(before.stdout).toBe('{"match":false,"n":273}\n{"match":false,"n":274}\n{"match":true,"n":275}\n')
  })

  test('a record: everything in its window, or the nearest', {timeout: LONG}, async () => {
    const id = (await search('"order 125"', '--fields', 'id', '-o', 'raw')).stdout.trim()
    const near = await search('--around', id, '--window', '500ms', '-o', 'raw', '--fields', 'n,match')
    expect(near.stdout).toBe('123\tfalse\n124\tfalse\n125\ttrue\n126\tfalse\n127\tfalse\n')
    const some = await search('--around', id, '-n', '3', '--service', 'orders', '-o', 'raw', '--fields', 'n')
    expect(some.stdout).toBe('124\n125\n126\n')
    const none = await search('--around', 'nobody-0-00000000')
    expect([none.status, none.stderr]).toEqual([1, expect.stringContaining('no record has the id "nobody-0-00000000"')])
  })
})

test('a saved search is asked by its name, with flags of the day', {timeout: LONG}, async () => {
  const saved = await search(
    'declined',
    '--min-level',
    'warn',
    '-n',
    '2',
    '--fields',
    'n',
    '--save',
    'trouble',
    '-o',
    'raw',
  )
  expect([saved.stdout, saved.stderr]).toEqual(['225\n275\n', 'saved as @trouble\n'])
  const again = await search('@trouble', '-n', '3', '-o', 'raw')
  expect(again.stdout).toBe('175\n225\n275\n')
  const listed = await runLogflow(['searches', 'list'], {home})
  expect(listed.stdout).toBe(
    '{"name":"trouble","query":"declined","flags":{"min_level":"warn","limit":"2","fields":"n"}}\n',
  )
  expect((await runLogflow(['searches', 'delete', '@trouble'], {home})).stderr).toBe('@trouble deleted\n')
  expect(readdirSync(join(home, '.local/share/logflow/searches'))).toEqual([])
})

test('nothing found says what was misspelt', {timeout: LONG}, async () => {
  const said = async (query: string) => (await search(query)).stderr.trimEnd()
  expect(await said('servce:orders')).toBe(
    'nothing found for servce:orders in 300 records; no record has "servce"; did you mean service?',
  )
  expect(await said('n:>=300')).toBe('nothing found for n:>=300 in 300 records')
})

test('--explain shows the query as it was understood and what the engine is asked', {timeout: LONG}, async () => {
  const args = ['declined (level:error OR n:>=275)', '--since', '2026-11-21', '--timezone', 'UTC', '--explain']
  const tree =
    'what is asked\n  all of\n    the word declined\n    any of\n      level ERROR\n      attributes.n >= 275\n'
  const stored = await search(...args, '-o', 'pretty')
  expect(stored.stdout.startsWith(`${tree}\nwhen\n  from 2026-11-21T00:00:00.000Z on\n\n`), stored.stdout).toBe(true)
  expect(stored.stdout).toContain('SELECT')
  const files = JSON.parse((await search(...args, '--file', 'orders.log', '-o', 'json')).stdout)
  expect(files).toMatchObject({
    since: '2026-11-21T00:00:00.000Z',
    engine: 'plain files',
    exact: true,
    tree: {kind: 'and'},
  })
})

test('a template that is wrong, and flags that do not go together', {timeout: LONG}, async () => {
  const wrong = await search('--template', '{level} {message')
  expect(wrong.stderr).toBe(
    'error: --template: no } ends this field\n  {level} {message\n          ^\n  Write \\{ for a brace\n',
  )
  for (const args of [
    ['--context-by', 'host'],
    ['--around', 'x', '-C', '1'],
  ])
    expect((await search(...args)).status, args.join(' ')).toBe(2)
})

test('a reader that stops early ends a search of all, and is waited for', {timeout: LONG}, async () => {
  const child = spawn(process.execPath, [BINARY, 'search', '--limit', 'all', '-o', 'jsonl'], {
    cwd: home,
    env: cleanEnv({HOME: home}),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((done) => child.on('close', done))
  const first = await new Promise<string>((done) => child.stdout.once('data', (chunk) => done(String(chunk))))
  expect(first.startsWith('{"id":')).toBe(true)
  child.stdout.destroy()
  expect(await ended).toBe(0)
})

// A terminal of its own comes from script(1) of util-linux.
const hasTerminal = spawnSync('script', ['--version'], {encoding: 'utf8'}).stdout?.includes('util-linux') ?? false

describe.skipIf(!hasTerminal)('on a terminal', () => {
  /** Runs a command line on a terminal of 80 columns and 10 rows; colours taken out. */
  function onTerminal(line: string, env: Record<string, string> = {}): string {
    const command = `stty cols 80 rows 10; ${process.execPath} ${BINARY} ${line}`
    const ran = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: home,
      env: cleanEnv({HOME: home, TERM: 'xterm', ...env}),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LONG,
    })
    // On a slow machine the line that says so comes and goes.
    const plain = ran.stdout.replace(/\x1b\[[0-9;]*[mK]/g, '').replace(/\r── searching[^\r]*/g, '')
    return plain.replaceAll('\r', '')
  }

  test('N of M is said below, with where to go on', {timeout: LONG}, () => {
    const shown = onTerminal('search declined -n 2 --timezone UTC')
    const lines = shown.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^── Sat 21 Nov.* · UTC ─+$/)
    expect(lines[1]).toMatch(/^09:00:56\.250 {2}ERROR {2}payment {3}card declined for order 225 {2}n=225/)
    expect(lines.at(-2)).toMatch(/^── 2 of 6; --limit for more · \d.* ─+$/)
    expect(lines.at(-1)).toMatch(/^go on: --cursor [\w-]+$/)
  })

  test('what is longer than the screen goes to the pager', {timeout: LONG}, () => {
    const env = {LOGFLOW_PAGER: 'cat > paged.txt; echo paged'}
    expect(onTerminal('search step -n 30 --quiet', env)).toBe('paged\n')
    expect(readFileSync(join(home, 'paged.txt'), 'utf8').split('\n').length).toBeGreaterThan(30)
    expect(onTerminal('search step -n 3 --quiet', env)).toContain('step 299\n'.trim())
    expect(onTerminal('search step -n 30 --quiet --no-pager', env)).not.toContain('paged')
    expect(onTerminal('search step -n 30 --quiet', {LOGFLOW_PAGER: 'head -1'})).toMatch(/^── Sat 21 Nov[^\n]*\n$/)
    expect(onTerminal('search step -n 30 --quiet', {LOGFLOW_PAGER: 'no-such-pager-here'})).toContain(
      'error: the pager "no-such-pager-here" cannot be run',
    )
  })
})
