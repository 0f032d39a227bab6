import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {type BusFile, openBusFile} from '../../../../src/lib/bus/embedded/bus-file.js'
import {Writer} from '../../../../src/lib/bus/embedded/writer.js'

let dir = ''
let file: BusFile
let writer: Writer

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'logflow-writer-'))
  file = await openBusFile(dir, 1_000)
  writer = new Writer(file, await file.connect())
  writer.db.exec('create table said(word text not null)')
})
afterEach(async () => {
  await writer.close()
  rmSync(dir, {recursive: true, force: true})
})

const say = (word: string | null) =>
  writer.run(() => writer.db.prepare('insert into said values (?)').run([word]).changes)
const words = () => (writer.db.prepare('select word from said').all([]) as Array<{word: string}>).map(({word}) => word)

test('a commit is on the disk before it is told: every connection syncs its log', async () => {
  const setting = (pragma: string) => Object.values(writer.db.prepare(`pragma ${pragma}`).get([]) as object)[0]
  expect(setting('synchronous')).toBe(2)
  expect(setting('journal_mode')).toBe('wal')
  expect(setting('auto_vacuum')).toBe(2)
})

test('what is asked for in one turn shares a transaction and keeps its order', async () => {
  const within: boolean[] = []
  const note = (word: string) =>
    writer.run(() => {
      within.push(words().length > 0)
      writer.db.prepare('insert into said values (?)').run([word])
      return word
    })
  const other = await file.connect()
  const seenElsewhere = () => (other.prepare('select count(*) as n from said').get([]) as {n: number}).n
  const counts: number[] = []
  const watch = () => writer.run(() => counts.push(seenElsewhere()))
  expect(await Promise.all([note('a'), watch(), note('b'), watch(), note('c')])).toEqual(['a', 1, 'b', 2, 'c'])
  expect(within).toEqual([false, true, true])
  expect(counts).toEqual([0, 0])
  expect(seenElsewhere()).toBe(3)
  other.close()
})

test('one that fails takes none of its companions with it', async () => {
  const results = await Promise.allSettled([say('a'), say(null), say('b')])
  expect(results.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(words()).toEqual(['a', 'b'])
  expect(results[1]).toMatchObject({reason: {name: 'LogflowError', code: 'INTERNAL'}})
})

test('close waits for what was asked for and takes nothing more', async () => {
  const many = Promise.all(Array.from({length: 100}, (_, i) => say(String(i))))
  await writer.close()
  expect(await many).toHaveLength(100)
  await expect(say('late')).rejects.toMatchObject({code: 'INTERNAL'})
  const other = await file.connect()
  expect((other.prepare('select count(*) as n from said').get([]) as {n: number}).n).toBe(100)
  other.close()
})
