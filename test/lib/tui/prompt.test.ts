import {describe, expect, test} from 'vitest'
import type {PromptMode} from '../../../src/lib/tui/modes/prompt.js'
import {completed} from '../../../src/lib/tui/prompt/completion.js'
import {MOST_REMEMBERED, remembered} from '../../../src/lib/tui/prompt/history.js'
import {Played, record} from './made-state.js'

const SERVICES = ['gateway', 'payment', 'payment', 'payment', 'pay desk', 'pay desk', 'orders']
const MIXED = SERVICES.map((service, index) =>
  record(index, {service, level: index === 0 ? 'ERROR' : 'INFO', attributes: {order_id: `ord_${index}`, status: 402}}),
)

function live(): Played {
  return new Played(100, 20).tell({kind: 'records', records: MIXED})
}

function promptOf({state}: Played): PromptMode {
  expect(state.mode.kind).toBe('prompt')
  return state.mode as PromptMode
}

function typed(played: Played): string {
  const {line} = promptOf(played)
  const chars = [...line.text]
  return `${chars.slice(0, line.at).join('')}|${chars.slice(line.at).join('')}`
}

/** What Tab offers for a filter; nothing where one alone fits, which is written. */
function offers(filter: string): string[] | undefined {
  return promptOf(live().press(`/${filter}<tab>`)).offered?.candidates.map(({value}) => value)
}

describe('Tab at a filter', () => {
  test.each([
    ['serv', 'service:|'],
    ['order', 'order_id:|'],
    ['service:or', 'service:orders|'],
    ['service:"x" AND lev', 'service:"x" AND level:|'],
    ['-service:ga', '-service:gateway|'],
    ['(service:ga', '(service:gateway|'],
    ['level>=e', 'level>=error|'],
    ['level:ERR', 'level:error|'],
    ['status:', 'status:402|'],
    ['order_id:ord_3', 'order_id:ord_3|'],
    ['x A', 'x AND |'],
    ['service:pay', 'service:payment|'],
    ['nosuchfield', 'nosuchfield|'],
    ['"in quotes serv', '"in quotes serv|'],
  ])('%s', (filter, expected) => {
    expect(typed(live().press(`/${filter}<tab>`))).toBe(expected)
  })

  test('values come by how often the records have them, those of several words in quotes', () => {
    expect(offers('service:')).toEqual(['payment', '"pay desk"', 'gateway', 'orders'])
    expect(offers('service:g')).toBeUndefined()
  })

  test('behind a whole name that can be compared come the signs', () => {
    expect(offers('level')).toEqual(['level:', 'level>=', 'level<=', 'level>', 'level<'])
    expect(offers('status')).toEqual(['status:', 'status>=', 'status<=', 'status>', 'status<'])
  })

  test('more presses go through what fits, shift-Tab back, and typing goes on from there', () => {
    const played = live().press('/service:<tab>')
    expect(played.text()).toMatch(/payment {2}pay desk {2}gateway {2}orders +4 [^\n]*\n├[^\n]*\n│ \/ service:/)
    expect(typed(played.press('<tab>'))).toBe('service:payment|')
    expect(typed(played.press('<tab>'))).toBe('service:"pay desk"|')
    expect(played.text()).toContain('2/4')
    played.tell({kind: 'key', key: {text: '', name: 'tab', shift: true}})
    expect(typed(played)).toBe('service:payment|')
    played.tell({kind: 'key', key: {text: '', name: 'tab', shift: true}})
    expect(typed(played)).toBe('service:orders|')
    expect(promptOf(played.press(' ')).offered).toBeUndefined()
    expect(played.press('<return>').state.shown.size).toBe(1)
  })

  test('what stands behind the cursor stays there', () => {
    expect(typed(live().press('/serv x<left><left><tab>'))).toBe('service:| x')
  })

  test('a value that would move the cursor is not offered, and the screen keeps its lines', () => {
    const evil = record(20, {service: 'a\u001b[2Jb'})
    const played = live()
      .tell({kind: 'records', records: [evil]})
      .press('/service:<tab>')
    expect(promptOf(played).offered?.candidates).toHaveLength(4)
    expect(played.frame()).toHaveLength(20)
  })
})

test('what all candidates begin with is written at once, in the case it really has', () => {
  const ask = () => ({before: '/', candidates: [{value: 'Order_A'}, {value: 'Order_B'}]})
  expect(completed({text: '/or', at: 3}, undefined, 1, ask).line).toEqual({text: '/Order_', at: 7})
})

describe('what was typed before', () => {
  test('up and down go through it, and what was being typed is still there', () => {
    const played = live().press('/level:error<return>/<backspace>')
    for (let at = 0; at < 30; at++) played.press('<backspace>')
    played.press('service:orders<return>').press('<escape>/or')
    expect(typed(played.press('<up>'))).toBe('service:orders|')
    expect(typed(played.press('<up>'))).toBe('level:error|')
    expect(typed(played.press('<up>'))).toBe('level:error|')
    expect(typed(played.press('<down><down>'))).toBe('or|')
    expect(played.effects.filter(({kind}) => kind === 'remember')).toEqual([
      {kind: 'remember', purpose: 'filter', line: 'level:error'},
      {kind: 'remember', purpose: 'filter', line: 'service:orders'},
    ])
  })

  test('each prompt has its own', () => {
    const played = live().press('/level:error<return>:wrap<return>:<up>')
    expect(typed(played)).toBe('wrap|')
  })

  test('a line stands there once, and only so many do', () => {
    expect(remembered(['a', 'b'], 'a')).toEqual(['b', 'a'])
    expect(remembered(['a'], '  ')).toEqual(['a'])
    const many = Array.from({length: MOST_REMEMBERED}, (_, index) => `line ${index}`)
    expect(remembered(many, 'one more')).toHaveLength(MOST_REMEMBERED)
  })
})

describe('commands', () => {
  test('filter, mute, unmute and wrap do what their keys do', () => {
    const played = live().press(':filter service:payment<return>')
    expect(played.state.shown.size).toBe(3)
    expect(played.press(':filter<return>').state.shown.size).toBe(7)
    expect(played.press(':mute pay desk<return>').state.muted).toEqual(['pay desk'])
    expect(played.press(':mute orders<return>').state.shown.size).toBe(4)
    expect(played.press(':unmute orders<return>').state.muted).toEqual(['pay desk'])
    expect(played.press(':unmute<return>').state.shown.size).toBe(7)
    expect(played.press(':wrap<return>').state.wrap).toBe(true)
    expect(played.press(':help<return>').state.mode).toMatchObject({kind: 'text', title: 'keys'})
  })

  test('what else is to be done is asked for', () => {
    const played = live().press(':save out.jsonl<return>:trace 4bf9<return>:q<return>')
    expect(played.effects.filter(({kind}) => kind !== 'remember')).toMatchObject([
      {kind: 'save', path: 'out.jsonl'},
      {kind: 'trace', id: '4bf9'},
      {kind: 'quit'},
    ])
  })

  test.each([
    ['fliter x', 'no command :fliter; did you mean :filter?'],
    ['zzz', 'no command :zzz; :help shows what there is'],
    ['mute', ':mute takes a SERVICE'],
    ['wrap now', ':wrap takes nothing behind it'],
    ['unmute payment', 'payment is not muted'],
    ['filter level:error AND (', 'expected here'],
  ])('%s is refused at the prompt', (line, problem) => {
    const played = live().press(`:${line}<return>`)
    expect(promptOf(played).problem).toContain(problem)
    expect(played.text()).toContain(problem)
    expect(promptOf(played).line.text).toBe(line)
  })

  test.each([
    ['fil', 'filter |'],
    ['filter serv', 'filter service:|'],
    ['filter service:or', 'filter service:orders|'],
    ['mute or', 'mute orders|'],
    ['quit', 'quit|'],
    ['nothing x', 'nothing x|'],
  ])('Tab completes :%s', (line, expected) => {
    expect(typed(live().press(`:${line}<tab>`))).toBe(expected)
  })

  test('Tab alone shows all of them', () => {
    expect(live().press(':<tab>').text()).toMatch(/filter {2}mute {2}unmute {2}goto {2}play/)
  })
})

test('a line longer than the screen keeps its cursor in sight, and its problem above', () => {
  const played = new Played(40, 12).press(`/${'x'.repeat(60)} AND (`)
  const frame = played.frame()
  expect(frame.at(-1)).toMatch(/^\/ ‹x+ AND \(\u001b\[7m /)
  expect(frame.at(-2)).toMatch(/^a word, a "phrase"/)
})
