import {createHash} from 'node:crypto'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {buildLogflow, runLogflow} from '../support/run-logflow.js'

const folder = mkdtempSync(join(tmpdir(), 'logflow-generate-'))
beforeAll(buildLogflow)
afterAll(() => rmSync(folder, {recursive: true, force: true}))

const fixed = ['--seed', 'shop', '--start', '2026-01-31T23:59:30Z', '--rate', '200']

function sum(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

test('the same seed and start give the same bytes on stdout and in a file, whatever the zone', async () => {
  const path = join(folder, 'shop.log')
  const out = await runLogflow(['generate', ...fixed, '--count', '2000'], {env: {TZ: 'Asia/Kolkata', LANG: 'de_DE'}})
  const file = await runLogflow(['generate', ...fixed, '--duration', '10', '--to', path, '-o', 'pretty'])
  expect([out.status, file.status, file.stdout]).toEqual([0, 0, ''])
  expect(sum(out.stdout)).toBe('0d055a80dd60ddd6e9af8108eba19f998be2569a680e229503f7c9d287a6700a')
  expect(readFileSync(path, 'utf8')).toBe(out.stdout)
})

test('what was made is told on stderr, data alone on stdout', async () => {
  const {stdout, stderr} = await runLogflow(['generate', ...fixed, '--count', '2000'])
  for (const line of stdout.trimEnd().split('\n')) JSON.parse(line)
  expect(stderr).toMatch(
    /^2,000 lines {3}\d+ kB in [\d.]+ m?s {3}[\d,]+\/s {3}2026-01-31T23:59:30\.000Z to 2026-01-31T23:59:40\.000Z {3}seed shop\n$/,
  )
  expect((await runLogflow(['generate', ...fixed, '--count', '10', '--quiet'])).stderr).toBe('')
})

test('a file is answered with one object in a pipe', async () => {
  const path = join(folder, 'counted.log')
  const {stdout} = await runLogflow(['generate', ...fixed, '--count', '300', '--to', path, '--json'])
  expect(JSON.parse(stdout)).toEqual({
    lines: 300,
    bytes: readFileSync(path).length,
    to: path,
    seed: 'shop',
    rate: 200,
    start: '2026-01-31T23:59:30.000Z',
  })
})

test('--truth tells every span as it was made, and the lines are those of a run without it', async () => {
  const truth = join(folder, 'truth.jsonl')
  const run = ['generate', ...fixed, '--count', '500']
  const {stdout} = await runLogflow([...run, '--truth', truth])
  expect(stdout).toBe((await runLogflow(run)).stdout)
  const spans = new Map<string, {parent_span_id: string | null}>()
  for (const line of readFileSync(truth, 'utf8').trimEnd().split('\n')) {
    const span = JSON.parse(line)
    spans.set(span.span_id, span)
  }
  let told = 0
  for (const line of stdout.trimEnd().split('\n')) {
    const {span_id, parent_span_id = null, trace_id, service, host, correlation_id, request_id} = JSON.parse(line)
    if (span_id === undefined) continue
    told++
    const span = {trace_id, span_id, parent_span_id, service, host, correlation_id, request_id}
    expect(spans.get(span_id)).toEqual(span)
  }
  expect(told).toBeGreaterThan(100)
  for (const {parent_span_id} of spans.values())
    if (parent_span_id !== null) expect(spans.has(parent_span_id)).toBe(true)
  const folderAsFile = await runLogflow(['generate', '--count', '1', '--truth', folder])
  expect(folderAsFile).toMatchObject({status: 6, stdout: ''})
})

test('without a start the last line is now, and a run can be made again by its seed', async () => {
  const before = Date.now()
  const {stdout, stderr} = await runLogflow(['generate', '--duration', '2s', '--rate', '50'])
  const times = stdout
    .trimEnd()
    .split('\n')
    .map((line) => Date.parse(JSON.parse(line).time))
  expect(times).toHaveLength(100)
  expect(Math.min(...times)).toBeGreaterThanOrEqual(before - 2000)
  expect(Math.max(...times)).toBeLessThanOrEqual(Date.now())
  const [, start, seed] = /(\S+Z) to .*seed (\d+)$/m.exec(stderr) as unknown as [string, string, string]
  const again = await runLogflow(['generate', '--count', '100', '--rate', '50', '--start', start, '--seed', seed])
  expect(again.stdout).toBe(stdout)
})

test('the parser finds in every line what the service wrote into it', async () => {
  const path = join(folder, 'parsed.log')
  await runLogflow(['generate', ...fixed, '--count', '3000', '--to', path])
  const {stdout, status} = await runLogflow(['parse', path, '-o', 'jsonl'])
  expect(status).toBe(0)
  const records = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const lines = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(records).toHaveLength(3000)
  records.forEach((record, i) => {
    const {time, level, service, host, msg, event, trace_id, span_id, parent_span_id, correlation_id, request_id} =
      lines[i]
    expect(record).toMatchObject({'@timestamp': time, level: level.toUpperCase(), service, host, message: msg})
    expect(pick(record)).toEqual({event, trace_id, span_id, parent_span_id, correlation_id, request_id})
    expect(record.duration_ms).toBe(lines[i].duration_ms)
    expect(record.error?.stack).toBe(lines[i].error?.stack)
    expect(record.raw).toBeUndefined()
  })
})

function pick({event, trace_id, span_id, parent_span_id, correlation_id, request_id}: Record<string, unknown>) {
  return {event, trace_id, span_id, parent_span_id, correlation_id, request_id}
}

test('a reader that has enough ends it with status 0', async () => {
  const {status, stderr} = await runLogflow(['generate', '--count', '10000000', '--start', '2026-01-01T00:00:00Z'], {
    readOnly: 100,
  })
  expect([status, stderr]).toEqual([0, ''])
})

test('live lines come at their time, and a reader that has enough ends it', async () => {
  const {status, stdout} = await runLogflow(['generate', '--live', '--rate', '100'], {readOnly: 3000})
  expect(status).toBe(0)
  const times = stdout
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line).time)
  expect(Date.now() - Date.parse(times[0])).toBeLessThan(15_000)
})

test('onto the bus and into the store: the same run again adds nothing', async () => {
  const args = ['--data-dir', join(folder, 'data')]
  const first = await runLogflow(['generate', ...fixed, '--count', '2000', '--to', 'bus', '--json', ...args])
  expect(first.status).toBe(0)
  expect(JSON.parse(first.stdout)).toMatchObject({
    lines: 2000,
    read: 2000,
    stored: 2000,
    already_there: 0,
    topic: 'logs',
  })
  const second = await runLogflow(['generate', ...fixed, '--count', '2000', '--to', 'bus', '--json', ...args])
  expect(JSON.parse(second.stdout)).toMatchObject({lines: 2000, stored: 0, already_there: 2000})
  const count = await runLogflow(['search', '--count', '-o', 'json', ...args])
  expect(JSON.parse(count.stdout)).toEqual({count: 2000})
  const declined = await runLogflow(['search', '"payment failed" level:error', '-o', 'jsonl', '--limit', '1', ...args])
  const {trace_id, error} = JSON.parse(declined.stdout)
  expect(error.causes).toHaveLength(1)
  const trace = await runLogflow(['trace', trace_id, '-o', 'jsonl', ...args])
  const services = new Set(
    trace.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).service),
  )
  expect([...services].sort()).toEqual(expect.arrayContaining(['gateway', 'inventory', 'mail', 'orders', 'payment']))
})

test.each([
  [['--rate', '0'], 'error: the rate must be above 0 lines a second, not 0\n'],
  [['--rate', 'fast'], 'error: --rate fast is no number\n  Write it as 1000 or 2.5\n'],
  [['--duration', 'long'], 'error: --duration long is no length of time\n  Write 60, 90s, 15m or 1h30m\n'],
  [['--count', '2.5'], 'error: the count must be a whole number above 0, not 2.5\n'],
  [
    ['--services', 'paymnt'],
    'error: no service "paymnt" to generate; known: gateway, auth, search, catalogue, cart, orders, inventory, payment, shipping, mail\n',
  ],
])('refuses %j in a line', async (args, message) => {
  const {status, stdout, stderr} = await runLogflow(['generate', ...args])
  expect([status, stdout, stderr]).toEqual([2, '', message])
})

test('a file that cannot be written ends it with status 6', async () => {
  const path = join(folder, 'no', 'shop.log')
  const {status, stderr} = await runLogflow(['generate', '--to', path])
  expect([status, stderr]).toEqual([6, `error: cannot write ${path}: no such folder\n`])
})

test('--scenario lets something go wrong, and --truth tells what', async () => {
  const truth = join(folder, 'incident.jsonl')
  const run = ['generate', ...fixed, '--duration', '60', '--scenario', 'brute-force@10s+20s', '--truth', truth]
  const {stdout, status} = await runLogflow([...run, '--late', '5%:5s', '--doubled', '1%'])
  expect(status).toBe(0)
  const incidents = readFileSync(truth, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({kind}) => kind === 'incident')
  expect(incidents).toMatchObject([
    {
      scenario: 'brute-force',
      begin: '2026-01-31T23:59:40.000000Z',
      end: '2026-02-01T00:00:00.000000Z',
      services: ['auth'],
    },
  ])
  expect(stdout).toContain('"client_ip":"198.51.100.23"')
  const wrong = await runLogflow(['generate', ...fixed, '--duration', '60', '--scenario', 'slow-db@50s+1m'])
  expect(wrong).toMatchObject({status: 2, stdout: ''})
  expect(wrong.stderr).toMatch(/does not fit into a run of 60 s\n/)
  const listed = JSON.parse((await runLogflow(['generate', 'list', '-o', 'json'])).stdout)
  expect(listed.length).toBeGreaterThanOrEqual(10)
  expect((await runLogflow(['generate', 'describe', 'slow-db', '-o', 'pretty'])).stdout).toContain('Harmless:')
})
