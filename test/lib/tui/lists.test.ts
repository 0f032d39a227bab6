import {describe, expect, test} from 'vitest'
import {Played, record, records} from './made-state.js'

const declined = records(10).map((one, at) => ({
  ...one,
  service: 'payment',
  level: 'ERROR' as const,
  message: `card declined for order ord_${at}`,
}))
const plain = records(30, 10)
const counted = [
  {text: 'request <*>', count: 30, errors: 0},
  {text: 'card declined for order <*>', count: 10, errors: 10},
]

const played = (columns = 100, rows = 24) =>
  new Played(columns, rows).tell(
    {kind: 'records', records: [...declined, ...plain]},
    {kind: 'patterns', patterns: counted, of: 40},
  )

describe('patterns', () => {
  test('are listed with their number, share and errors', () => {
    const live = played().press('P')
    expect(live.text()).toMatch(/▸request <\*> +30 +75\.0 % +0 %/)
    expect(live.text()).toMatch(/ card declined for order <\*> +10 +25\.0 % +100\.0 %/)
  })

  test('Enter shows one alone, Esc all again', () => {
    const live = played().press('Pj<return>')
    expect(live.state).toMatchObject({mode: {kind: 'stream'}, onlyPattern: 'card declined for order <*>'})
    expect(live.state.shown.size).toBe(10)
    expect(live.press('<escape>').state.shown.size).toBe(40)
  })

  test('m mutes one or not, M shows all, and what is muted is listed also where it is rare', () => {
    const live = played().press('Pjm')
    expect(live.state.shown.size).toBe(30)
    expect(live.text()).toContain('muted card declined for order <*>')
    live.tell({kind: 'patterns', patterns: counted.slice(0, 1), of: 30})
    expect(live.text()).toContain('muted card declined for order <*>')
    expect(live.press('m').state.shown.size).toBe(40)
    live.tell({kind: 'patterns', patterns: counted, of: 40})
    expect(live.press('kmjm').state.mutedPatterns).toHaveLength(2)
    expect(live.press('M').state.mutedPatterns).toEqual([])
    expect(live.press('<escape>').state.mode.kind).toBe('stream')
  })

  test('the one that is chosen stays so while their order changes', () => {
    const live = played()
      .press('Pj')
      .tell({kind: 'patterns', patterns: [...counted].reverse(), of: 40})
    expect(live.press('m').state.mutedPatterns).toEqual(['card declined for order <*>'])
    expect(live.press('Gg').text()).toContain('▸muted card declined')
  })

  test('y copies a command that finds it', () => {
    expect(played().press('Pjy').effects).toEqual([{kind: 'copy', text: `logflow search '"card declined for order"'`}])
  })

  test('none yet', () => {
    const live = new Played().press('P')
    expect(live.text()).toContain('none yet')
    expect(live.press('<return>mMyjkgG').effects).toEqual([])
  })
})

describe('services', () => {
  test('those with errors first; Enter filters by one, and by another in its place', () => {
    const live = played().press('S')
    expect(live.text()).toMatch(/▸payment +10 +10 +100\.0 %/)
    expect(live.press('<return>').state).toMatchObject({filter: {text: 'service:"payment"'}, mode: {kind: 'stream'}})
    expect(live.press('Sj<return>').state.filter.text).toBe('service:"gateway"')
    live.press('<escape>/level:error OR level:info<return>S<return>')
    expect(live.state.filter.text).toBe('(level:error OR level:info) service:"payment"')
    expect(live.press('Sj<return>').state.filter.text).toBe('(level:error OR level:info) service:"gateway"')
    expect(live.state.shown.size).toBe(30)
  })

  test('m mutes one or not, M shows all, y copies a command', () => {
    const live = played().press('Sm')
    expect(live.state.shown.size).toBe(30)
    expect(live.text()).toContain('payment (muted)')
    expect(live.press('m').state.shown.size).toBe(40)
    expect(live.press('mM').state.muted).toEqual([])
    expect(live.press('y').effects.at(-1)).toEqual({kind: 'copy', text: `logflow search 'service:"payment"'`})
    expect(live.press('q').state.mode.kind).toBe('stream')
  })

  test('names that are no words for a terminal or a query do no harm', () => {
    const evil = record(1, {service: 'a"b \u001b[2J\\'})
    const live = new Played().tell({kind: 'records', records: [evil, record(2)]}).press('Sj')
    expect(live.text()).not.toContain('\u001b')
    live.press('gG').tell({kind: 'key', key: {text: '', name: 'return'}})
    expect(live.state.shown.size).toBe(1)
  })
})
