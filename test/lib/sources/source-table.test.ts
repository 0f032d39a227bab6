import {type ChildProcess, fork} from 'node:child_process'
import {once} from 'node:events'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {beforeAll, expect, onTestFinished, test} from 'vitest'
import {openInput} from '../../../src/lib/sources/open-input.js'
import {factsOf} from '../../../src/lib/sources/open-sources.js'
import {rotationStem} from '../../../src/lib/sources/source-id.js'
import {openSourceTable} from '../../../src/lib/sources/source-table.js'
import {buildChild} from '../../support/build-child.js'
import {tempFolder} from '../../support/temp-folder.js'
import {fileInput} from './read-path.js'

/** A folder for logs with a table beside it. `see` gives the source of a file as a ship at second `at` would. */
function setup() {
  const root = tempFolder()
  const logs = join(root, 'logs')
  mkdirSync(logs)
  const tablePath = join(root, 'data', 'sources.db')
  const table = openSourceTable(tablePath)
  onTestFinished(() => table.close())
  const path = (name: string) => join(logs, name)
  const see = async (name: string, at = 0, fixedId?: string) => {
    const opened = await openInput(fileInput(path(name)), {})
    try {
      return await table.identify(factsOf(opened, path(name), 'host'), second(at), fixedId)
    } finally {
      await opened.bytes.close()
    }
  }
  return {table, tablePath, path, see}
}

const second = (at: number) => new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString()
const log = (from: number, to: number) =>
  Array.from({length: to - from}, (_, i) => `2026-01-01T00:00:${from + i} event ${from + i}\n`).join('')

test('a file keeps its id while it grows, also beyond the prefix it is known by', async () => {
  const {path, see} = setup()
  writeFileSync(path('app.log'), log(0, 3))
  const {id} = await see('app.log')
  expect(id).toMatch(/^[0-9a-z]{12}$/)
  appendFileSync(path('app.log'), log(3, 2_000))
  expect((await see('app.log')).id).toBe(id)
  appendFileSync(path('app.log'), log(2_000, 2_001))
  expect((await see('app.log')).id).toBe(id)
})

test('an id is the same again after the table was lost', async () => {
  const {table, tablePath, path, see} = setup()
  writeFileSync(path('app.log'), log(0, 3))
  const {id} = await see('app.log')
  table.close()
  rmSync(tablePath)
  rmSync(`${tablePath}-wal`, {force: true})
  rmSync(`${tablePath}-shm`, {force: true})
  expect((await see('app.log')).id).toBe(id)
})

test('a renamed file is the same source, and what takes its place is another', async () => {
  const {path, see} = setup()
  writeFileSync(path('app.log'), log(0, 300))
  const {id} = await see('app.log')
  renameSync(path('app.log'), path('app.log.1'))
  writeFileSync(path('app.log'), log(300, 310))
  const fresh = await see('app.log')
  expect(fresh.id).not.toBe(id)
  expect((await see('app.log.1')).id).toBe(id)
  expect((await see('app.log')).id).toBe(fresh.id)
})

test('a rotated and compressed file is the same source', async () => {
  const {path, see} = setup()
  writeFileSync(path('app.log'), log(0, 300))
  const {id} = await see('app.log')
  appendFileSync(path('app.log'), log(300, 400))
  writeFileSync(path('app.log.1.gz'), gzipSync(readFileSync(path('app.log'))))
  rmSync(path('app.log'))
  expect((await see('app.log.1.gz')).id).toBe(id)
  renameSync(path('app.log.1.gz'), path('app.log.2.gz'))
  expect((await see('app.log.2.gz')).id).toBe(id)
})

test('a compressed file beside the one it was made of is the same source', async () => {
  const {path, see} = setup()
  writeFileSync(path('app.log'), log(0, 3))
  const {id} = await see('app.log')
  writeFileSync(path('app.log.gz'), gzipSync(log(0, 3)))
  expect((await see('app.log.gz')).id).toBe(id)
})

test('copytruncate: the copy goes on with the source, the emptied file begins a new one', async () => {
  const {path, see} = setup()
  writeFileSync(path('app.log'), log(0, 300))
  const {id} = await see('app.log')
  copyFileSync(path('app.log'), path('app.log.1'))
  truncateSync(path('app.log'), 0)
  appendFileSync(path('app.log'), log(300, 302))
  const fresh = await see('app.log')
  expect(fresh.id).not.toBe(id)
  expect((await see('app.log.1')).id).toBe(id)
})

test('an inode that comes back smaller, or with another begin or middle, is a new source', async () => {
  const {path, see} = setup()
  const idOf = async (content: string) => {
    writeFileSync(path('app.log'), content)
    return (await see('app.log')).id
  }
  const whole = log(0, 4_000)
  const first = await idOf(whole)
  const otherMiddle = await idOf(whole.replace('event 3999', 'event XXXX') + log(4_000, 4_100))
  const smaller = await idOf(log(0, 200))
  const otherBegin = await idOf(log(5, 5_000))
  expect([otherMiddle, smaller]).toEqual([`${first}.2`, `${first}.3`])
  expect(otherBegin).toMatch(/^[0-9a-z]{12}$/)
  expect(otherBegin).not.toBe(first)
})

test('two programs that log side by side and begin alike are two sources', async () => {
  const {path, see} = setup()
  writeFileSync(path('worker.1.log'), 'starting\n')
  writeFileSync(path('worker.2.log'), 'starting\nready\n')
  const ids = [(await see('worker.1.log')).id, (await see('worker.2.log')).id]
  appendFileSync(path('worker.1.log'), 'something else\n')
  expect([(await see('worker.1.log')).id, (await see('worker.2.log')).id]).toEqual(ids)
  expect(ids[0]).not.toBe(ids[1])
})

test('a file that was copied anew to its own path goes on with its source, one that only begins so later does not', async () => {
  const {path, see} = setup()
  writeFileSync(path('app.log'), log(0, 9))
  const {id} = await see('app.log')
  writeFileSync(path('.app.log.part'), log(0, 12))
  renameSync(path('.app.log.part'), path('app.log'))
  expect((await see('app.log')).id).toBe(id)
  writeFileSync(path('.app.log.part'), `${log(0, 11)}other\n`.repeat(2))
  renameSync(path('.app.log.part'), path('app.log'))
  expect((await see('app.log')).id).not.toBe(id)
})

test('hundreds of files whose names differ in a number are known apart, each by its own', async () => {
  const {path, see} = setup()
  const names = Array.from({length: 300}, (_, i) => `worker.${i}.log`)
  const ids = []
  for (const name of names) {
    writeFileSync(path(name), 'time,level,message\n')
    ids.push((await see(name)).id)
  }
  expect(new Set(ids).size).toBe(names.length)
  for (const [i, name] of names.entries()) {
    appendFileSync(path(name), `${i},info,x\n`)
    expect((await see(name)).id).toBe(ids[i])
  }
})

test('a file of the same content in another folder is another source', async () => {
  const {path, see} = setup()
  mkdirSync(path('a'))
  mkdirSync(path('b'))
  writeFileSync(path('a/app.log'), log(0, 9))
  const {id} = await see('a/app.log')
  renameSync(path('a/app.log'), path('kept'))
  writeFileSync(path('b/app.log'), log(0, 9))
  expect((await see('b/app.log')).id).not.toBe(id)
})

test('a fixed id is taken as it is, and refused for another content', async () => {
  const {path, see} = setup()
  writeFileSync(path('run1.log'), log(0, 9))
  writeFileSync(path('copy.log'), log(0, 12))
  writeFileSync(path('run2.log'), log(1, 9))
  expect((await see('run1.log', 0, 'ci-7')).id).toBe('ci-7')
  expect((await see('copy.log', 0, 'ci-7')).id).toBe('ci-7')
  await expect(see('run2.log', 0, 'ci-7')).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('--source-id ci-7'),
  })
})

test('a fixed id is refused for a content that shares the first line only', async () => {
  const {path, see} = setup()
  const banner = 'starting\n'
  writeFileSync(path('run1.log'), banner)
  writeFileSync(path('longer.log'), banner + log(0, 9))
  writeFileSync(path('run2.log'), banner + log(1, 19))
  expect((await see('run1.log', 0, 'ci-7')).id).toBe('ci-7')
  expect((await see('longer.log', 0, 'ci-7')).id).toBe('ci-7')
  expect((await see('run1.log', 0, 'ci-7')).id).toBe('ci-7')
  await expect(see('run2.log', 0, 'ci-7')).rejects.toMatchObject({code: 'USAGE'})
})

test('bytes keep the time they first came at, later ones get theirs', async () => {
  const {path, see} = setup()
  writeFileSync(path('app.log'), 'x'.repeat(99).concat('\n'))
  expect((await see('app.log', 1)).arrivals).toEqual([{upTo: 100, observed: second(1)}])
  expect((await see('app.log', 2)).arrivals).toEqual([{upTo: 100, observed: second(1)}])
  appendFileSync(path('app.log'), 'y'.repeat(50))
  const both = [
    {upTo: 100, observed: second(1)},
    {upTo: 150, observed: second(3)},
  ]
  expect((await see('app.log', 3)).arrivals).toEqual(both)
  expect((await see('app.log', 4)).arrivals).toEqual(both)
})

test('the arrival of what is compressed reaches to its end, which is set once it is known', async () => {
  const {table, path, see} = setup()
  const unbounded = Number.POSITIVE_INFINITY
  writeFileSync(path('a.gz'), gzipSync(log(0, 9)))
  const {id, arrivals} = await see('a.gz', 1)
  expect(arrivals).toEqual([{upTo: unbounded, observed: second(1)}])
  expect((await see('a.gz', 2)).arrivals).toEqual([{upTo: unbounded, observed: second(1)}])
  await table.markEnd(id, 250, second(1))
  expect((await see('a.gz', 3)).arrivals).toEqual([
    {upTo: 250, observed: second(1)},
    {upTo: unbounded, observed: second(3)},
  ])
})

test('a damaged table is told as CORRUPT, an unusable place as PERMISSION, both with what to do', async () => {
  const {tablePath, path, see} = setup()
  writeFileSync(path('app.log'), log(0, 3))
  mkdirSync(join(tablePath, '..'), {recursive: true})
  writeFileSync(tablePath, 'this is no database, but long enough to be read as one'.repeat(40))
  await expect(see('app.log')).rejects.toMatchObject({code: 'CORRUPT', suggestions: [expect.stringContaining('Move')]})
  const opened = await openInput(fileInput(path('app.log')), {})
  onTestFinished(() => opened.bytes.close())
  const below = openSourceTable(join(path('app.log'), 'sources.db'))
  const facts = factsOf(opened, path('app.log'), 'host')
  await expect(below.identify(facts, second(0))).rejects.toMatchObject({code: 'PERMISSION'})
})

test.each([
  ['app.log', 'app.log.1'],
  ['app.log', 'app.log.12.gz'],
  ['app.log', 'app.log-20260101.zst'],
  ['app.log', 'app-2026-01-01T00:00:00Z.log'],
  ['app.log', 'app.3.log'],
  ['messages', 'messages.1.gz'],
])('%s and %s are names of one rotation', (a, b) => {
  expect(rotationStem(b)).toBe(rotationStem(a))
})

test.each([
  ['app.log', 'app2.log.bak'],
  ['app.log', 'other.log'],
  ['error.log', 'error.log.old.txt'],
])('%s and %s are not', (a, b) => {
  expect(rotationStem(b)).not.toBe(rotationStem(a))
})

let script: string
beforeAll(async () => {
  const folder = join(import.meta.dirname, '../../../node_modules/.cache')
  mkdirSync(folder, {recursive: true})
  script = await buildChild(
    join(import.meta.dirname, 'children/table-child.ts'),
    join(folder, `table-child-${process.pid}.mjs`),
  )
  return () => rmSync(script, {force: true})
})

function start(...args: string[]): ChildProcess {
  const child = fork(script, args, {execArgv: []})
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

test('processes that see a new file at once give it one id', async () => {
  const {tablePath, path, see} = setup()
  writeFileSync(path('app.log'), log(0, 30))
  const children = Array.from({length: 4}, () => start('identify', tablePath, path('app.log')))
  const ids = await Promise.all(children.map(async (child) => (await once(child, 'message'))[0]))
  const {id, arrivals} = await see('app.log')
  expect(ids).toEqual([id, id, id, id])
  expect(arrivals).toHaveLength(1)
})

test('what was promised before a SIGKILL is there, and the table goes on', async () => {
  const {tablePath, path, see} = setup()
  writeFileSync(path('app.log'), log(0, 10))
  for (let round = 1; round <= 3; round++) {
    const child = start('hammer', tablePath, path('app.log'))
    const told: Array<{upTo: number; observed: string}> = []
    child.on('message', (mark) => told.push(mark as {upTo: number; observed: string}))
    while (told.length < 20 * round) await once(child, 'message')
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    expect(existsSync(tablePath)).toBe(true)
    const {arrivals} = await see('app.log')
    expect(arrivals).toEqual(expect.arrayContaining(told))
    expect(arrivals.length).toBeGreaterThanOrEqual(20 * round)
  }
})
