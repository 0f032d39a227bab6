import {expect, test} from 'vitest'
import type {TailEvent} from '../../../src/lib/flows/tail-records.js'
import {tailUntil, type Waited} from '../../../src/lib/flows/tail-until.js'
import type {LogRecord} from '../../../src/lib/record/record.js'

const record = (message: string) => ({message}) as LogRecord
const records = (...messages: string[]): TailEvent => ({kind: 'records', records: messages.map(record)})
const CAUGHT_UP: TailEvent = {kind: 'caught-up'}
const AWAY: TailEvent = {kind: 'gap', gap: {reason: 'away', message: 'the store is away'}}
const REMOVED: TailEvent = {kind: 'gap', gap: {reason: 'removed', message: '5 units were removed'}}
const BACK: TailEvent = {kind: 'back', afterMs: 10}

/** What is shown and what became of the waiting; the events end because a signal ends them where `cut`. */
async function run(events: TailEvent[], cut: boolean): Promise<{shown: string[]; waited: Waited}> {
  const waited: Waited = {}
  const stop = new AbortController()
  async function* source() {
    yield* events
    if (cut) stop.abort()
  }
  const shown: string[] = []
  for await (const event of tailUntil(source(), ({message}) => message === 'ready', waited, stop.signal))
    if (event.kind === 'records') shown.push(...event.records.map(({message}) => message))
  return {shown, waited}
}

test('ends with the record that is wanted, shown last', async () => {
  const {shown, waited} = await run([records('a', 'b'), CAUGHT_UP, records('c', 'ready', 'd'), records('e')], true)
  expect(shown).toEqual(['a', 'b', 'c', 'ready'])
  expect(waited.found).toEqual({message: 'ready'})
})

test.each<[string, TailEvent[], boolean, string | undefined]>([
  ['cut after it had caught up: it did not come', [records('a'), CAUGHT_UP, records('b')], true, undefined],
  ['cut before: nobody knows', [records('a')], true, 'what is followed had not been read to its end yet'],
  ['ended by itself: it did not come', [records('a')], false, undefined],
  ['cut while away: nobody knows', [CAUGHT_UP, AWAY], true, 'the store is away'],
  ['away and back', [CAUGHT_UP, AWAY, BACK, records('a')], true, undefined],
  ['something was missed, long ago', [CAUGHT_UP, REMOVED, AWAY, BACK, CAUGHT_UP], true, '5 units were removed'],
])('%s', async (_, events, cut, doubt) => {
  expect((await run(events, cut)).waited).toEqual(doubt === undefined ? {} : {doubt})
})
