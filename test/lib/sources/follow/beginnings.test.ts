// What a follower holds to from its first look at a file on, before anything of it is acknowledged.

import {appendFileSync, renameSync, writeFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {followFolder} from './follow-folder.js'

const WAIT = {timeout: 30_000}

test('what came after a start at the end is read by the next follower, though nothing came during the first', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '1 a\n')
  const first = await start(['app.log'], {fromEnd: true})
  await expect.poll(() => first.follow.results.length, WAIT).toBe(1)
  await first.end()
  expect(first.texts()).toEqual([])
  appendFileSync(path('app.log'), '2 b\n')
  const second = await start(['app.log'], {fromEnd: true})
  await expect.poll(second.texts, WAIT).toEqual(['2 b'])
  await second.end()
})

test('a checkpoint is there before anything is acknowledged, so that a kill in the first second forgets no file', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '1 a\n2 b\n')
  // Time stands still: the checkpoint of the acknowledged lines is never due.
  const {texts, checkpoints, end} = await start(['app.log'], {clock: () => 0})
  await expect.poll(texts, WAIT).toContain('1 a')
  expect(checkpoints.all()).toMatchObject([{path: path('app.log'), offset: 0, line: 1}])
  await end()
})

test('UTF-16 from the end: lines that come are read', async () => {
  const {path, start} = followFolder()
  const utf16 = (text: string) => Buffer.from(text, 'utf16le')
  writeFileSync(path('app.log'), utf16(`\ufeff${'an old line\n'.repeat(50)}`))
  const {texts, checkpoints, end} = await start(['app.log'], {fromEnd: true})
  await expect.poll(() => checkpoints.all().map(({offset}) => offset), WAIT).toEqual([600])
  appendFileSync(path('app.log'), utf16('a new line\n'))
  await expect.poll(texts, WAIT).toEqual(['a new line'])
  await end()
})

test('a line of one letter is a line', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), 'a\n')
  const {texts, end} = await start(['app.log'])
  await expect.poll(texts, WAIT).toEqual(['a'])
  await end()
})

test('a file that is rotated before its first line is whole is read under its new name', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '1 a')
  const {texts, notices, end} = await start(['app.log'])
  await expect.poll(() => notices.map(({kind}) => kind), WAIT).toContain('following')
  renameSync(path('app.log'), path('app.log.1'))
  appendFileSync(path('app.log.1'), ' and more\n2 b\n')
  await expect.poll(texts, WAIT).toEqual(['1 a and more', '2 b'])
  await end()
})

test('what looks like binary is said once, also in a folder, and the others are read', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), 'a line\n')
  writeFileSync(path('core'), Buffer.from('\x7fELF\0\0\0\n\0\0\0\0'))
  const {texts, notices, end} = await start(['.'])
  const skipped = () => notices.filter(({kind}) => kind === 'skipped')
  await expect.poll(texts, WAIT).toEqual(['a line'])
  await expect.poll(skipped, WAIT).toMatchObject([{path: path('core')}])
  await end()
  expect(skipped()).toHaveLength(1)
})

test('from the end of files that are empty, or have no whole line yet: all that comes is new', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('empty.log'), '')
  writeFileSync(path('begun.log'), 'a begun')
  const {texts, notices, end} = await start(['.'], {fromEnd: true})
  await expect.poll(() => notices.map(({kind}) => kind), WAIT).toContain('following')
  appendFileSync(path('empty.log'), '1 a\n2 b\n')
  appendFileSync(path('begun.log'), ' line\nand one more\n')
  await expect.poll(() => texts().toSorted(), WAIT).toEqual(['1 a', '2 b', 'a begun line', 'and one more'])
  await end()
})
