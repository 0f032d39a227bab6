import {describe, expect, test} from 'vitest'
import {type FailuresSoFar, LONGEST_WAIT_MS, waitBeforeTry} from '../../../src/lib/accounts/throttle.js'

const NOW = Date.parse('2026-11-21T10:00:00Z')
const failed = (count: number, secondsAgo = 0) => ({count, lastAt: NOW - secondsAgo * 1_000})

describe('seconds to wait', () => {
  test.each<[string, FailuresSoFar, number]>([
    ['nothing has failed', {}, 0],
    ['four wrong passwords', {pair: failed(4)}, 0],
    ['five', {pair: failed(5)}, 1],
    ['five, a second ago', {pair: failed(5, 1)}, 0],
    ['eight', {pair: failed(8)}, 8],
    ['eight, 3 s ago', {pair: failed(8, 3)}, 5],
    ['fifteen: no longer than 15 minutes', {pair: failed(15)}, 900],
    ['a million', {pair: failed(1e6)}, 900],
    ['nineteen from this source, for other accounts', {source: failed(19)}, 0],
    ['twenty', {source: failed(20)}, 1],
    ['twenty-three', {source: failed(23)}, 8],
    ['the longer of two waits', {source: failed(23), pair: failed(6)}, 8],
    ['the account is guessed at from elsewhere', {account: failed(100_000)}, 0],
    ['it is guessed at, and this source failed once', {account: failed(100), pair: failed(1)}, 30],
    ['it is guessed at, and this source failed twice', {account: failed(100), pair: failed(2)}, 60],
    ['not yet guessed at', {account: failed(99), pair: failed(2)}, 0],
    ['a day ago and more', {pair: failed(50, 86_401), source: failed(50, 86_401), account: failed(500, 86_401)}, 0],
    ['a clock that was set back', {pair: {count: 50, lastAt: NOW + 86_400_000}}, 900],
  ])('%s', (_name, failures, seconds) => {
    expect(waitBeforeTry(failures, NOW)).toBe(seconds * 1_000)
  })
})

test('whatever failed before, the right password is let in after the longest wait', () => {
  for (const count of [1, 5, 20, 100, 1e9]) {
    const failures = {pair: failed(count), source: failed(count), account: failed(count)}
    expect(waitBeforeTry(failures, NOW + LONGEST_WAIT_MS)).toBe(0)
  }
})

test('a guesser with one source gets in fewer than 130 tries a day', () => {
  let tries = 0
  let pair = {count: 0, lastAt: 0}
  for (let now = NOW; now < NOW + 86_400_000; ) {
    const wait = waitBeforeTry({pair, source: pair, account: pair}, now)
    if (wait === 0) {
      tries++
      pair = {count: pair.count + 1, lastAt: now}
    }
    now += Math.max(wait, 1)
  }
  expect(tries).toBeLessThan(130)
})
