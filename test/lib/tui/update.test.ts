import {describe, expect, test} from 'vitest'
import {buildTrace} from '../../../src/lib/trace/trace-tree.js'
import {endOf, MOST_RECORDS} from '../../../src/lib/tui/state.js'
import {Played, record, records} from './made-state.js'

describe('following', () => {
  test('the last record is chosen, and stays so as more come', () => {
    const live = new Played().tell({kind: 'records', records: records(50)})
    expect(live.chosen).toBe('request 49')
    live.tell({kind: 'records', records: records(10, 50)})
    expect(live.chosen).toBe('request 59')
    expect(live.state.following).toBe(true)
  })

  test('going to a record ends it, f and G begin it again', () => {
    const live = new Played().tell({kind: 'records', records: records(50)}).press('kk')
    expect(live.chosen).toBe('request 47')
    live.tell({kind: 'records', records: records(50, 50)})
    expect(live.chosen).toBe('request 47')
    expect(live.press('f').chosen).toBe('request 99')
    expect(live.press('g').chosen).toBe('request 0')
    expect(live.press('G').chosen).toBe('request 99')
    expect(live.press('<pageUp><pageUp>').state.following).toBe(false)
    expect(live.press('<down><end>').state.following).toBe(true)
  })

  test('n and N go to the next and the previous error', () => {
    const some = records(40).map((one, index) => (index % 10 === 3 ? record(index, {level: 'ERROR'}) : one))
    const live = new Played().tell({kind: 'records', records: some})
    expect(live.press('N').chosen).toBe('request 33')
    expect(live.press('N').chosen).toBe('request 23')
    expect(live.press('n').chosen).toBe('request 33')
    expect(live.press('n').state.note?.text).toBe('no error after this one')
  })
})

describe('pause', () => {
  test('stands still while more comes, and says how much', () => {
    const live = new Played().tell({kind: 'records', records: records(50)}).press(' ')
    live.tell({kind: 'records', records: records(1_204, 50)})
    expect(live.chosen).toBe('request 49')
    expect(endOf(live.state)).toBe(50)
    expect(live.text()).toContain('paused, 1,204 new')
    expect(live.press(' ').chosen).toBe('request 1253')
  })

  test('what is forgotten meanwhile is said to be gone from view', () => {
    const live = new Played().tell({kind: 'records', records: records(100)}).press(' ')
    for (let at = 0; at < MOST_RECORDS; at += 10_000) live.tell({kind: 'records', records: records(10_000, at)})
    expect(live.state.shown.size).toBe(MOST_RECORDS)
    expect(live.text()).toMatch(/paused, 100,000 new, [1-9]\d* gone from view, none from the store/)
    expect(live.press(' ').state.paused).toBeUndefined()
  })
})

describe('filter', () => {
  const mixed = records(30).map((one, index) =>
    record(index, {...one, service: index % 3 === 0 ? 'payment' : 'gateway'}),
  )

  test('is typed, applied to what came and to what comes, and taken off', () => {
    const live = new Played().tell({kind: 'records', records: mixed}).press('/service:payment<return>')
    expect(live.state.shown.size).toBe(10)
    live.tell({kind: 'records', records: [record(90), record(91, {service: 'payment'})]})
    expect(live.state.shown.size).toBe(11)
    expect(live.state.all.size).toBe(32)
    expect(live.press('<escape>').state.shown.size).toBe(32)
  })

  test('the chosen record stays chosen where it passes', () => {
    const live = new Played().tell({kind: 'records', records: mixed}).press('g<down><down><down>')
    expect(live.press('/service:payment<return>').chosen).toBe('request 3')
  })

  test('a query that does not parse is told while it is typed, and not applied', () => {
    const live = new Played().tell({kind: 'records', records: mixed}).press('/level:error AND (')
    expect(live.state.mode).toMatchObject({kind: 'prompt', problem: expect.stringContaining('expected here')})
    expect(live.press('<return>').state.mode.kind).toBe('prompt')
    expect(live.press('<escape>').state.shown.size).toBe(30)
    expect(live.press('/x<backspace>service:payment<return>').state.shown.size).toBe(10)
  })

  test('m mutes the service of the chosen record, M shows all again', () => {
    const live = new Played().tell({kind: 'records', records: mixed}).press('gm')
    expect(live.state.muted).toEqual(['payment'])
    expect(live.state.shown.size).toBe(20)
    expect(live.press('M').state.shown.size).toBe(30)
  })

  test('y copies a command that shows the same', () => {
    const live = new Played().tell({kind: 'records', records: mixed}).press("/it's<return>").press('<escape>')
    live.press('/level>=info<return>gmy')
    expect(live.effects.at(-1)).toEqual({
      kind: 'copy',
      text: `logflow search '(level>=info) NOT service:"payment"' --since 2026-01-01T09:41:01.000Z`,
    })
  })
})

describe('a record', () => {
  test('Enter shows every field and its stack, t asks for its trace', () => {
    const failed = record(7, {
      trace_id: '4bf9',
      attributes: {},
      error: {name: 'E', message: 'm', stack: 'E: m\n    at f'},
    })
    const live = new Played().tell({kind: 'records', records: [...records(7), failed]}).press('<return>')
    expect(live.text()).toContain('trace_id')
    expect(live.text()).toContain('    at f')
    live.press('t')
    expect(live.effects).toEqual([{kind: 'trace', id: '4bf9'}])
    live.tell({kind: 'trace', tree: buildTrace('4bf9', [failed]), unstored: 0, at: 0})
    expect(live.text()).toContain('trace 4bf9')
    expect(live.press('<escape><escape>').state.mode.kind).toBe('stream')
  })

  test('without an id there is no trace', () => {
    const live = new Played().tell({kind: 'records', records: records(1)}).press('t')
    expect(live.effects).toEqual([])
    expect(live.state.note?.text).toContain('has no trace')
  })
})

test('s asks for a file, and what is shown is saved', () => {
  const live = new Played().tell({kind: 'records', records: records(5)}).press('s')
  for (let at = 0; at < 30; at++) live.press('<backspace>')
  live.press('x.jsonl<return>')
  expect(live.effects[0]).toMatchObject({kind: 'save', path: 'x.jsonl', records: records(5)})
})

test('q and ctrl-c leave, from wherever', () => {
  expect(new Played().press('q').effects).toEqual([{kind: 'quit'}])
  const typing = new Played().press('/abc')
  expect(typing.tell({kind: 'key', key: {text: 'c', ctrl: true}}).effects).toEqual([{kind: 'quit'}])
})
