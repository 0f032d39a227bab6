import {expect, test} from 'vitest'
import type {Draft} from '../../../src/lib/trace/draft.js'
import {grossSkews} from '../../../src/lib/trace/gross-skew.js'

/** A call that says how long it took; ms. */
function call(host: string, start: number, end: number, traceId?: string): Draft {
  return {host, start, end, timed: true, startKnown: true, endKnown: true, records: [], ...(traceId ? {traceId} : {})}
}

test('a clock that is off by seconds is told by the calls that it holds and lies in, all by the same time', () => {
  const drafts = [
    call('gateway-1', 1_000, 1_400),
    call('orders-2', -88_990, -88_610),
    call('inventory-1', 1_020, 1_090),
    call('payment-3', 1_100, 1_300),
  ]
  const [skew, ...others] = grossSkews(drafts)
  expect(others).toEqual([])
  expect(skew).toMatchObject({host: 'orders-2', calls: 1})
  expect(Math.abs((skew?.offset ?? 0) + 90_000)).toBeLessThan(15)
})

test('a worker that begins later is no wrong clock: what lies in one call and holds none may be anywhere', () => {
  const request = [call('gateway-1', 0, 400), call('orders-2', 10, 390), call('inventory-1', 20, 90)]
  expect(grossSkews([...request, call('mail-1', 5_000, 5_100)])).toEqual([])
  expect(grossSkews([...request, call('mail-1', 5_000, 5_100), call('mail-1', 9_000, 9_020)])).toEqual([])
})

test('clocks that agree, calls without a length and a host by itself tell nothing', () => {
  expect(grossSkews([])).toEqual([])
  expect(grossSkews([call('a', 0, 10), call('a', 90_000, 90_100), call('a', 95_000, 95_010)])).toEqual([])
  const loose = {...call('b', 90_000, 90_000), timed: false}
  expect(grossSkews([call('a', 0, 400), call('c', 10, 100), loose, loose, loose])).toEqual([])
})

test('calls of other traces fit nobody', () => {
  const drafts = [
    call('gateway-1', 1_000, 1_400, 'one'),
    call('orders-2', -88_990, -88_610, 'two'),
    call('inventory-1', 1_020, 1_090, 'one'),
    call('payment-3', 1_100, 1_300, 'one'),
  ]
  expect(grossSkews(drafts)).toEqual([])
})
