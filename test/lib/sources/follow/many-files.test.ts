import {appendFileSync, chmodSync, mkdirSync, writeFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {followFolder} from './follow-folder.js'

const WAIT = {timeout: 30_000}

test('more files than may be open at once, each growing', async () => {
  const {path, start} = followFolder()
  const names = Array.from({length: 60}, (_, i) => `app${i}.log`)
  for (const name of names) writeFileSync(path(name), `1 of ${name}\n`)
  const {texts, end} = await start(['.'], {mostOpen: 8})
  await expect.poll(() => texts().length, WAIT).toBe(60)
  for (const name of names) appendFileSync(path(name), `2 of ${name}\n`)
  await expect.poll(() => texts().length, WAIT).toBe(120)
  await end()
  expect(new Set(texts()).size).toBe(120)
})

test.skipIf(process.getuid?.() === 0)('a folder that cannot be read now is read when it can', async () => {
  const {path, start} = followFolder()
  mkdirSync(path('sub'))
  writeFileSync(path('sub/app.log'), '1 a\n')
  chmodSync(path('sub'), 0)
  const {texts, notices, end} = await start(['.'])
  await expect.poll(() => notices.filter(({kind}) => kind === 'unreadable'), WAIT).toHaveLength(1)
  chmodSync(path('sub'), 0o755)
  await expect.poll(texts, WAIT).toEqual(['1 a'])
  expect(notices).toContainEqual({kind: 'readable', path: path('sub')})
  await end()
})

test('two followers of one file: the second is refused, or waits until the first ends', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '1 a\n')
  const first = await start(['app.log'])
  await expect.poll(first.texts, WAIT).toEqual(['1 a'])
  const refused = await start(['app.log'])
  await expect(refused.running).rejects.toMatchObject({code: 'LOCK_HELD', exitCode: 6})
  const patient = await start(['app.log'], {wait: true})
  await expect.poll(() => patient.notices, WAIT).toContainEqual({kind: 'held', path: path('app.log')})
  appendFileSync(path('app.log'), '2 b\n')
  await expect.poll(first.texts, WAIT).toEqual(['1 a', '2 b'])
  await first.end()
  appendFileSync(path('app.log'), '3 c\n')
  await expect.poll(patient.texts, WAIT).toEqual(['3 c'])
  await patient.end()
})
