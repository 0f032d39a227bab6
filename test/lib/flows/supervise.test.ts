import {expect, test} from 'vitest'
import {supervise} from '../../../src/lib/flows/supervise.js'
import {until} from '../../support/until.js'

test('work that fails is told, begun again, and ended by the signal', async () => {
  const stop = new AbortController()
  const failures: unknown[] = []
  let runs = 0
  let wellAtOnce: boolean | undefined
  const work = async () => {
    if (++runs < 3) throw new Error(`run ${runs}`)
    // it has failed a moment ago
    wellAtOnce = supervised.isWell()
    await new Promise((resolve) => stop.signal.addEventListener('abort', resolve))
  }
  const supervised = supervise(work, {
    signal: stop.signal,
    onFailed: (error) => failures.push((error as Error).message),
    firstWaitMs: 1,
  })
  await until(() => runs === 3)
  expect(failures).toEqual(['run 1', 'run 2'])
  expect(wellAtOnce).toBe(false)
  stop.abort()
  await supervised.ended
  expect(runs).toBe(3)
})

test('work that ends by itself has failed; what never failed is well', async () => {
  const stop = new AbortController()
  const failures: unknown[] = []
  const running = supervise(() => new Promise((resolve) => stop.signal.addEventListener('abort', resolve)), {
    signal: stop.signal,
    onFailed: (error) => failures.push(error),
  })
  expect(running.isWell()).toBe(true)
  const ending = supervise(async () => {}, {
    signal: stop.signal,
    onFailed: (error) => {
      failures.push((error as Error).message)
      stop.abort()
    },
  })
  await Promise.all([ending.ended, running.ended])
  expect(failures).toEqual(['it ended although nobody asked it to'])
  expect(ending.isWell()).toBe(false)
})

test('nothing is begun once the signal has aborted', async () => {
  let runs = 0
  await supervise(async () => runs++, {signal: AbortSignal.abort(), onFailed: () => {}}).ended
  expect(runs).toBe(0)
})
