import {Writable} from 'node:stream'
import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {heartbeat, nextBeat, quietLine} from '../../../src/lib/output/heartbeat.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function onScreen(isTerminal: boolean) {
  const written: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk))
      done()
    },
  })
  const screen = {isTerminal, width: 80, color: false}
  const beat = heartbeat({stream, screen, lag: async () => 7, now: () => Date.now()})
  return {written, beat}
}

test('the beats grow rarer', () => {
  const beats = [0]
  while (beats.length < 10) beats.push(nextBeat(beats.at(-1) as number))
  expect(beats).toEqual([0, 10, 20, 30, 60, 120, 300, 600, 900, 1_200])
})

test('a line says how long and how far behind', () => {
  expect(quietLine(30, 0)).toBe('── quiet for 30 s; lag 0 ──')
  expect(quietLine(120, undefined)).toBe('── quiet for 2 min ──')
})

test('on a terminal the line rewrites itself, and goes when something comes', async () => {
  const {written, beat} = onScreen(true)
  await vi.advanceTimersByTimeAsync(9_000)
  expect(written).toEqual([])
  await vi.advanceTimersByTimeAsync(12_000)
  expect(written).toEqual(['\r── quiet for 10 s; lag 7 ──\x1b[K', '\r── quiet for 20 s; lag 7 ──\x1b[K'])
  beat.came()
  expect(written.at(-1)).toBe('\r\x1b[K')
  await vi.advanceTimersByTimeAsync(9_000)
  expect(written).toHaveLength(3)
  beat.end()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(written).toHaveLength(3)
})

test('a pipe sees nothing of it', async () => {
  const {written, beat} = onScreen(false)
  await vi.advanceTimersByTimeAsync(60_000)
  beat.end()
  expect(written).toEqual([])
})
