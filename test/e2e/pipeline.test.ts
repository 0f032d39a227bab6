import {spawn} from 'node:child_process'
import {appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {gzipSync} from 'node:zlib'
import {beforeAll, describe, expect, test} from 'vitest'
import {removedHomes} from '../support/removed-homes.js'
import {BINARY, buildLogflow, cleanEnv, runLogflow} from '../support/run-logflow.js'

// The main job through the real binary, on the embedded default: what is shipped is found again, once.

const SHOP = resolve(import.meta.dirname, '../cases/e2e/shop')
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

const emptyOne = removedHomes()
function newHome(): string {
  const home = emptyOne()
  cpSync(SHOP, join(home, 'shop'), {recursive: true})
  return home
}

beforeAll(buildLogflow)

interface Found {
  id: string
  '@timestamp': string
  message: string
  service?: string
  level?: string
  source: {file?: string; offset: number; line?: number; format: string}
}

async function search(home: string, ...args: string[]): Promise<Found[]> {
  const ran = await runLogflow(['search', '--limit', 'all', ...args], {home})
  expect(ran.stderr).not.toContain('error:')
  return ran.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

describe('ship, then search', () => {
  const home = newHome()

  test('says what it sent and stored', async () => {
    const ran = await runLogflow(['ship', 'shop'], {home})
    expect(ran.status).toBe(0)
    expect(ran.stdout).toBe('')
    const [first, second] = ran.stderr.split('\n')
    expect(first).toMatch(/^22 lines → 15 records \(6 joined, 1 blank\) {3}1\.9 kB in [\d.]+ m?s {3}[\d,.]+\/s$/)
    expect(second).toBe('stored 15   already there 0   dead letters 0   dropped 0')
  })

  test('finds every line where it stood', async () => {
    const found = await search(home)
    expect(found).toHaveLength(15)
    for (const {source} of found) {
      const lines = readFileSync(source.file as string, 'utf8')
      const offset = Buffer.from(lines).subarray(0, source.offset).toString().split('\n').length
      expect(offset).toBe(source.line)
    }
    const formats = new Set(found.map(({source}) => source.format))
    expect([...formats].sort()).toEqual(['access', 'json', 'logfmt', 'plain', 'syslog-3164', 'syslog-5424', 'text'])
    const times = found.map((record) => record['@timestamp'])
    expect(times).toEqual([...times].sort())
  })

  test('a second ship of the same files adds nothing and changes no id', async () => {
    const before = await search(home)
    const ran = await runLogflow(['ship', 'shop'], {home})
    expect(ran.stderr).toContain('stored 0   already there 15   dead letters 0   dropped 0')
    expect(await search(home)).toEqual(before)
  })

  test('by trace id, level, service, words and times', async () => {
    expect((await search(home, '--trace-id', TRACE)).map((record) => record.message)).toEqual([
      'POST /checkout',
      'card declined, retrying',
      'card declined',
      'POST /checkout 402',
    ])
    expect(await search(home, '"card declined"', '--service', 'payment', '--level', 'error')).toHaveLength(1)
    expect(await search(home, '--min-level', 'warn', '--until', '2026-11-20T09:41:07.119Z')).toHaveLength(3)
    expect(await search(home, 'level>=error -boom')).toHaveLength(3)
    const count = await runLogflow(['search', 'declined', '--count', '-o', 'pretty'], {home})
    expect(count.stdout).toBe('3\n')
  })

  test('the newest are chosen and printed oldest first', async () => {
    const all = await search(home)
    const ran = await runLogflow(['search', '-n', '3', '-o', 'jsonl', '--fields', 'id'], {home})
    expect(ran.stdout).toBe(
      all
        .slice(-3)
        .map(({id}) => `${JSON.stringify({id})}\n`)
        .join(''),
    )
    const newest = await runLogflow(['search', '-n', '3', '--sort', 'newest', '-o', 'jsonl', '--fields', 'id'], {home})
    expect(newest.stdout).toBe(
      all
        .slice(-3)
        .reverse()
        .map(({id}) => `${JSON.stringify({id})}\n`)
        .join(''),
    )
  })

  test('get prints one record, and exits with 1 where there is none', async () => {
    const [record] = await search(home, 'settlement')
    const got = await runLogflow(['get', record?.id as string], {home})
    expect(JSON.parse(got.stdout)).toEqual(record)
    expect((await runLogflow(['get', record?.id as string, '--json'], {home})).stdout).toBe(got.stdout)
    const id = await runLogflow(['search', 'settlement', '--fields', 'id', '-o', 'raw'], {home})
    expect(id.stdout).toBe(`${record?.id}\n`)
    const none = await runLogflow(['get', 'nothing-0-00000000'], {home})
    expect(none).toMatchObject({status: 1, stdout: '', stderr: 'error: no record has the id "nothing-0-00000000"\n'})
  })

  test('a beginning that is too short for trace is told so', async () => {
    const short = await runLogflow(['trace', '4bf'], {home})
    expect(short).toMatchObject({
      status: 1,
      stderr:
        'error: no record has the trace, correlation or request id "4bf"\n  The beginning of an id is looked up from 4 characters on\n  try  logflow search --limit 5  shows what is there\n',
    })
  })

  test('fields that name none are wrong use', async () => {
    const none = await runLogflow(['search', '--fields', ' , '], {home})
    const stderr = 'error: --fields names no field\n  Write --fields @timestamp,service\n'
    expect(none).toMatchObject({status: 2, stdout: '', stderr})
  })

  test('times that leave nothing between them are wrong use', async () => {
    const none = await runLogflow(['search', '--since', '1h', '--until', '2h'], {home})
    expect(none).toMatchObject({
      status: 2,
      stdout: '',
      stderr: 'error: --since 1h is later than --until 2h: nothing lies between\n  Swap them\n',
    })
  })

  test('trace takes a whole id or a unique beginning', async () => {
    const whole = await runLogflow(['trace', TRACE, '-o', 'pretty'], {home})
    const short = await runLogflow(['trace', '4bf9', '-o', 'pretty'], {home})
    expect(short.stdout).toBe(whole.stdout)
    // The year is shown where it is another.
    const [head, from, ...rest] = whole.stdout.split('\n')
    expect(head).toBe(`trace ${TRACE}   2 services · 4 records · 1 error · 412 ms   from logs: 1 edge inferred ~`)
    expect(from).toMatch(/^from Fri 20 Nov( 2026)? 09:41:07\.000$/)
    expect(rest).toEqual([
      '',
      'gateway    ▕██████████████████████████████████████████████████▏   412 ms       POST /checkout 402',
      '  ~ payment▕              █████████████████████▏                  169 ms 99%   ✗ card declined  (try 2 of 2)',
      '',
      '  +0 ms    INFO   gateway  POST /checkout  http.method=POST http.path=/checkout',
      '  +118 ms  WARN   payment  card declined, retrying  attempt=1',
      '           169 ms without a record while payment was running',
      '▶ +287 ms  ERROR  payment  card declined  attempt=2  ← first error, on the critical path',
      '           125 ms without a record while gateway was running',
      '  +412 ms  WARN   gateway  POST /checkout 402  status=402',
      '',
      '~ inferred, with its confidence',
      '',
    ])
    expect((await runLogflow(['trace', 'beef'], {home})).status).toBe(1)
  })

  test('trace reads plain files the same way, and gives the tree as JSON', async () => {
    const files = ['--file', 'shop/gateway.log', '--file', 'shop/payment.log', '--file', 'shop/orders.log']
    const stored = await runLogflow(['trace', TRACE, '--json'], {home})
    const read = await runLogflow(['trace', '4bf9', '--json', ...files], {home})
    const strip = ({stdout}: {stdout: string}) => {
      const tree = JSON.parse(stdout)
      for (const span of tree.spans) span.records = span.records.map((record: {message: string}) => record.message)
      return tree
    }
    expect(strip(read)).toMatchObject({
      id: TRACE,
      start: '2026-11-20T09:41:07.000Z',
      duration_ms: 412,
      services: ['gateway', 'payment'],
      record_count: 4,
      error_count: 1,
      edges: {exact: 0, inferred: 1},
      spans: [
        {id: '00f067aa0ba902b7', parent: null, edge: null, service: 'gateway', timed: true, duration_ms: 412},
        {parent: '00f067aa0ba902b7', edge: 'inferred', service: 'payment', error: true, attempt: {number: 2, of: 2}},
      ],
    })
    const shape = ({spans}: {spans: Array<Record<string, unknown>>}) =>
      spans.map(({id, parent, edge, confidence, start, duration_ms, records}) => {
        return {id, parent, edge, confidence, start, duration_ms, records}
      })
    expect(shape(strip(stored))).toEqual(shape(strip(read)))
  })

  test('trace gives spans as rows, and failed records alone, to programs too', async () => {
    const spans = await runLogflow(['trace', TRACE, '--spans-only', '-o', 'csv'], {home})
    const rows = spans.stdout.trimEnd().split('\r\n')
    expect(rows[0]).toBe('id,parent,edge,start,duration_ms,error,service,host,name')
    expect(rows.slice(1).map((row) => row.split(',')[6])).toEqual(['gateway', 'payment'])
    const lines = await runLogflow(['trace', TRACE, '--spans-only', '-o', 'jsonl'], {home})
    const listed = lines.stdout.trimEnd().split('\n')
    expect(listed.map((line) => 'records' in JSON.parse(line))).toEqual([false, false])
    const failed = await runLogflow(['trace', TRACE, '--errors', '-o', 'raw'], {home})
    expect(failed.stdout).toBe('card declined\n')
  })

  test('a prefix of several ids names them', async () => {
    const ran = await runLogflow(['trace', 'req-'], {home})
    expect(ran.status).toBe(2)
    expect(ran.stderr).toBe('error: 2 ids begin with "req-"\n  try  logflow trace req-1\n  or   logflow trace req-2\n')
  })

  test('nothing found says what there is, and fails only when asked to', async () => {
    const none = await runLogflow(['search', '--service', 'paymnt'], {home})
    expect(none).toMatchObject({status: 0, stdout: ''})
    expect(none.stderr).toBe(
      'nothing found for --service paymnt in 15 records; no service "paymnt"; did you mean payment?\n',
    )
    const file = await runLogflow(['search', 'x', '--file', '-'], {home})
    expect(file.stderr).toBe('nothing found for x in 0 records\n')
    const tail = await runLogflow(['tail', '--no-follow', '--service', 'paymnt'], {home})
    expect(tail).toMatchObject({status: 0, stdout: '', stderr: none.stderr})
    const whole = await runLogflow(['search', '--trace-id', TRACE, 'zzz'], {home})
    expect(whole.stderr).toBe(`nothing found for zzz --trace-id ${TRACE} in 15 records\n`)
    const short = await runLogflow(['search', '--trace-id', TRACE.slice(0, 8)], {home})
    expect(short.stderr).toBe(
      `nothing found for --trace-id ${TRACE.slice(0, 8)} in 15 records; logflow trace ${TRACE.slice(0, 8)} takes the beginning of an id\n`,
    )
    const failed = await runLogflow(['search', 'absent', '--fail-if-none'], {home})
    expect(failed.status).toBe(1)
  })

  test('a query that does not parse gets a caret and status 2', async () => {
    const ran = await runLogflow(['search', 'level:error AND (service:payment'], {home})
    expect(ran).toMatchObject({status: 2, stdout: ''})
    expect(ran.stderr).toBe(
      'error: the query does not parse\n  level:error AND (service:payment\n                  ^ this parenthesis is never closed\n',
    )
  })

  test('search --file reads plain files the same way', async () => {
    const ids = (await search(home, 'declined')).map(({id}) => id)
    const files = ['shop/gateway.log', 'shop/orders.log', 'shop/payment.log'].flatMap((file) => ['--file', file])
    expect((await search(home, 'declined', ...files)).map(({id}) => id)).toEqual(ids)
  })

  test('status and doctor say where things stand', async () => {
    const status = JSON.parse((await runLogflow(['status', '--json'], {home})).stdout)
    expect(status.bus).toMatchObject({kind: 'embedded', topic: 'logs', lag: 0, dead_letters: 0})
    expect(status.store).toMatchObject({records: 15})
    const doctor = await runLogflow(['doctor', '-o', 'pretty'], {home})
    expect(doctor.status).toBe(0)
    expect(doctor.stdout).not.toContain('✗')
  })
})

describe('ship', () => {
  test('a file that grew since adds only what is new', async () => {
    const home = newHome()
    await runLogflow(['ship', 'shop/payment.log'], {home})
    appendFileSync(
      join(home, 'shop/payment.log'),
      'time=2026-11-20T09:46:00Z level=info service=payment msg="one more"\n',
    )
    const ran = await runLogflow(['ship', 'shop/payment.log'], {home})
    expect(ran.stderr).toContain('stored 1   already there 3   dead letters 0   dropped 0')
  })

  test('compressed files and stdin', async () => {
    const home = newHome()
    const text = readFileSync(join(SHOP, 'payment.log'))
    writeFileSync(join(home, 'packed.log.gz'), gzipSync(text))
    const packed = await runLogflow(['ship', 'packed.log.gz', '--json'], {home})
    expect(JSON.parse(packed.stdout)).toMatchObject({records: 3, blank: 1, processed: {stored: 3}})
    const piped = await runLogflow(['ship', '-', '--source-id', 'ci-1'], {home, input: text.toString()})
    expect(piped.stderr).toContain('stored 3')
    const again = await runLogflow(['ship', '-', '--source-id', 'ci-1'], {home, input: text.toString()})
    expect(again.stderr).toContain('stored 0   already there 3')
  })

  test('what cannot be read is named, the rest is stored, and the status says so', async () => {
    const home = newHome()
    mkdirSync(join(home, 'empty'))
    writeFileSync(join(home, 'binary.log'), Buffer.from(Array.from({length: 4096}, (_, i) => i % 7)))
    const ran = await runLogflow(['ship', 'absent.log', 'binary.log', 'shop/payment.log'], {home})
    expect(ran.status).toBe(6)
    expect(ran.stderr).toContain('absent.log: no such file or directory')
    expect(ran.stderr).toContain('binary.log')
    expect(ran.stderr).toContain('stored 3   already there 0   dead letters 0   dropped 0')
  })

  test('a file without text that a folder happens to hold is told, and is no failure', async () => {
    const home = newHome()
    writeFileSync(join(home, 'shop', 'shop.db'), Buffer.from(Array.from({length: 4096}, (_, i) => i % 7)))
    const ran = await runLogflow(['ship', 'shop'], {home})
    expect(ran.status).toBe(0)
    expect(ran.stderr).toMatch(/^skipped: .*shop\.db/)
    expect(ran.stderr).toContain('stored 15')
  })

  test('two lines of 8 MB: found again, with the memory that takes', async () => {
    const home = newHome()
    const word = 'payload '.repeat(1_000_000)
    writeFileSync(join(home, 'big.log'), `${word}first\n${JSON.stringify({level: 'info', msg: `${word}second`})}\n`)
    expect(await runLogflow(['ship', 'shop', 'big.log'], {home, timeout: 60_000})).toMatchObject({status: 0})
    const found = await runLogflow(['search', 'settlement', '--count', '-o', 'pretty'], {home})
    expect(found.stderr).toBe('')
    expect(found.stdout).toBe('1\n')
    const big = await runLogflow(['search', 'second', '-o', 'jsonl', '--fields', 'level'], {home, timeout: 60_000})
    expect(big.stdout).toBe('{"level":"INFO"}\n')
  }, 120_000)

  test('--dry-run sends nothing', async () => {
    const home = newHome()
    const ran = await runLogflow(['ship', 'shop', '--dry-run'], {home})
    expect(ran.stderr).toContain('22 lines → 15 records')
    expect((await runLogflow(['search', '--count', '-o', 'pretty'], {home})).stdout).toBe('0\n')
  })

  test('--no-process leaves the storing to process --once', async () => {
    const home = newHome()
    await runLogflow(['ship', 'shop', '--no-process'], {home})
    expect((await runLogflow(['search', '--count', '-o', 'pretty'], {home})).stdout).toBe('0\n')
    const ran = await runLogflow(['process', '--once', '--json'], {home})
    expect(JSON.parse(ran.stdout)).toMatchObject({read: 15, stored: 15, already_there: 0, dead_lettered: 0})
    expect((await runLogflow(['search', '--count', '-o', 'pretty'], {home})).stdout).toBe('15\n')
  })

  test('labels reach records that have none of their own', async () => {
    const home = newHome()
    await runLogflow(['ship', 'shop/access.log', '--service', 'edge', '--field', 'region=eu'], {home})
    const found = await search(home, '--service', 'edge')
    expect(found).toHaveLength(3)
    expect(found[0]).toMatchObject({attributes: {region: 'eu', status: 402}})
  })
})

describe('a running processor', () => {
  test('ship waits for it, and SIGTERM ends it cleanly', async () => {
    const home = newHome()
    const child = spawn(process.execPath, [BINARY, 'process'], {cwd: home, env: cleanEnv({HOME: home}), stdio: 'pipe'})
    const ended = new Promise<number | null>((done) => child.on('close', (status) => done(status)))
    try {
      const ran = await runLogflow(['ship', 'shop'], {home})
      expect(ran.status).toBe(0)
      expect((await runLogflow(['search', '--count', '-o', 'pretty'], {home})).stdout).toBe('15\n')
    } finally {
      child.kill('SIGTERM')
    }
    expect(await ended).toBe(0)
  })
})

describe('tail', () => {
  test('shows what arrives, and a closed pipe ends it', async () => {
    const home = newHome()
    await runLogflow(['ship', 'shop/gateway.log'], {home})
    const line = `"${process.execPath}" "${BINARY}" tail -n 1 --service payment -o jsonl | head -n 1`
    const tail = spawn('sh', ['-c', line], {cwd: home, env: cleanEnv({HOME: home}), stdio: 'pipe', timeout: 20_000})
    const ended = new Promise<number | null>((done) => tail.on('close', (status) => done(status)))
    let out = ''
    tail.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    await runLogflow(['ship', 'shop/payment.log'], {home})
    expect(await ended).toBe(0)
    expect(JSON.parse(out)).toMatchObject({service: 'payment'})
  })

  test('begins with the last records and repeats none; SIGINT ends it with 130', async () => {
    const home = newHome()
    await runLogflow(['ship', 'shop/gateway.log'], {home})
    const child = spawn(process.execPath, [BINARY, 'tail', '-n', '2'], {
      cwd: home,
      env: cleanEnv({HOME: home}),
      stdio: 'pipe',
    })
    const ended = new Promise<number | null>((done) => child.on('close', (status) => done(status)))
    let out = ''
    const holds = (count: number) =>
      new Promise<void>((done) => {
        const look = () => out.split('\n').length > count && done()
        child.stdout.on('data', look)
        look()
      })
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    await holds(2)
    await runLogflow(['ship', 'shop/payment.log'], {home})
    await holds(5)
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    const messages = out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).message)
    expect(messages).toEqual([
      'POST /checkout 402',
      'GET /items',
      'card declined, retrying',
      'card declined',
      'settlement file written',
    ])
  })
})

describe('log text is hostile', () => {
  test('no control character of a log reaches a terminal view', async () => {
    const home = newHome()
    writeFileSync(
      join(home, 'evil.log'),
      `2026-11-20T09:41:07Z ERROR app: \x1b[2J\x1b]0;owned\x07 and \x9b31m or \u202eback\n`,
    )
    await runLogflow(['ship', 'evil.log'], {home})
    const ran = await runLogflow(['search', 'back', '-o', 'pretty', '--fields', 'message,raw'], {home})
    expect(ran.stdout).toContain('\\x1b[2J\\x1b]0;owned\\x07')
    expect(ran.stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
  })
})
