import {expect, test} from 'vitest'
import {type GenerateOptions, generateEvents} from '../../../src/lib/generate/generate.js'
import {atTheirTime, type Clock, inBatches} from '../../../src/lib/generate/pace.js'

const START = 1_767_225_600_000
const options: GenerateOptions = {seed: '7', start: START, rate: 100, count: 1000}

function clockFrom(now: number): Clock & {slept: number} {
  return {
    slept: 0,
    now: () => now,
    async sleep(ms: number) {
      now += ms
      this.slept += ms
    },
  }
}

test('batches hold every event once, in order', () => {
  const batches = [...inBatches(generateEvents(options), 300)]
  expect(batches.map((batch) => batch.length)).toEqual([300, 300, 300, 100])
  expect(batches.flat()).toEqual([...generateEvents(options)])
})

test('no event leaves before its time, nor much after it', async () => {
  const clock = clockFrom(START)
  let count = 0
  for await (const batch of atTheirTime(generateEvents(options), clock, new AbortController().signal)) {
    for (const event of batch) {
      expect(event.at / 1000).toBeLessThanOrEqual(clock.now())
      expect(clock.now() - event.at / 1000).toBeLessThanOrEqual(51)
    }
    count += batch.length
  }
  expect(count).toBe(1000)
  expect(clock.slept).toBeGreaterThan(9_000)
  expect(clock.slept).toBeLessThan(10_100)
})

test('a reader that was away gets what has become due, no more than asked for at a time', async () => {
  const clock = clockFrom(START + 60_000)
  const sizes: number[] = []
  for await (const batch of atTheirTime(generateEvents(options), clock, new AbortController().signal, 400)) {
    sizes.push(batch.length)
  }
  expect(sizes).toEqual([400, 400, 200])
  expect(clock.slept).toBe(0)
})

test('stops at the signal', async () => {
  const clock = clockFrom(START)
  const stop = new AbortController()
  let count = 0
  for await (const batch of atTheirTime(generateEvents(options), clock, stop.signal)) {
    count += batch.length
    if (count > 100) stop.abort()
  }
  expect(count).toBeLessThan(150)
})
