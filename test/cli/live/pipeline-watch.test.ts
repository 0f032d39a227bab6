import {expect, test} from 'vitest'
import type {Live} from '../../../src/cli/live/parts.js'
import {look} from '../../../src/cli/live/pipeline-watch.js'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import type {Message} from '../../../src/lib/tui/message.js'
import {Played} from '../../lib/tui/made-state.js'

/** A live screen that takes what it is told; the clock stands where it is set. */
function watched() {
  const played = new Played()
  const clock = {now: 1_000}
  const live = {
    parts: {now: () => clock.now},
    ended: new AbortController().signal,
    state: () => played.state,
    tell: (message: Message) => played.tell(message),
    leave() {},
  } as unknown as Live
  return {live, clock, health: () => played.state.health}
}

const outage = {away: 'busAway', without: {pace: undefined}} as const
const away = () => Promise.reject(new LogflowError('BUS_UNREACHABLE', 'no answer', {retriable: true}))

test('an outage is told since when it is one; what was known before is not shown as if it still held', async () => {
  const {live, clock, health} = watched()
  await look(live, outage, async () => ({pace: {behind: 3}, deadLetters: 2}))
  expect(health()).toMatchObject({pace: {behind: 3}, deadLetters: 2})
  clock.now = 2_000
  await look(live, outage, away)
  clock.now = 9_000
  await look(live, outage, away)
  expect(health()).toMatchObject({busAway: 2_000, pace: undefined, deadLetters: 2})
  await look(live, outage, async () => ({pace: {behind: 9}}))
  expect(health()).toMatchObject({busAway: undefined, pace: {behind: 9}})
})

test('that something may not be asked is no outage, and what is no answer of ours is thrown', async () => {
  const {live, health} = watched()
  await look(live, outage, () => Promise.reject(new LogflowError('FORBIDDEN', 'not for you')))
  expect(health().busAway).toBeUndefined()
  await expect(look(live, outage, () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug')
})
