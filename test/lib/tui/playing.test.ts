import {expect, test} from 'vitest'
import {LONGEST_WAIT_MS, nextSpeed, play} from '../../../src/lib/tui/playing.js'
import {record, records} from './made-state.js'

// Records of made-state are a second apart.
const AHEAD = records(10)
const BEGIN = Date.parse(record(0)['@timestamp'])

test.each([
  ['in their own time', 1, 2_500, 3],
  ['ten times as fast', 10, 250, 3],
  ['one that is due this moment is', 1, 2_000, 3],
  ['before the next one is due nothing is', 1, 900, 1],
] as const)('%s', (_, speed, elapsedMs, count) => {
  const played = play({at: BEGIN, speed}, elapsedMs, AHEAD, true)
  expect(played).toEqual({at: BEGIN + elapsedMs * speed, count, skippedMs: 0})
})

test('it never passes what is read while there is more, and does where there is not', () => {
  expect(play({at: BEGIN, speed: 100}, 1_000, AHEAD, true)).toMatchObject({at: BEGIN + 9_000, count: 10})
  expect(play({at: BEGIN, speed: 100}, 1_000, AHEAD, false)).toMatchObject({at: BEGIN + 100_000, count: 10})
  expect(play({at: BEGIN, speed: 100}, 1_000, [], true)).toEqual({at: BEGIN, count: 0, skippedMs: 0})
})

test('a time without records is jumped over where one would wait for long, at that speed', () => {
  const night = [record(7_200)]
  expect(play({at: BEGIN, speed: 1}, 100, night, true)).toEqual({
    at: BEGIN + 7_200_000,
    count: 1,
    skippedMs: 7_200_000,
  })
  const soon = [record((LONGEST_WAIT_MS * 10) / 1_000)]
  expect(play({at: BEGIN, speed: 1}, 100, soon, true).skippedMs).toBe(30_000)
  expect(play({at: BEGIN, speed: 10}, 100, soon, true)).toEqual({at: BEGIN + 1_000, count: 0, skippedMs: 0})
})

test('the speeds come round', () => {
  expect([1, 10, 100].map((speed) => nextSpeed(speed as 1))).toEqual([10, 100, 1])
})
