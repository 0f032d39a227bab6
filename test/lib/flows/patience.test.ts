import {expect, test} from 'vitest'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {type AwayNotice, Interrupted, jittered, keepTrying, Outage, passes} from '../../../src/lib/flows/patience.js'

const AWAY = new LogflowError('BUS_UNREACHABLE', 'no broker answered', {retriable: true})

/** An outage of the bus on a clock set by hand. */
function outageAt() {
  let time = 0
  const said: AwayNotice[] = []
  const {signal} = new AbortController()
  const outage = new Outage('bus', {signal, onNotice: (notice) => said.push(notice), now: () => time, random: () => 1})
  return {
    outage,
    said,
    at: (ms: number) => {
      time = ms
    },
  }
}

test('what time or space can mend passes; a wrong password and a wrong topic do not', () => {
  expect(passes(AWAY)).toBe(true)
  expect(passes(new LogflowError('DISK_FULL', 'the disk is full'))).toBe(true)
  expect(passes(new LogflowError('UNAUTHORISED', 'no'))).toBe(false)
  expect(passes(new LogflowError('USAGE', 'no such topic name'))).toBe(false)
  expect(passes(new Error('a fault of ours'))).toBe(false)
})

test('the wait doubles from 200 ms to 10 s, and half of it is left to chance', () => {
  const {outage} = outageAt()
  const waits = Array.from({length: 8}, () => outage.failed(AWAY))
  expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000])
  expect(jittered(1_000, () => 0)).toBe(500)
})

test('an outage is told at once, then every half minute, and its end with how long it took', () => {
  const {outage, said, at} = outageAt()
  for (const time of [1_000, 2_000, 30_999, 31_000, 40_000]) {
    at(time)
    outage.failed(AWAY)
  }
  at(61_000)
  outage.over()
  outage.over()
  expect(said).toEqual([
    {kind: 'bus-away', reason: 'no broker answered', afterMs: 200},
    {kind: 'bus-away', reason: 'no broker answered', afterMs: 1_600},
    {kind: 'back', what: 'bus', afterMs: 60_000},
  ])
  outage.failed(AWAY)
  expect(said).toHaveLength(4)
})

test('a bus that is slow and then refuses is told as both, and comes back once', () => {
  const {outage, said, at} = outageAt()
  at(10_000)
  outage.stalled('slow', 5_000)
  at(11_000)
  outage.stalled('slow', 6_000)
  outage.failed(AWAY)
  at(20_000)
  outage.over()
  expect(said.map(({kind}) => kind)).toEqual(['slow', 'bus-away', 'back'])
  expect(said[2]).toMatchObject({afterMs: 15_000})
})

test('the store is named where it was the store', () => {
  const {outage, said} = outageAt()
  outage.failed(new LogflowError('STORE_UNREACHABLE', 'no answer', {retriable: true}))
  outage.over()
  expect(said).toMatchObject([{kind: 'store-away'}, {kind: 'back', what: 'store'}])
})

test('work is tried until it succeeds', async () => {
  const {signal} = new AbortController()
  let tries = 0
  const work = async () => {
    if (++tries < 3) throw AWAY
    return 'there'
  }
  expect(await keepTrying('bus', work, {signal, random: () => 0})).toBe('there')
  expect(tries).toBe(3)
})

test('without patience the first failure is the last, and with it one that will not pass', async () => {
  const {signal} = new AbortController()
  const fail = (error: Error) => async () => {
    throw error
  }
  await expect(keepTrying('bus', fail(AWAY), undefined)).rejects.toBe(AWAY)
  const refused = new LogflowError('UNAUTHORISED', 'wrong password')
  await expect(keepTrying('bus', fail(refused), {signal})).rejects.toBe(refused)
})

test('the signal ends the waiting', async () => {
  const stop = new AbortController()
  const work = async () => {
    throw AWAY
  }
  const waiting = keepTrying('bus', work, {signal: stop.signal, onNotice: () => stop.abort()})
  await expect(waiting).rejects.toBeInstanceOf(Interrupted)
})
