import {expect, test} from 'vitest'
import type {Live, LiveParts} from '../../../src/cli/live/parts.js'
import {LiveSession} from '../../../src/cli/live/session.js'
import {every, watchAlerts} from '../../../src/cli/live/watches.js'
import type {Message} from '../../../src/lib/tui/message.js'
import {Played} from '../../lib/tui/made-state.js'
import {until} from '../../support/until.js'

/** What is told, and somebody who leaves. */
function listener() {
  const end = new AbortController()
  const notes: string[] = []
  const tell = (message: Message) => {
    if (message.kind === 'note') notes.push(message.text)
  }
  return {live: {ended: end.signal, tell}, notes, leave: () => end.abort()}
}

test('work that fails, for whatever reason, is told once and tried again until it succeeds', async () => {
  const {live, notes, leave} = listener()
  let tries = 0
  const watching = every(1, live, async () => {
    tries++
    if (tries <= 3) throw new Error('read ECONNRESET\n  at nowhere')
    if (tries === 5) throw new Error('read ECONNRESET')
    if (tries === 7) leave()
  })
  await watching
  expect(tries).toBe(7)
  // Once for the first three, and once more after it had succeeded meanwhile.
  expect(notes).toEqual(['read ECONNRESET; trying again', 'read ECONNRESET; trying again'])
})

test('what fails because the user has left is told to nobody', async () => {
  const {live, notes, leave} = listener()
  await every(1, live, () => {
    leave()
    throw new Error('the store is closed')
  })
  expect(notes).toEqual([])
})

test('alerts that cannot be read, also for a reason nobody foresaw, are told in their pane', async () => {
  const played = new Played()
  const end = new AbortController()
  const live = {
    parts: {alerts: () => Promise.reject(new TypeError('no such thing')), now: () => 0},
    ended: end.signal,
    state: () => played.state,
    tell: (message: Message) => played.tell(message),
  } as unknown as Live
  const watching = watchAlerts(live)
  await until(() => played.state.alertsProblem !== undefined)
  end.abort()
  await watching
  expect(played.state.alertsProblem).toBe('alerts cannot be read: no such thing')
})

test('a stream that fails ends the screen with its error, and every watch with it', async () => {
  const parts = {
    events: (async function* () {
      yield* []
      throw new Error('the stream broke')
    })(),
    arrivals: {lag: () => Promise.reject(new Error('no lag'))},
    now: () => 0,
  } as unknown as LiveParts
  const session = new LiveSession(new Played().state, parts)
  await expect(session.run()).rejects.toThrow('the stream broke')
  expect(session.ended.aborted).toBe(true)
})
