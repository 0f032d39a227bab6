import {appendFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {PassThrough} from 'node:stream'
import {gzipSync} from 'node:zlib'
import Sqlite from 'libsql'
import {expect, onTestFinished, test} from 'vitest'
import {unitToRecord} from '../../../src/lib/parse/to-record.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {openSources} from '../../../src/lib/sources/open-sources.js'
import {openSourceTable} from '../../../src/lib/sources/source-table.js'
import {tempFolder} from '../../support/temp-folder.js'
import {fileInput} from './read-path.js'

const DAY = 86_400_000
const day = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * DAY)

/** A folder for logs with a table beside it; `ship` reads as a run of ship on that day would. */
function setup() {
  const root = tempFolder()
  const logs = join(root, 'logs')
  mkdirSync(logs)
  const tablePath = join(root, 'data', 'sources.db')
  const table = openSourceTable(tablePath)
  onTestFinished(() => table.close())
  const path = (name: string) => join(logs, name)
  const read = async (from: {file: string} | {stdin: PassThrough; id?: string}, at = 0): Promise<LogRecord[]> => {
    const sources = openSources({
      inputs: ['file' in from ? fileInput(path(from.file)) : {kind: 'stdin'}],
      ...('stdin' in from ? {stdin: from.stdin, sourceId: from.id} : {}),
      envelope: {host: 'h', timezone: 'UTC'},
      table,
      now: () => day(at),
      random: () => 0.5,
    })
    const records: LogRecord[] = []
    for await (const batch of sources) for (let i = 0; i < batch.count; i++) records.push(unitToRecord(batch, i))
    return records
  }
  const ship = (file: string, at = 0) => read({file}, at)
  return {logs, tablePath, table, path, ship, read}
}

const line = (n: number) => `2026-01-01T00:00:0${n}Z ERROR Handler: broke ${n}\n`
const shape = (records: LogRecord[]) =>
  records.map(({id, raw, message, attributes}) => ({id, raw, message, attributes}))

test('what comes behind the end of a shipped file is a record of its own, and the one before keeps its id', async () => {
  const {path, ship} = setup()
  writeFileSync(path('app.log'), `${line(1)}\tat a.b(C.java:1)\n`)
  const first = await ship('app.log')
  expect(first).toHaveLength(1)
  appendFileSync(path('app.log'), `\tat d.e(F.java:2)\n${line(2)}`)
  const second = await ship('app.log')
  expect(shape(second).slice(0, 1)).toEqual(shape(first))
  expect(second.map((record) => record.attributes.continuation)).toEqual([undefined, true, undefined])
  expect(second[1]?.message).toContain('at d.e(F.java:2)')
  appendFileSync(path('app.log'), line(3))
  expect(shape(await ship('app.log')).slice(0, 3)).toEqual(shape(second))
})

test('a rotated and compressed copy is cut at the same places', async () => {
  const {path, ship} = setup()
  writeFileSync(path('app.log'), line(1))
  await ship('app.log')
  appendFileSync(path('app.log'), `\tat a.b(C.java:1)\n${line(2)}`)
  const second = await ship('app.log')
  renameSync(path('app.log'), path('app.log.1'))
  expect(shape(await ship('app.log.1'))).toEqual(shape(second))
  const whole = `${line(1)}\tat a.b(C.java:1)\n${line(2)}`
  rmSync(path('app.log.1'))
  writeFileSync(path('app.log.2.gz'), gzipSync(whole))
  expect(shape(await ship('app.log.2.gz'))).toEqual(shape(second))
})

test('a pipe with an id that fell silent in the middle of an event gives the same records when it comes at once', async () => {
  const {read} = setup()
  const slow = new PassThrough()
  slow.write(line(1))
  const reading = read({stdin: slow, id: 'run-1'})
  // Longer than the silence that hands out what is there. Were it shorter, there would be one record both times.
  setTimeout(() => slow.end(`\tat a.b(C.java:1)\n${line(2)}`), 2_500)
  const first = await reading
  const fast = new PassThrough()
  fast.end(`${line(1)}\tat a.b(C.java:1)\n${line(2)}`)
  expect(shape(await read({stdin: fast, id: 'run-1'}))).toEqual(shape(first))
}, 20_000)

test('one mark a source: what is passed makes room, what is not is kept', async () => {
  const {path, table, ship, tablePath} = setup()
  writeFileSync(path('app.log'), line(1))
  const id = (await ship('app.log'))[0]?.source.id as string
  await table.markCut(id, 500, line(1).length)
  await table.markCut(id, 700)
  await table.markCut(id, 700)
  const db = new Sqlite(tablePath)
  onTestFinished(() => void db.close())
  expect(db.prepare('select at from cuts').all([])).toEqual([{at: 500}])
  expect(db.prepare('select tentative from sources').all([])).toEqual([{tentative: 700}])
  await table.keepCut(id, 700)
  await table.keepCut(id, 700)
  expect(db.prepare('select at from cuts order by at').all([])).toEqual([{at: 500}, {at: 700}])
})

test('a table of the first layout is taken over with what it knows', async () => {
  const {path, table, ship, tablePath} = setup()
  writeFileSync(path('app.log'), line(1))
  const first = await ship('app.log')
  table.close()
  const db = new Sqlite(tablePath)
  db.exec('alter table sources drop column tentative; drop table cuts; pragma user_version = 1')
  db.close()
  expect(shape(await ship('app.log', 3))).toEqual(shape(first))
  const again = new Sqlite(tablePath)
  onTestFinished(() => void again.close())
  expect(again.prepare('pragma user_version').get([])).toMatchObject({user_version: 2})
})

test('only sources are forgotten that were not heard of for long and whose file is gone under all its names', async () => {
  const {logs, path, table, ship} = setup()
  const names = ['gone.log', 'there.log', 'packed.log', 'moved.log', 'young.log']
  const ids = new Map<string, string>()
  for (const name of names) {
    writeFileSync(path(name), `${name}\n${line(1)}`)
    ids.set(name, (await ship(name, name === 'young.log' ? 20 : 0))[0]?.source.id as string)
  }
  for (const name of ['gone.log', 'packed.log', 'young.log']) rmSync(path(name))
  writeFileSync(path('packed.log.3.gz'), gzipSync(`packed.log\n${line(1)}`))
  renameSync(path('moved.log'), path('moved-2026-01-05.log'))
  expect(await table.expire(30 * DAY, day(29))).toBe(0)
  expect(await table.expire(30 * DAY, day(40))).toBe(1)
  expect((await ship('packed.log.3.gz', 41))[0]?.source.id).toBe(ids.get('packed.log'))
  expect((await ship('moved-2026-01-05.log', 41))[0]?.source.id).toBe(ids.get('moved.log'))
  // A clock that steps back forgets nothing; a folder that is gone has no files.
  expect(await table.expire(30 * DAY, day(-400))).toBe(0)
  rmSync(logs, {recursive: true})
  expect(await table.expire(30 * DAY, day(51))).toBe(1)
  expect(await table.expire(30 * DAY, day(100))).toBe(3)
})

test('forgetting makes no table where there is none', async () => {
  const {table, tablePath} = setup()
  expect(await table.expire(DAY, day(0))).toBe(0)
  expect(existsSync(tablePath)).toBe(false)
})
