import {writeFileSync} from 'node:fs'
import {gzipSync} from 'node:zlib'
import {expect, test} from 'vitest'
import {seededRandom} from '../../../support/random.js'
import {followFolder} from './follow-folder.js'

const WAIT = {timeout: 30_000}

test('of a compressed file that was never finished the whole lines are read, and it is told', async () => {
  const {path, start} = followFolder()
  const random = seededRandom(7)
  const lines = Array.from({length: 20_000}, (_, i) => `${i} ${random()}`)
  const whole = gzipSync(`${lines.join('\n')}\n`)
  writeFileSync(path('app.log.gz'), whole.subarray(0, whole.length - 1_000))
  let passed = 0
  const {texts, notices, end} = await start(['app.log.gz'], {clock: () => performance.now() + passed})
  await expect.poll(() => notices.map(({kind}) => kind), WAIT).toContain('following')
  const leap = setInterval(() => {
    passed += 20_000
  }, 100)
  await expect.poll(() => notices.map(({kind}) => kind), WAIT).toContain('unreadable')
  clearInterval(leap)
  await end()
  const read = texts()
  expect(read).toEqual(lines.slice(0, read.length))
  expect(read.length).toBeGreaterThan(19_000)
  // The file is finished after all: nothing is lost between the two readings, and nothing comes twice.
  writeFileSync(path('app.log.gz'), whole)
  const second = await start(['app.log.gz'])
  await expect.poll(() => second.texts().length, WAIT).toBe(lines.length - read.length)
  await second.end()
  expect([...read, ...second.texts()]).toEqual(lines)
})
