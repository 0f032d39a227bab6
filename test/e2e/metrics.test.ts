import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'

// The metrics commands through the real binary, over the store and over the same lines as a file.

const LONG = 120_000
const home = emptyHome()
const SPAN = ['--since', '2026-11-20T10:00:00Z', '--until', '2026-11-20T11:00:00Z']

beforeAll(async () => {
  await buildLogflow()
  const lines = Array.from({length: 600}, (_, i) => {
    const time = new Date(Date.UTC(2026, 10, 20, 10) + i * 6_000).toISOString()
    const payment = i % 2 === 0
    const failed = payment && i % 20 === 0
    return JSON.stringify({
      time,
      level: failed ? 'error' : 'info',
      service: payment ? 'payment' : 'gateway',
      host: `web-${i % 3}`,
      msg: failed ? 'card declined' : 'request served',
      duration_ms: i,
    })
  })
  writeFileSync(join(home, 'app.log'), `${lines.join('\n')}\n`)
  const shipped = await run('ship', 'app.log')
  expect(shipped.status, shipped.stderr).toBe(0)
}, LONG)
afterAll(() => rmSync(home, {recursive: true, force: true}))

const run = (...args: string[]) => runLogflow(args, {home, timeout: 60_000})

test(
  'overview: the same of the store and of the file',
  async () => {
    const stored = await run('metrics', 'overview', ...SPAN, '-o', 'json')
    expect(stored.status, stored.stderr).toBe(0)
    const overview = JSON.parse(stored.stdout)
    expect(overview).toMatchObject({
      records: 600,
      errors: 30,
      error_rate: 0.05,
      per_minute: 10,
      durations: {records: 600, min_ms: 0, p50_ms: 299, p90_ms: 539, p95_ms: 569, p99_ms: 593, max_ms: 599},
      levels: [
        {level: 'ERROR', records: 30},
        {level: 'INFO', records: 570},
      ],
      services: [
        {service: 'payment', records: 300, errors: 30, health: {state: 'failing'}},
        {service: 'gateway', records: 300, errors: 0, health: {state: 'healthy'}},
      ],
      before: {records: 0},
    })
    const file = await run('metrics', 'overview', ...SPAN, '-o', 'json', '--file', 'app.log')
    expect(JSON.parse(file.stdout)).toEqual(overview)
  },
  LONG,
)

test(
  'service and timeseries',
  async () => {
    const service = await run('metrics', 'service', 'PAYMENT', ...SPAN, '-o', 'json')
    expect(JSON.parse(service.stdout)).toMatchObject({service: 'PAYMENT', records: 300, hosts_count: 3})
    const series = await run('metrics', 'timeseries', 'declined', ...SPAN, '--interval', '30m', '-o', 'csv')
    expect(series.stdout).toBe(
      [
        'start,seconds,records,errors,error_rate,per_second,p50_duration_ms,p95_duration_ms',
        `2026-11-20T10:00:00.000Z,1800,15,15,1,${15 / 1_800},140,280`,
        `2026-11-20T10:30:00.000Z,1800,15,15,1,${15 / 1_800},440,580`,
        '',
      ].join('\r\n'),
    )
  },
  LONG,
)

test(
  'services as csv',
  async () => {
    const services = await run('metrics', 'overview', '--file', 'app.log', '-o', 'csv')
    expect(services.stdout).toBe(
      [
        'service,records,errors,error_rate,p95_duration_ms,health,health_reason',
        'payment,300,30,0.1,568,failing,error rate over 5 %',
        'gateway,300,0,0,569,healthy,',
        '',
      ].join('\r\n'),
    )
  },
  LONG,
)

test(
  'a whole file, drawn',
  async () => {
    const drawn = await run(
      'metrics',
      'timeseries',
      '--file',
      'app.log',
      '--interval',
      '30m',
      '-o',
      'pretty',
      '--timezone',
      'UTC',
    )
    expect(drawn.stdout.split('\n').map((line) => line.replace(/\s+/g, ' ').replace(/[█▉▊▋▌▍▎▏]+$/, '#'))).toEqual([
      'time records /s errors rate p50 p95',
      'Fri 20 Nov 10:00 300 0.17 15 5.0 % 149 ms 284 ms #',
      ' 10:30 300 0.17 15 5.0 % 449 ms 584 ms #',
      '',
    ])
  },
  LONG,
)

test(
  'system: hosts, and the state of the pipeline',
  async () => {
    const system = await run('metrics', 'system', ...SPAN, '-o', 'json')
    expect(system.status, system.stderr).toBe(0)
    expect(JSON.parse(system.stdout)).toMatchObject({
      services_count: 2,
      hosts_count: 3,
      hosts: [{host: 'web-0', records: 200}, {host: 'web-1'}, {host: 'web-2'}],
      pipeline: {bus: {lag: 0}, store: {records: 600}},
    })
  },
  LONG,
)

test(
  'a store that is away does not hide the bus',
  async () => {
    const system = await run('metrics', 'system', '-o', 'json', '--store', 'http://127.0.0.1:9')
    expect(system.status).toBe(3)
    expect(JSON.parse(system.stdout)).toMatchObject({pipeline: {bus: {lag: 0}, store: {error: expect.any(String)}}})
  },
  LONG,
)

test(
  'nothing there: said, with the nearest thing that is',
  async () => {
    const unknown = await run('metrics', 'service', 'paymnt', ...SPAN, '-o', 'pretty', '--fail-if-none')
    expect(unknown).toMatchObject({status: 1, stdout: ''})
    expect(unknown.stderr).toContain('no service "paymnt"; did you mean payment?')
    const early = await run('metrics', 'overview', '--since', '2026-11-01', '--until', '2026-11-02', '-o', 'json')
    expect(early.status).toBe(0)
    expect(JSON.parse(early.stdout)).toMatchObject({records: 0, errors: 0, services: []})
    expect(early.stderr).toContain('600 would match at another time; the newest record is of 2026-11-20T10:59:54')
    const empty = await runLogflow(['metrics', 'overview', '-o', 'pretty'], {timeout: 60_000})
    expect(empty).toMatchObject({status: 0, stdout: ''})
    expect(empty.stderr).toContain('nothing found (last 24 h) in 0 records; logflow ship FILE puts some there')
  },
  LONG,
)

test.each([
  [['metrics', 'overview', '--interval', 'soon'], '--interval takes a length of time, not "soon"'],
  [['metrics', 'overview', '--top', '0'], '--top takes a whole number over 0'],
  [['metrics', 'overview', '--file', 'app.log', '--compare'], '--compare needs to know the period'],
  [['metrics', 'timeseries', '--since', '300d', '--interval', '1ms'], 'the interval would make'],
])(
  '%j is wrong use',
  async (args, said) => {
    const ran = await run(...args)
    expect(ran).toMatchObject({status: 2, stdout: ''})
    expect(ran.stderr).toContain(said)
  },
  LONG,
)
