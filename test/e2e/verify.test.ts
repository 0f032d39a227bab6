import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'

// A run's receipt, and what verify says of it, with the real binary.

const LINES = 2_000

const home = emptyHome()
beforeAll(async () => {
  await buildLogflow()
  writeFileSync(join(home, 'app.log'), Array.from({length: LINES}, (_, i) => `line ${i}\n`).join(''))
})
afterAll(() => rmSync(home, {recursive: true, force: true}))

const run = (...args: string[]) => runLogflow(args, {home, timeout: 60_000})
const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

test('ship --receipt, verify; a record that is taken out of the store is named', async () => {
  const shipped = await run('ship', 'app.log', '--receipt', 'run.json', '--json')
  expect(shipped).toMatchObject({status: 0})
  const receipt = JSON.parse(readFileSync(join(home, 'run.json'), 'utf8'))
  expect(receipt).toMatchObject({receipt: 1, command: 'ship', complete: true, lines: LINES, records: LINES})
  expect(receipt.processed).toEqual({
    read: LINES,
    stored: LINES,
    already_there: 0,
    dead_lettered: 0,
    dropped: 0,
    missed: 0,
  })
  expect(receipt.files).toMatchObject([{path: join(home, 'app.log'), units: LINES, sent: LINES}])
  const {blocks: _, ...file} = receipt.files[0]
  expect(JSON.parse(shipped.stdout)).toMatchObject({run_id: receipt.run_id, records: LINES, files: [file]})

  const good = await run('verify', 'run.json', '-o', 'pretty')
  expect(good).toMatchObject({status: 0, stderr: ''})
  expect(good.stdout).toBe('2,000 records sent   stored 2,000   dead letters 0   missing 0   doubled 0\n')

  const hot = join(home, '.local/share/logflow/lake/hot')
  const segment = join(hot, readdirSync(hot)[0] as string)
  const rows = readFileSync(segment, 'utf8').split('\n')
  const at = rows.findIndex((row) => row.includes('"message":"line 1234"'))
  rows[at] = '{}'.padEnd((rows[at] as string).length)
  writeFileSync(segment, rows.join('\n'))

  const bad = await run('verify', 'run.json')
  expect(bad.status).toBe(1)
  expect(rowsOf(bad.stdout)).toEqual([
    {
      state: 'missing',
      id: expect.stringMatching(/^\w+-\w+-[0-9a-f]{8}$/),
      file: join(home, 'app.log'),
      offset: Buffer.byteLength(Array.from({length: 1_234}, (_, i) => `line ${i}\n`).join('')),
      line: 1_235,
    },
  ])
  expect(bad.stderr).toContain('error: 1 of 2000 records are neither stored nor dead-lettered')

  const object = await run('verify', 'run.json', '--json')
  expect(object.status).toBe(1)
  expect(JSON.parse(object.stdout)).toMatchObject({
    run_id: receipt.run_id,
    sent: LINES,
    stored: LINES - 1,
    missing: 1,
    findings: [{line: 1_235}],
  })
}, 120_000)

test('what is on the bus and not yet processed is 3, then 0; process has a receipt of its own', async () => {
  const data = ['--data-dir', join(home, 'second')]
  expect(await run('ship', 'app.log', '--no-process', '--receipt', 'second.json', ...data)).toMatchObject({status: 0})
  const early = await run('verify', 'second.json', ...data)
  expect(early).toMatchObject({status: 3, stdout: ''})
  expect(early.stderr).toContain(`${LINES} of ${LINES} records are not there yet`)
  expect(await run('process', '--once', '--receipt', 'process.json', ...data)).toMatchObject({status: 0})
  expect(await run('verify', 'second.json', ...data)).toMatchObject({status: 0, stdout: ''})
  const counts = await run('verify', 'process.json', '--json', ...data)
  expect(counts.status).toBe(0)
  expect(counts.stderr).toContain('holds counts and positions, and no ids')
  expect(JSON.parse(counts.stdout)).toMatchObject({
    command: 'process',
    read: LINES,
    stored: LINES,
    positions: {0: LINES},
  })
}, 120_000)

test('a run that fails leaves a receipt that says so; a file that is no receipt is neither replaced nor verified', async () => {
  const failed = await run('ship', 'app.log', 'none.log', '--receipt', 'failed.json', '--data-dir', join(home, 'third'))
  expect(failed.status).toBe(6)
  expect(JSON.parse(readFileSync(join(home, 'failed.json'), 'utf8'))).toMatchObject({
    complete: false,
    problems: [{path: join(home, 'none.log'), code: 'FILE_UNREADABLE'}],
  })
  const part = await run('verify', 'failed.json', '--data-dir', join(home, 'third'))
  expect(part.status).toBe(3)
  expect(part.stderr).toContain('left inputs out')
  const before = readFileSync(join(home, 'app.log'))
  expect(await run('ship', 'app.log', '--receipt', 'app.log')).toMatchObject({status: 2})
  expect(readFileSync(join(home, 'app.log'))).toEqual(before)
  expect(await run('verify', 'app.log')).toMatchObject({status: 2, stdout: ''})
  expect(await run('verify', 'nowhere.json')).toMatchObject({status: 2, stdout: ''})
  expect(await run('verify', 'failed.json', '--wait', 'long')).toMatchObject({status: 2, stdout: ''})
}, 120_000)
