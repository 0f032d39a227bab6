import {spawn} from 'node:child_process'
import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {BINARY, buildLogflow, cleanEnv, emptyHome, type RunOptions, runLogflow} from '../support/run-logflow.js'

// Assertions on logs, with the real binary: what CI runs.

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const line = (message: string, level = 'info', service = 'checkout', at = '09:41:07') =>
  `${JSON.stringify({ts: `2026-11-21T${at}.118Z`, level, service, msg: message, trace_id: TRACE})}\n`

const home = emptyHome()
beforeAll(async () => {
  await buildLogflow()
  writeFileSync(join(home, 'shop.log'), line('order placed') + line('card declined', 'error', 'payment', '09:41:08'))
  expect(await run('ship', 'shop.log')).toMatchObject({status: 0})
})
afterAll(() => rmSync(home, {recursive: true, force: true}))

const run = (...args: string[]) => runWith({}, ...args)
const runWith = (options: RunOptions, ...args: string[]) => runLogflow(args, {home, timeout: 90_000, ...options})

test('what is there is told at once, with the record', async () => {
  const {status, stdout, stderr} = await run(
    'expect',
    'service:checkout "order placed"',
    '--trace-id',
    TRACE,
    '-o',
    'pretty',
  )
  expect({status, stderr}).toEqual({status: 0, stderr: ''})
  expect(stdout).toMatch(
    /^✓ service:checkout "order placed" 4bf9\w+: 1 record after .*\n.*\n {2}09:41:07\.118 {2}INFO {3}checkout {2}order placed/,
  )
})

test('what must not be there breaks it: status 1, the records, and the trace to look at', async () => {
  const {status, stdout, stderr} = await run('expect', 'level>=error', '--none', '--within', '60s', '-o', 'pretty')
  expect(status).toBe(1)
  expect(stdout).toMatch(/^✗ no level>=error: expected none, found 1 after /)
  expect(stdout).toContain('card declined')
  expect(stdout).toContain(`full trace: logflow trace ${TRACE}\n`)
  expect(stderr).toMatch(/^error: expected none, found 1 after /)
})

test('what does not come is told with the nearest thing', async () => {
  const {status, stdout} = await run('expect', 'service:payment "order placed"', '-o', 'json')
  expect(status).toBe(1)
  const {verdict, expectations} = JSON.parse(stdout)
  expect(verdict).toBe('broken')
  expect(expectations).toMatchObject([
    {
      verdict: 'broken',
      expected: 'at least 1',
      count: 0,
      nearest: {count: 1, records: [{message: expect.any(String)}]},
    },
  ])
})

test.each([
  ['service:nobody (placed OR shipped)', 'service = "nobody", in any case'],
  [
    'service:nobody (sold OR shipped)',
    'all of service = "nobody", in any case, any of, the word sold, the word shipped',
  ],
])('of %s beside a flag, what stands in the way is told in one line', async (query, without) => {
  const {status, stdout} = await run('expect', query, '--trace-id', TRACE, '-o', 'pretty')
  expect(status).toBe(1)
  expect(stdout).toMatch(/^ {2}nearest: \d+ records? without /m)
  expect(stdout).toContain(` without ${without}\n`)
})

test('what is on the bus and not processed: status 3, and 0 once it is', async () => {
  writeFileSync(join(home, 'late.log'), line('parcel sent', 'info', 'shipping'))
  await run('ship', 'late.log', '--no-process')
  const early = await run('expect', '"parcel sent"', '--catch-up', '1s')
  expect(early.status).toBe(3)
  expect(early.stderr).toMatch(/^error: could not know after .*: one unit on the bus is not processed yet\n/)
  await run('process', '--once')
  expect(await run('expect', '"parcel sent"')).toMatchObject({status: 0})
})

test('it waits for what comes late', async () => {
  writeFileSync(join(home, 'later.log'), line('refund paid', 'info', 'billing'))
  const waiting = run('expect', '"refund paid"', '--within', '80s', '--json')
  await run('ship', 'later.log')
  const {status, stdout} = await waiting
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({verdict: 'met', expectations: [{count: 1}]})
})

test('since a mark only what was handed over later counts', async () => {
  expect(await run('expect', 'declined', '--since-mark', 'nowhere')).toMatchObject({status: 2})
  expect(await run('mark', 'deploy')).toMatchObject({status: 0})
  expect(await run('expect', 'declined', '--since-mark', 'deploy')).toMatchObject({status: 1})
  writeFileSync(join(home, 'after.log'), line('card declined again', 'error', 'payment', '08:00:00'))
  await run('ship', 'after.log')
  const after = await run('expect', 'declined', '--count', '1', '--since-mark', 'deploy', '--json')
  expect(JSON.parse(after.stdout)).toMatchObject({verdict: 'met', expectations: [{count: 1}]})
})

test('several from a file, with reports for CI', async () => {
  writeFileSync(
    join(home, 'e.yaml'),
    `- name: order is placed\n  query: '"order placed"'\n- name: nothing fatal\n  query: level:fatal\n  none: true\n- query: nothing_like_this\n`,
  )
  const {status, stderr} = await run('expect', '--from', 'e.yaml', '--junit', 'report.xml', '--github')
  expect(status).toBe(1)
  expect(stderr).toMatch(/^::error title=logflow expect%3A nothing_like_this::expected at least 1, found 0 after /)
  expect(stderr).toContain('error: 1 of 3 expectations are broken')
  const report = readFileSync(join(home, 'report.xml'), 'utf8')
  expect(report).toContain('<testsuites tests="3" failures="1" errors="0">')
  expect(report).toContain('name="order is placed"')
})

test('files and pipes are read to their end', async () => {
  expect(await run('expect', 'declined', '--file', 'shop.log')).toMatchObject({status: 0})
  const input = line('all good') + line('panic: nil map', 'fatal')
  expect(await runWith({input}, 'expect', 'panic', '--none', '--file', '-')).toMatchObject({status: 1})
  expect(await runWith({input}, 'expect', 'good', '--count', '1', '--file', '-')).toMatchObject({status: 0})
  expect(await run('expect', 'x', '--none', '--file', 'absent.log')).toMatchObject({status: 6})
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 3],
] as const)('ended by %s before it is known: status %d', async (signal, status) => {
  const child = spawn(process.execPath, [BINARY, 'expect', 'nothing_like_this', '--within', '80s', '--verbose'], {
    cwd: home,
    env: cleanEnv({HOME: home}),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (!said.includes('watching') && (said + text).includes('watching')) child.kill(signal)
    said += text
  })
  expect(await new Promise((done) => child.on('close', done))).toBe(status)
})

test('wrong use is told before anything is looked at', async () => {
  const refused = async (...args: string[]) => (await run('expect', ...args)).status
  expect(await refused()).toBe(2)
  expect(await refused('x', '--count', 'many')).toBe(2)
  expect(await refused('x', '--within', 'soon')).toBe(2)
  expect(await refused('(x')).toBe(2)
  expect(await refused('x', '--from', 'e.yaml')).toBe(2)
})
