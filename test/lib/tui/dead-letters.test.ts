import {describe, expect, test} from 'vitest'
import type {DeadLetter} from '../../../src/lib/tui/pipeline.js'
import {Played, records} from './made-state.js'

const letter = (index: number, fields: Partial<DeadLetter> = {}): DeadLetter => ({
  id: `src-${index}-8a1b2c3d`,
  at: '2026-01-01T09:41:00.000Z',
  reason: 'no such type',
  status: 400,
  tries: 2,
  service: 'payment',
  file: '/var/log/app.log',
  line: index,
  source: 'src',
  offset: index,
  preview: `broken ${index}\nsecond line`,
  ...fields,
})

const played = (list = [letter(1), letter(2), letter(3)], columns = 120) =>
  new Played(columns, 24)
    .tell({kind: 'records', records: records(3)})
    .press('D')
    .tell({kind: 'letters', letters: {list, count: list.length}})

describe('dead letters', () => {
  test('are asked for, and listed with reason, place and text', () => {
    const live = new Played().press('D')
    expect(live.effects).toEqual([{kind: 'letters'}])
    expect(live.text()).toContain('looking …')
    expect(played().text()).toMatch(
      /▸.* 400 {2}no such type {2}2 tries {2}payment {2}\/var\/log\/app\.log:1 *\n {4}broken 1 … /,
    )
    expect(played([]).text()).toContain('none: everything that came could be stored')
  })

  test('Enter asks for one whole, which is scrolled through; Esc comes back to the list', () => {
    const live = played().press('j<return>')
    expect(live.effects.at(-1)).toEqual({kind: 'letter', id: letter(2).id})
    const lines = Array.from({length: 100}, (_, at) => `line ${at} \u001b[2J`)
    live.tell({kind: 'letter', title: 'dead letter 2', lines})
    expect(live.text()).toContain('line 0 \\x1b[2J')
    expect(live.press('jjG').text()).toContain('line 99')
    expect(live.press('g').text()).toContain('line 0 ')
    expect(live.press('<escape>').state.mode).toEqual({kind: 'dead-letters', chosen: letter(2).id})
    expect(live.press('<escape>').state.mode.kind).toBe('stream')
    expect(live.tell({kind: 'letter', title: 'late', lines: []}).state.mode.kind).toBe('stream')
  })

  test('r sends the chosen one back, and nothing more while that goes on', () => {
    const live = played().press('jr')
    expect(live.effects.slice(1)).toEqual([{kind: 'redrive', id: letter(2).id}])
    expect(live.press('r').state.note).toEqual({text: 'wait until the last ones are done', bad: true})
    expect(live.effects).toHaveLength(2)
    live.tell({kind: 'letters', letters: {list: [letter(1), letter(3)], count: 2}, settled: true})
    expect(live.state.mode).toEqual({kind: 'dead-letters', chosen: letter(3).id})
    expect(live.press('r').effects.at(-1)).toEqual({kind: 'redrive', id: letter(3).id})
  })

  test('R and d ask first, and only y is a yes', () => {
    const live = played().press('R')
    expect(live.text()).toContain('send all 3 dead letters back to be processed?')
    live.press('nR<return>R<escape>dnd ')
    expect(live.effects).toHaveLength(1)
    live.press('d')
    expect(live.text()).toContain('drop it? Its bytes are gone for good then.')
    live.press('y')
    expect(live.effects.at(-1)).toEqual({kind: 'drop', id: letter(1).id})
    live.tell({kind: 'letters', letters: {list: [letter(2)], count: 1}, settled: true})
    expect(live.press('R').text()).toContain('send 1 dead letter back')
    expect(live.press('y').effects.at(-1)).toEqual({kind: 'redrive'})
  })

  test('what is being sent is not sent again, though the list is read anew meanwhile', () => {
    const live = played()
      .press('r')
      .tell({kind: 'letters', letters: {list: [letter(1), letter(2)], count: 2}})
    live.press('rRydy')
    expect(live.effects.filter(({kind}) => kind === 'redrive' || kind === 'drop')).toHaveLength(1)
    expect(live.text()).toContain('wait until the last ones are done')
    live.tell({kind: 'letters', letters: {list: [letter(1)], count: 1}, settled: true}).press('r')
    expect(live.effects.filter(({kind}) => kind === 'redrive')).toHaveLength(2)
  })

  test('y copies the command that shows one', () => {
    expect(played().press('y').effects.at(-1)).toEqual({kind: 'copy', text: `logflow dlq show ${letter(1).id}`})
  })

  test('why they are not known is said in their place, and what is shown there is safe', () => {
    const live = played(
      [letter(1, {reason: '\u001b[31mred', preview: '\u0007bell', service: undefined, file: undefined})],
      60,
    )
    expect(live.text()).not.toMatch(/[\u001b\u0007]/)
    expect(live.text()).toContain('\\x07bell')
    live.tell({kind: 'letters', letters: {list: [], count: 0, problem: 'its bus is read where the server runs'}})
    expect(live.text()).toContain('its bus is read where the server runs')
    expect(live.press('rRdy<return>jkgG').effects).toHaveLength(1)
  })
})

describe('how the pipeline is', () => {
  const pace = {coming: 1_204, processed: 1_180, behind: 24, behindMs: 20}

  test('is in the last line: how far behind, dead letters, what is wrong', () => {
    const live = new Played(140).tell({kind: 'health', health: {pace, deadLetters: 3}})
    expect(live.text()).toMatch(/in 1,204\/s {2}processed 1,180\/s {2}lag 24, .* {2}dlq 3 ?│/)
    live.tell({kind: 'health', health: {deadLetters: 20_000, deadLettersAtMost: true, busAway: 0, pace: undefined}})
    expect(live.text()).toMatch(/bus away since \d\d:\d\d:\d\d {2}dlq up to 20,000 ?│/)
    live.tell({kind: 'health', health: {busAway: undefined, pace: {behind: 24, stalledSince: 0}}})
    expect(live.text()).toContain('nothing is processed  lag 24')
  })

  test('H shows all of it', () => {
    const live = new Played(100).tell({kind: 'health', health: {pace, deadLetters: 0, lag: 7}}).press('H')
    expect(live.text()).toMatch(/lines come +1,204\/s/)
    expect(live.text()).toMatch(/processed +1,180\/s/)
    expect(live.text()).toMatch(/not shown yet +7/)
    expect(live.text()).toMatch(/processor +at work/)
    const store = {
      kind: 'embedded',
      version: 'lake',
      location: '/data/\u001b',
      records: 12_000,
      bytes: 4_096,
      parts: {},
      positions: {},
    }
    live.tell({kind: 'health', health: {store, pace: {behind: 5, stalledSince: 0}}})
    expect(live.text()).toMatch(/records +12,000, 4/)
    expect(live.text()).toContain('logflow process')
    live.tell({kind: 'health', health: {storeAway: 0}})
    expect(live.text()).toMatch(/store +away since/)
    expect(live.press('jkGg').press('H').state.mode.kind).toBe('stream')
    expect(live.press('HD').state.mode.kind).toBe('dead-letters')
    expect(live.press('<escape>Ha').state.mode.kind).toBe('alerts')
    expect(live.press('<escape>H<escape>').state.mode.kind).toBe('stream')
  })
})
