import {expect, test} from 'vitest'
import {FramePace} from '../../../src/lib/tui/frame-pace.js'

/** A clock that is set by hand, and what waits for it. */
class Clock {
  ms = 0
  #waiting: Array<{at: number; work: () => void}> = []

  now = () => this.ms
  later = (work: () => void, ms: number) => {
    const entry = {at: this.ms + ms, work}
    this.#waiting.push(entry)
    return () => {
      this.#waiting = this.#waiting.filter((one) => one !== entry)
    }
  }

  to(ms: number): void {
    this.ms = ms
    const due = this.#waiting.filter(({at}) => at <= ms)
    this.#waiting = this.#waiting.filter(({at}) => at > ms)
    for (const {work} of due) work()
  }
}

/** @param cost of a frame, ms */
function paced(cost = 0) {
  const clock = new Clock()
  const frames: number[] = []
  const pace = new FramePace(() => {
    frames.push(clock.ms)
    clock.ms += cost
  }, clock)
  return {clock, frames, pace}
}

test('a change after a while is drawn at once', () => {
  const {clock, frames, pace} = paced()
  clock.to(1_000)
  pace.changed()
  clock.to(1_000)
  expect(frames).toEqual([1_000])
})

test('at most 30 frames in any second, however often it changes, and the last change is drawn', () => {
  const {clock, frames, pace} = paced()
  for (let ms = 0; ms <= 10_000; ms++) {
    if (ms < 9_990) pace.changed()
    clock.to(ms)
  }
  clock.to(10_100)
  for (const from of frames)
    expect(frames.filter((at) => at >= from && at < from + 1_000).length).toBeLessThanOrEqual(30)
  expect(frames.length).toBeGreaterThan(290)
  expect(frames.at(-1)).toBeGreaterThanOrEqual(9_989)
})

test('nothing is drawn once it has stopped', () => {
  const {clock, frames, pace} = paced()
  pace.changed()
  pace.stop()
  clock.to(5_000)
  expect(frames).toEqual([])
})

test('frames that take long come less often by themselves, and a key is still drawn at once', () => {
  const {clock, frames, pace} = paced(20)
  for (let ms = 0; ms < 10_000; ms++) {
    pace.changed()
    clock.to(Math.max(ms, clock.ms))
  }
  expect(frames.length * 20).toBeLessThan(10_000 / 10)
  clock.to(clock.ms + 1_000)
  const last = frames.at(-1) as number
  pace.changed()
  clock.to(last + 100)
  expect(frames.at(-1)).toBe(last)
  pace.asked()
  clock.to(last + 100)
  expect(frames.at(-1)).toBe(last + 100)
})
