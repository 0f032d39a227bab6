import {appendFileSync, mkdirSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {followFolder} from './follow-folder.js'

const WAIT = {timeout: 30_000}

test('lines are handed out as they come; an unterminated one waits for its end', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '1 first\n2 second\n3 half')
  const {texts, units, end} = await start(['app.log'])
  await expect.poll(texts, WAIT).toEqual(['1 first', '2 second'])
  appendFileSync(path('app.log'), ' and whole\n4 fourth\n')
  await expect.poll(texts, WAIT).toEqual(['1 first', '2 second', '3 half and whole', '4 fourth'])
  await end()
  expect(units.map(({offset, line}) => [offset, line])).toEqual([[0, 1], [8, 2], [17, 3], [34, 4]]) // biome-ignore format: pairs
})

test('a second follower goes on where the first was acknowledged', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '1 a\n2 b\n3 ha')
  const first = await start(['app.log'])
  await expect.poll(first.texts, WAIT).toEqual(['1 a', '2 b'])
  await first.end()
  appendFileSync(path('app.log'), 'lf\n4 d\n')
  const second = await start(['app.log'])
  await expect.poll(second.texts, WAIT).toEqual(['3 half', '4 d'])
  await second.end()
  expect(second.units.map(({line}) => line)).toEqual([3, 4])
  expect(second.units[0]?.source).toBe(first.units[0]?.source)
})

test('an event that was closed because its file fell silent ends there; what comes later is a continuation', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '2026-01-01 ERROR it broke\njava.lang.Exception: no\n\tat a.b(C.java:1)\n')
  const {texts, units, end} = await start(['app.log'])
  await expect.poll(texts, WAIT).toHaveLength(1)
  appendFileSync(path('app.log'), '\tat d.e(F.java:2)\n2026-01-01 INFO on it goes\n')
  await expect.poll(texts, WAIT).toHaveLength(3)
  await end()
  expect(units.map(({text, continuation}) => [text, continuation])).toEqual([
    ['2026-01-01 ERROR it broke\njava.lang.Exception: no\n\tat a.b(C.java:1)', false],
    ['\tat d.e(F.java:2)', true],
    ['2026-01-01 INFO on it goes', false],
  ])
})

test('what an ending follower has read whole is handed out', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '1 a\n2 b\n')
  const {texts, units, end, checkpoints} = await start(['app.log'])
  await expect.poll(texts, WAIT).toContain('1 a')
  await end()
  expect(texts()).toEqual(['1 a', '2 b'])
  expect(checkpoints.of(units[0]?.source as string)).toMatchObject({offset: 8, line: 3, path: path('app.log')})
})

test('--from-end begins at the last line that has no end; files that come later are read from their start', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('a.log'), '1 a\n2 b\n3 ha')
  const {texts, notices, end} = await start(['.'], {fromEnd: true})
  await expect.poll(() => notices, WAIT).toContainEqual({kind: 'following', files: 1})
  appendFileSync(path('a.log'), 'lf\n')
  await expect.poll(texts, WAIT).toEqual(['3 half'])
  writeFileSync(path('b.log'), '1 new\n')
  await expect.poll(texts, WAIT).toEqual(['3 half', '1 new'])
  expect(notices).toContainEqual({kind: 'new-file', path: path('b.log')})
  await end()
})

test('a file, a folder and matches of a pattern that come later are followed', async () => {
  const {path, start} = followFolder()
  const {texts, end} = await start(['app.log', 'deep/*.log'])
  mkdirSync(path('deep'))
  writeFileSync(path('deep/x.log'), '1 x\n')
  writeFileSync(path('app.log'), '1 a\n')
  await expect.poll(() => texts().sort(), WAIT).toEqual(['1 a', '1 x'])
  await end()
})

test('renamed and made anew: the old one to its end under its source, the new one from its start', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '1 a\n')
  const {texts, units, notices, end} = await start(['app.log'])
  await expect.poll(texts, WAIT).toEqual(['1 a'])
  appendFileSync(path('app.log'), '2 b\n')
  renameSync(path('app.log'), path('app.log.1'))
  writeFileSync(path('app.log'), '1 new\n')
  appendFileSync(path('app.log.1'), '3 c\n')
  await expect.poll(() => texts().sort(), WAIT).toEqual(['1 a', '1 new', '2 b', '3 c'])
  await end()
  const sources = new Map(units.map(({text, source}) => [text, source]))
  expect(sources.get('3 c')).toBe(sources.get('1 a'))
  expect(sources.get('1 new')).not.toBe(sources.get('1 a'))
  expect(notices).toContainEqual({kind: 'rotated', path: path('app.log'), to: path('app.log.1')})
})

test('the folder logflow keeps its data in is not followed', async () => {
  const {root, path, start} = followFolder()
  mkdirSync(join(root, 'data'), {recursive: true})
  writeFileSync(join(root, 'data', 'own.log'), '1 own\n')
  writeFileSync(path('app.log'), '1 a\n')
  const {texts, end} = await start([root])
  await expect.poll(texts, WAIT).toContain('1 a')
  await end()
  expect(texts()).toEqual(['1 a'])
})
