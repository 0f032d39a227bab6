import {expect, test, vi} from 'vitest'
import type {BusConsumer, BusEvent} from '../../../src/lib/bus/bus.js'
import {eventsOf} from '../../../src/lib/flows/events-of.js'
import {type AwayNotice, Outage} from '../../../src/lib/flows/patience.js'

const IDLE: BusEvent = {kind: 'idle', positions: []}

test('a consumer that gives nothing is told as silent, one whose reader is busy is not', async () => {
  vi.useFakeTimers()
  try {
    const waiting: Array<(event: BusEvent) => void> = []
    const consumer: BusConsumer = {
      commit: async () => undefined,
      close: async () => undefined,
      async *[Symbol.asyncIterator]() {
        for (;;) yield await new Promise<BusEvent>((resolve) => waiting.push(resolve))
      },
    }
    const said: AwayNotice[] = []
    const {signal} = new AbortController()
    const outage = new Outage('store', {signal, onNotice: (notice) => said.push(notice)})
    const events = eventsOf(consumer, outage)
    let next = events.next()
    await vi.advanceTimersByTimeAsync(9_000)
    expect(said).toEqual([])
    await vi.advanceTimersByTimeAsync(3_000)
    expect(said).toMatchObject([{kind: 'silent'}])
    waiting.shift()?.(IDLE)
    expect(await next).toEqual({value: IDLE, done: false})
    outage.over()
    expect(said[1]).toMatchObject({kind: 'back', what: 'bus'})
    // the reader stores what it was given
    await vi.advanceTimersByTimeAsync(60_000)
    next = events.next()
    await vi.advanceTimersByTimeAsync(5_000)
    waiting.shift()?.(IDLE)
    await next
    expect(said).toHaveLength(2)
    await events.return(undefined)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(said).toHaveLength(2)
  } finally {
    vi.useRealTimers()
  }
})
