import {describe, expect, test} from 'vitest'
import {type Mouse, mouseOf} from '../../../src/lib/tui/mouse.js'
import {Played, record, records} from './made-state.js'

function at(what: Mouse['what'], column: number, row: number) {
  return {kind: 'mouse', mouse: {what, column, row}} as const
}

/** Row and column of the terminal on which a text begins. */
function find(live: Played, text: string): [column: number, row: number] {
  const row = live.frame().findIndex((line) => line.includes(text))
  return [live.frame()[row]?.indexOf(text) ?? -1, row]
}

test.each([
  ['[<64;10;5M', {what: 'wheel-up', column: 9, row: 4}],
  ['[<65;200;60M', {what: 'wheel-down', column: 199, row: 59}],
  ['[<0;1;1M', {what: 'click', column: 0, row: 0}],
  ['[<0;1;1m', null],
  ['[<2;1;1M', null],
  ['[<35;4;4M', null],
  ['[<', undefined],
  ['j', undefined],
  ['[<64;10;5M[<64;10;5M', undefined],
])('a report %s', (text, mouse) => {
  expect(mouseOf(text)).toEqual(mouse)
})

describe.each([
  [130, 35],
  [110, 15],
  [80, 24],
])('on %i by %i', (columns, rows) => {
  const live = () => new Played(columns, rows).tell({kind: 'records', records: records(200)})

  test('the wheel scrolls by three lines, and follows again at the end', () => {
    const played = live()
    const top = played.state.top
    played.tell(at('wheel-up', 3, 6), at('wheel-up', 3, 6))
    expect(played.state).toMatchObject({top: top - 6, following: false})
    played.tell(at('wheel-down', 3, 6))
    expect(played.state).toMatchObject({top: top - 3, following: false})
    expect(played.tell(at('wheel-down', 3, 6)).state.following).toBe(true)
    for (let step = 0; step < 100; step++) played.tell(at('wheel-up', 3, 6))
    expect(played.state.top).toBe(0)
    expect(played.text()).toContain('request 0 ')
  })

  test('a click chooses the record it is on, wherever it is', () => {
    const played = live().press('g')
    for (const text of ['request 0 ', 'request 3 ', 'request 5 ', 'request 1 ']) {
      expect(`${played.tell(at('click', ...find(played, text))).chosen} `).toBe(text)
      expect(played.state.following).toBe(false)
    }
    const chosen = played.chosen
    expect(played.tell(at('click', 2, 0), at('click', 2, rows - 1)).chosen).toBe(chosen)
  })
})

test('among dates a click finds the record too', () => {
  const days = Array.from({length: 8}, (_, day) => record(day * 86_400, {message: `day ${day}.`}))
  const played = new Played(130, 35).tell({kind: 'records', records: days})
  for (const text of ['day 0.', 'day 3.', 'day 7.'])
    expect(played.tell(at('click', ...find(played, text))).chosen).toBe(text)
})

test('beside the stream it moves in the list, over the stream the stream; a click leads back to it', () => {
  const played = new Played(130, 35).tell({kind: 'records', records: records(200)}).press('<tab>')
  const top = played.state.top
  expect(played.tell(at('wheel-up', 120, 4)).state.top).toBe(top)
  expect(played.tell(at('wheel-up', 5, 8)).state).toMatchObject({top: top - 3, mode: {kind: 'services'}})
  expect(played.tell(at('click', 5, 8)).state.mode.kind).toBe('stream')
})

test('in a list the wheel moves as arrows do, and what is typed stays', () => {
  const played = new Played(80, 24).tell({kind: 'records', records: records(200)})
  played.press('V').tell(at('wheel-up', 5, 5))
  expect(played.state.mode).toMatchObject({kind: 'histogram', chosen: played.state.counts.newest - 3})
  played.press('<escape>/abc').tell(at('wheel-up', 5, 5), at('click', 5, 5))
  expect(played.state.mode).toMatchObject({kind: 'prompt', line: {text: 'abc'}})
})
