import {expect, test} from 'vitest'
import {ExportQueue} from '../../../../src/lib/telemetry/otlp/export-queue.js'

/** What makes a queue send at once. */
const FULL_BATCH = 512

function collector() {
  const answers: Array<(result: {code: number; error?: Error}) => void> = []
  const taken: number[][] = []
  const dropped: Array<[string, number]> = []
  const states: Array<string | undefined> = []
  const queue = new ExportQueue<number>({
    export: (items, done) => {
      taken.push(items)
      answers.push(done)
    },
    onDropped: (reason, count) => dropped.push([reason, count]),
    onState: (error) => states.push(error === undefined ? undefined : String(error)),
  })
  const fill = (count: number) => {
    for (let i = 0; i < count; i++) queue.put(i)
  }
  const answer = async (result: {code: number; error?: Error}) => {
    answers.shift()?.(result)
    await new Promise(setImmediate)
  }
  return {queue, taken, dropped, states, fill, answer, answers}
}

test('one export at a time, of a bounded size; nothing is lost of what is taken', async () => {
  const {queue, taken, dropped, fill, answer, answers} = collector()
  fill(FULL_BATCH + 10)
  expect(taken.map((items) => items.length)).toEqual([FULL_BATCH])
  const closing = queue.close(30_000)
  await answer({code: 0})
  while (answers.length === 0) await new Promise(setImmediate)
  await answer({code: 0})
  await closing
  expect(taken.map((items) => items.length)).toEqual([FULL_BATCH, 10])
  expect(dropped).toEqual([])
})

test('what is refused is counted; that it fails is told once, and that it is over', async () => {
  const {queue, taken, dropped, states, fill, answer} = collector()
  for (const result of [{code: 1, error: new Error('503')}, {code: 1, error: new Error('503')}, {code: 0}]) {
    fill(FULL_BATCH)
    await answer(result)
  }
  expect(taken).toHaveLength(3)
  expect(states).toEqual(['Error: 503', undefined])
  expect(dropped).toEqual([
    ['collector_refused', FULL_BATCH],
    ['collector_refused', FULL_BATCH],
  ])
  await queue.close(30_000)
})

test('what finds the queue full is given up, and so is what is left at the end', async () => {
  const {queue, dropped, fill} = collector()
  fill(FULL_BATCH + 2_048 + 5)
  expect(dropped).toEqual(Array(5).fill(['collector_slow', 1]))
  await queue.close(10)
  expect(dropped.at(-1)).toEqual(['collector_slow', 2_048])
  queue.put(1)
  expect(dropped.at(-1)).toEqual(['collector_slow', 1])
})
