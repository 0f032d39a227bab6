import {expect, test} from 'vitest'
import type {LiveParts} from '../../../src/cli/live/parts.js'
import {Player} from '../../../src/cli/live/player.js'
import {askRead} from '../../../src/cli/live/stored-records.js'
import type {AskRecords} from '../../../src/lib/flows/search-records.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {UTC} from '../../../src/lib/record/zone.js'
import {Growing} from '../../../src/lib/tui/growing.js'
import {keysOfText} from '../../../src/lib/tui/line-editor.js'
import type {Message} from '../../../src/lib/tui/message.js'
import {firstState, MOST_RECORDS, NO_FILTER, type State} from '../../../src/lib/tui/state.js'
import {travelOf} from '../../../src/lib/tui/travel.js'
import {update} from '../../../src/lib/tui/update.js'
import {until} from '../../support/until.js'

const BEGIN = Date.UTC(2026, 0, 1, 9)
const NOW = BEGIN + 86_400_000

/** Many share a time, and some a place in it. */
function stored(count: number, everyMs: number): LogRecord[] {
  return Array.from({length: count}, (_, index) => {
    const time = new Date(BEGIN + Math.floor(index / 3) * 3 * everyMs).toISOString()
    return {
      id: `r-${index}`,
      '@timestamp': time,
      message: `step ${index}`,
      level: index % 100 === 0 ? 'ERROR' : 'INFO',
      service: 'shop',
      source: {id: 'file', offset: Math.floor(index / 2)},
    } as unknown as LogRecord
  })
}

/** A live screen over records that are held. */
class Travelled {
  state: State = firstState({columns: 100, rows: 20, source: 'local', filter: NO_FILTER, everyMs: 15_000, zone: UTC})
  readonly parts = {now: () => NOW} as LiveParts
  readonly #end = new AbortController()
  readonly ended = this.#end.signal
  readonly player: Player
  asked: number[] = []

  constructor(records: readonly LogRecord[]) {
    const held = askRead(() => Growing.empty<LogRecord>(1_000_000).append(records))
    const ask: AskRecords = (request, signal) => {
      this.asked.push(request.limit)
      return held(request, signal)
    }
    this.player = new Player({...this.live(), parts: this.parts}, ask)
  }

  live() {
    const {ended} = this
    const self = this
    return {
      ended,
      parts: this.parts,
      get player() {
        return self.player
      },
      state: () => this.state,
      tell: (message: Message) => this.tell(message),
      leave: () => this.#end.abort(),
    }
  }

  tell(message: Message): void {
    const {state, effects} = update(this.state, message)
    this.state = state
    for (const effect of effects) if (effect.kind === 'travel') void this.player.carryOut(effect)
  }

  press(text: string): void {
    for (const key of keysOfText(text)) this.tell({kind: 'key', key})
  }

  leave(): void {
    this.#end.abort()
  }

  get ids(): string[] {
    const {all} = this.state
    return all.slice(all.first, all.end).map(({id}) => id)
  }
}

function idsOf(records: readonly LogRecord[], from: number, to: number): string[] {
  return records.slice(from, to).map(({id}) => id)
}

async function at(records: readonly LogRecord[], moment: string): Promise<Travelled> {
  const live = new Travelled(records)
  live.press(`T${moment}\r`)
  await until(() => travelOf(live.state) !== undefined)
  return live
}

test('around a moment, then page by page to the beginning and to the end: each record once, in order', async () => {
  const records = stored(6_000, 1_000)
  const live = await at(records, new Date(BEGIN + 3_000_000).toISOString())
  expect(live.ids).toEqual(idsOf(records, 2_000, 3_500))
  while (!travelOf(live.state)?.begins) {
    const before = live.state.all.size
    live.press('g')
    await until(() => live.state.all.size > before || (travelOf(live.state)?.begins ?? false))
  }
  expect(live.ids).toEqual(idsOf(records, 0, 3_500))
  for (let size = 0; size !== live.state.all.size; ) {
    size = live.state.all.size
    live.press('G')
    await until(() => travelOf(live.state)?.reading === undefined)
  }
  expect(live.ids).toEqual(idsOf(records, 0, 6_000))
  expect(live.state.note?.text).toContain('nothing later is stored')
  live.leave()
})

test('played fast, every record comes once, in order, and reading is bounded', async () => {
  const records = stored(30_000, 20)
  const live = await at(records, new Date(BEGIN).toISOString())
  live.press('xx ')
  const seen: string[] = []
  const {tell} = live
  live.tell = (message) => {
    if (message.kind === 'travel' && message.step === 'played') seen.push(...message.records.map(({id}) => id))
    tell.call(live, message)
  }
  await until(() => live.state.note?.text === 'now is reached: following')
  expect(seen).toEqual(idsOf(records, 3, 30_000))
  expect(Math.max(...live.asked)).toBeLessThan(2_200)
  live.leave()
})

test('stopping and going on at once plays once', async () => {
  const records = stored(3_000, 50)
  const live = await at(records, new Date(BEGIN + 10_000).toISOString())
  live.press('x      ')
  live.press(' ')
  await until(() => live.state.all.size > 500)
  live.press(' ')
  const {ids} = live
  expect(ids).toEqual(idsOf(records, 0, ids.length))
  live.leave()
})

test('what is played goes through the filter, and another one is gone through from there', async () => {
  const records = stored(5_000, 1_000)
  const live = await at(records, new Date(BEGIN + 2_500_000).toISOString())
  live.press('/level:error\r')
  await until(() => live.state.all.size === 50)
  expect(live.ids[0]).toBe('r-0')
  expect(live.ids.at(-1)).toBe('r-4900')
  live.press('f')
  expect(travelOf(live.state)).toBeUndefined()
  live.leave()
})

test.each([
  ['09:0', 'is no time'],
  ['2026-01-02 09:30', 'Fri 2 Jan 09:30:00 lies ahead: it is 09:00:00 now'],
  ['10:00', 'lies ahead: it is 09:00:00 now; yesterday 10:00 has been'],
])('%s is refused', async (text, problem) => {
  const live = new Travelled(stored(10, 1_000))
  live.press(`T${text}\r`)
  await until(() => live.state.mode.kind === 'prompt' && live.state.mode.problem !== undefined)
  expect(live.state.mode).toMatchObject({problem: expect.stringContaining(problem)})
  live.leave()
})

test('whoever leaves the prompt meanwhile stays at now', async () => {
  const live = new Travelled(stored(100, 1_000))
  live.press('T1h\r\u001b')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(travelOf(live.state)).toBeUndefined()
  live.leave()
})

test('where nothing is stored there is nothing to go to', async () => {
  const live = new Travelled([])
  live.press('T1h\r')
  await until(() => live.state.mode.kind === 'prompt' && live.state.mode.problem !== undefined)
  expect(live.state.mode).toMatchObject({problem: 'no record is stored: there is nothing to go to'})
  live.press('\u001b/level:error\r')
  live.press('T1h\r')
  await until(() => live.state.mode.kind === 'prompt' && live.state.mode.problem !== undefined)
  expect(live.state.mode).toMatchObject({problem: 'no stored record passes the filter: there is nothing to go to'})
  live.leave()
})

test('the patterns are those of what is played', async () => {
  const live = await at(stored(5_000, 1_000), new Date(BEGIN).toISOString())
  expect(live.player.patterns.count).toBe(live.state.all.size)
  live.press(' ')
  expect(live.player.patterns.count).toBe(live.state.all.size)
  expect(live.state.all.size).toBeLessThan(MOST_RECORDS)
  live.leave()
})
