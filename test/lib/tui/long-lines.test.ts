// Lines of a megabyte, whatever is in them: no more of them is looked at, or sent to the terminal, than can be seen.

import {expect, test} from 'vitest'
import {textWidth} from '../../../src/lib/output/text-width.js'
import {buildTrace} from '../../../src/lib/trace/trace-tree.js'
import {broken} from '../../../src/lib/tui/record-lines.js'
import {Played, record} from './made-state.js'

const LONG = 300_000
const MESSAGES = {
  letters: 'x'.repeat(LONG),
  'control characters': '\u001b'.repeat(LONG),
  'wide characters': '漢'.repeat(LONG),
  'marks without width': `e${'\u0301'.repeat(LONG)}`,
}

function made(message: string): ReturnType<typeof record>[] {
  const stack = `Error: x\n${'    at f (a.js:1:1)\n'.repeat(10_000)}`
  return Array.from({length: 30}, (_, index) =>
    record(index, {
      message,
      service: index % 2 === 0 ? message : 'shop',
      error: {name: 'Error', message, stack},
      attributes: {[message]: message, n: index},
      trace_id: 't',
      span_id: `s${index}`,
      parent_span_id: 's0',
      source: {id: 's', offset: index, format: 'json'},
    }),
  )
}

test.each(Object.entries(MESSAGES))('%s: a frame stays one of the terminal, in every mode', (_, message) => {
  const all = made(message)
  const live = new Played(120, 40).tell({kind: 'records', records: all})
  const check = () => {
    const frame = live.frame()
    expect(frame.map((line) => textWidth(line))).toEqual(frame.map(() => 120))
    expect(frame.join('').length).toBeLessThan(120 * 40 * 8)
  }
  check()
  live.press('w')
  check()
  live.press('w<return>')
  check()
  live.press('<escape>pkc')
  check()
  live.press('<escape>').tell({kind: 'trace', tree: buildTrace('t', all), unstored: 0, at: 0})
  check()
})

test('what is not shown of a long line is counted', () => {
  const {lines, hidden} = broken('x'.repeat(1_000), 10, 3)
  expect(lines).toEqual(['x'.repeat(10), 'x'.repeat(10), 'x'.repeat(10)])
  expect(hidden).toBe(970)
  expect(broken(`${'x'.repeat(1_000)}\nnext`, 10, 3).hidden).toBe(975)
  expect(broken('\u0301'.repeat(1_000), 10, 3).hidden).toBeGreaterThan(700)
  expect(broken('x'.repeat(1_000), 10, Number.POSITIVE_INFINITY).lines.join('')).toBe('x'.repeat(1_000))
})
