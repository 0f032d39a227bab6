import {copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'

// A rule is proven before it wakes anyone, with the real binary.

const EXAMPLES = resolve(import.meta.dirname, '../../examples/alerts')
const home = emptyHome()
const run = (...args: string[]) => runLogflow(args, {home, timeout: 90_000})

beforeAll(async () => {
  await buildLogflow()
  const line = (minute: number, second: number, level: string) =>
    JSON.stringify({
      ts: new Date(Date.UTC(2026, 2, 1, 10, minute, second)).toISOString(),
      level,
      service: 'shop',
      msg: 'm',
    })
  const lines = Array.from({length: 60}, (_, minute) => [
    line(minute, 0, 'info'),
    // ten errors a minute from 10:20 to 10:30
    ...(minute >= 20 && minute < 30 ? Array.from({length: 10}, (_, n) => line(minute, n * 5, 'error')) : []),
  ]).flat()
  writeFileSync(join(home, 'shop.log'), `${lines.join('\n')}\n`)
  writeFileSync(join(home, 'rule.yaml'), 'name: Errors\nquery: level:error\nthreshold: 25\ntime_window: 5m\n')
  const truth = {
    kind: 'incident',
    begin: '2026-03-01T10:20:00Z',
    end: '2026-03-01T10:30:00Z',
    services: ['shop'],
    name: 'burst',
  }
  writeFileSync(join(home, 'truth.jsonl'), `{"trace_id":"4bf9","span_id":"1"}\n${JSON.stringify(truth)}\n`)
  expect(await run('ship', 'shop.log')).toMatchObject({status: 0})
})
afterAll(() => rmSync(home, {recursive: true, force: true}))

test('the file that --help shows is one, as it stands there', async () => {
  const {stdout: help} = await run('alerts', 'test', '--help')
  const shown = help.slice(help.indexOf('  rules: ['), help.indexOf('\n\n', help.indexOf('  rules: [')))
  const folder = join(home, 'shown')
  mkdirSync(folder)
  copyFileSync(join(EXAMPLES, 'error-rate.yaml'), join(folder, 'error-rate.yaml'))
  writeFileSync(join(folder, 'error-rate.test.yaml'), shown.replace(/^ {2}/gm, ''))
  const {status, stderr} = await run('alerts', 'test', folder)
  expect({status, stderr}).toEqual({status: 0, stderr: expect.stringContaining('1 test, 3 steps: all as expected')})
})

test('the examples pass, without a server, a store or a data directory', async () => {
  const {status, stdout, stderr} = await run(
    'alerts',
    'test',
    EXAMPLES,
    '-o',
    'pretty',
    '--data-dir',
    '/nowhere/at/all',
  )
  expect(status).toBe(0)
  const files = readdirSync(EXAMPLES).filter((name) => name.endsWith('.test.yaml')).length
  expect(stderr).toMatch(new RegExp(`^${files} files, \\d+ tests, \\d+ steps: all as expected\n$`))
  expect(stdout.match(/^ {2}✓ /gm)?.length).toBeGreaterThan(6)
})

test('a rule that does otherwise: status 1, want and got, and the value that was measured', async () => {
  writeFileSync(
    join(home, 'rule.test.yaml'),
    `rules: [rule.yaml]
tests:
  - name: a burst opens
    records: [{at: 5m, count: 30, every: 2s, level: ERROR}]
    expect:
      - {at: 5m, state: inactive}
      - {at: 6m, state: inactive}
      - {at: 7m, state: open, value: 31}
    notices: []
  - name: a few do not
    records: [{at: 5m, count: 20, level: ERROR}]
    expect: [{at: 6m, state: inactive, value: 20}]
`,
  )
  const {status, stdout, stderr} = await run('alerts', 'test', 'rule.test.yaml', '-o', 'pretty')
  expect(status).toBe(1)
  expect(stdout).toBe(`rule.test.yaml
  ✗ a burst opens  30 records, 7 evaluations
       at  rule    want      got       measured  line
    ✓  5m  Errors  inactive  inactive         0  6
    ✗  6m  Errors  inactive  open            30  7
    ✗  7m  Errors  open, 31  open            30  8
    ✗ notices: want none
               got  6m Errors (1 opened)
    Errors: count > 25 in 5m
  ✓ a few do not  20 records, 6 evaluations
`)
  expect(stderr).toMatch(/^error: 1 file, 2 tests, 5 steps: 1 test not as expected\n/)
})

test('a test that cannot be read: status 2, and the place', async () => {
  writeFileSync(join(home, 'odd.test.yaml'), 'rules: [rule.yaml]\ntests:\n  - expects: []\n')
  const {status, stdout, stderr} = await run('alerts', 'test', 'odd.test.yaml')
  expect({status, stdout}).toEqual({status: 2, stdout: ''})
  expect(stderr).toMatch(/^error: odd\.test\.yaml:3:\d+: unknown key expects\n {2}Did you mean expect\?\n/)
})

test('the stored past, replayed: when it would have fired, and what other thresholds would have done', async () => {
  const asked = ['--since', '2026-03-01T10:00:00Z', '--until', '2026-03-01T11:00:00Z', '--truth', 'truth.jsonl']
  const sweep = ['--sweep', 'threshold=5,25,60']
  const json = await run('alerts', 'backtest', '--file', 'rule.yaml', ...asked, ...sweep, '-o', 'json')
  expect({status: json.status, stderr: json.stderr}).toEqual({status: 0, stderr: ''})
  const result = JSON.parse(json.stdout)
  // 30 in [10:18, 10:23), and no longer over 25 in [10:28, 10:33)
  expect(result).toMatchObject({evaluations: 60, triggered: 1, notices: 1, open_seconds: 600, precision: 1, recall: 1})
  expect(result.alerts).toMatchObject([
    {
      opened_at: '2026-03-01T10:23:00.000Z',
      resolved_at: '2026-03-01T10:33:00.000Z',
      value: 30,
      peak: 50,
      incident: 'burst',
    },
  ])
  expect(result.incidents).toMatchObject([{name: 'burst', detected_after_seconds: 180}])
  expect(result.sweep).toMatchObject([
    {threshold: 5, triggered: 1, detection_median_seconds: 60, current: false},
    {threshold: 25, triggered: 1, current: true},
    {threshold: 60, triggered: 0, recall: 0},
  ])
  const pretty = await run(
    'alerts',
    'backtest',
    '--file',
    'rule.yaml',
    ...asked,
    ...sweep,
    '-o',
    'pretty',
    '--timezone',
    'UTC',
  )
  expect(pretty.stdout).toMatch(/^Errors {3}count > 25 in 5m\n/)
  expect(pretty.stdout).toContain(
    'would have fired 1 time with 1 notice, open 16.7 % of the time (10 min), the longest 10 min\n',
  )
  expect(pretty.stdout).toContain('✓ burst in shop, Sun 1 Mar 10:20 for 10 min: told after 3 min, 1 alert\n')
  expect(pretty.stdout).toContain('← now ← best F1\n')
  const csv = await run('alerts', 'backtest', '--file', 'rule.yaml', ...asked, ...sweep, '-o', 'csv')
  expect(csv.stdout.split('\r\n')[0]).toMatch(/^threshold,current,evaluations,triggered,notices,/)
  expect(csv.stdout.split('\r\n')).toHaveLength(5)
})

test('a rule that is kept is found by its name, and does the same', async () => {
  const made = await run('alerts', 'create', 'Kept', '--query', 'level:error', '--threshold', '25', '--window', '5m')
  expect(made.status).toBe(0)
  const asked = ['--since', '2026-03-01T10:00:00Z', '--until', '2026-03-01T11:00:00Z', '-o', 'json']
  const [kept, written] = await Promise.all([
    run('alerts', 'backtest', 'kept', ...asked),
    run('alerts', 'backtest', '--file', 'rule.yaml', ...asked),
  ])
  expect({status: kept.status, stderr: kept.stderr}).toEqual({status: 0, stderr: ''})
  expect(JSON.parse(kept.stdout)).toEqual({...JSON.parse(written.stdout), rule: 'Kept'})
  expect(await run('alerts', 'backtest', 'nobody', ...asked)).toMatchObject({status: 1, stdout: ''})
})

test.each([
  [[], 'name a rule, or give --file with one'],
  [['--file', 'rule.yaml', 'Other'], 'rule.yaml has no rule "Other"'],
  [['--file', 'rule.yaml', '--sweep', 'treshold=1..2'], 'takes one of threshold'],
  [['--file', 'rule.yaml', '--truth', 'shop.log'], 'shop.log has no incident in it'],
  [['--file', 'rule.yaml', '--truth', 'truth.jsonl', '--incident', 'burts'], 'the truth has no incident "burts"'],
  [['--file', 'rule.yaml', '--since', '5s'], 'there is no evaluation between --since and --until'],
])('wrong use of backtest: %s', async (args, message) => {
  const {status, stdout, stderr} = await run('alerts', 'backtest', ...args)
  expect({status, stdout}).toEqual({status: 2, stdout: ''})
  expect(stderr).toContain(message)
})
