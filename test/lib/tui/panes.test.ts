import {describe, expect, test} from 'vitest'
import type {TriggeredAlert} from '../../../src/lib/alerts/alerts.js'
import {textWidth} from '../../../src/lib/output/text-width.js'
import {layoutOf} from '../../../src/lib/tui/layout.js'
import {Played, record, records} from './made-state.js'

const mixed = records(60).map((one, index) => record(index, {...one, service: index % 3 === 0 ? 'payment' : 'gateway'}))

function live(columns = 130, rows = 35): Played {
  const patterns = [
    {text: 'token ok', count: 20, errors: 0},
    {text: 'card declined', count: 9, errors: 9},
  ]
  return new Played(columns, rows).tell({kind: 'records', records: mixed}, {kind: 'patterns', patterns, of: 60})
}

function alert(id: string): TriggeredAlert {
  const fields = {rule_name: `rule ${id}`, severity: 'critical', state: 'open', group: {}, query: ''}
  return {id, ...fields, opened_at: '2026-01-01T09:41:00.000Z'} as unknown as TriggeredAlert
}

describe('the frame', () => {
  test('is drawn where there is room, closed at every edge', () => {
    const frame = live().frame()
    expect(frame).toHaveLength(35)
    for (const line of frame) expect(textWidth(line)).toBe(130)
    expect(frame[0]).toMatch(/^┌ logflow live ─ local ─ .*─ ● following {2}0\/s {2}60 in all ┐$/)
    expect(frame.at(-1)).toMatch(/^└─+┘$/)
    expect(frame.at(-3)).toMatch(/^├─+┴─+┤$/)
    for (const line of frame.slice(1, -1)) expect(line).toMatch(/^[│├].*[│┤]$/)
    expect(frame.join('\n')).toContain('┤ ')
  })

  test('is left out in a small terminal, panes beside the stream too', () => {
    expect(live(100, 19).text()).not.toMatch(/[┌└]/)
    expect(live(100, 19).text()).toContain('services')
    expect(live(99, 40).text()).not.toContain('services')
  })

  test('without UTF-8 everything is ASCII', () => {
    for (const [columns, rows] of [
      [130, 35],
      [110, 15],
      [80, 24],
    ] as const) {
      for (const keys of ['', 'V', 'S', 'P', 'a', '<tab>', 'w'])
        expect(live(columns, rows).press(keys).frame(false, true).join('')).toMatch(/^[\x20-\x7e]*$/)
    }
  })

  test('names the time that is counted: how long ago it began, or from when to when', () => {
    expect(live().text()).toContain('─ last 15 min ─')
    const old = new Played(130, 35).tell({kind: 'records', records: records(5, -90_000)})
    expect(old.text()).toMatch(/─ (\w{3} \d+ \w{3} (2025 )?)?\d\d:\d\d to \d\d:\d\d ─/)
  })
})

describe('size', () => {
  test('+ and - make the side wider and narrower within bounds, = as it was', () => {
    const played = live()
    const first = layoutOf(played.state).side?.columns as number
    expect(layoutOf(played.press('++').state).side?.columns).toBe(first + 8)
    expect(layoutOf(played.press('---').state).side?.columns).toBe(first - 4)
    expect(layoutOf(played.press('=').state).side?.columns).toBe(first)
    for (const line of played.press('-'.repeat(30)).frame()) expect(textWidth(line)).toBe(130)
    expect(layoutOf(played.state).side?.columns).toBe(24)
    for (const line of played.press('+'.repeat(60)).frame()) expect(textWidth(line)).toBe(130)
    expect(layoutOf(played.state).stream.columns).toBeGreaterThan(30)
    expect(live(80, 24).press('+').text()).toContain('no panes are beside the stream now')
  })

  test('b and v give their place to the stream', () => {
    const played = live()
    const {stream} = layoutOf(played.state)
    expect(layoutOf(played.press('v').state).stream.rows).toBe(stream.rows + 3)
    expect(layoutOf(played.press('b').state).stream.columns).toBe(128)
    expect(played.text()).not.toMatch(/services|volume/)
    expect(layoutOf(played.press('bv').state)).toEqual(layoutOf(live().state))
  })

  test('z gives the whole screen to the stream and back', () => {
    const played = live().press('z')
    expect(layoutOf(played.state)).toEqual({framed: false, figures: 0, stream: {columns: 130, rows: 32}})
    expect(played.text()).not.toMatch(/services|volume|[┌│]/)
    expect(played.press('z').text()).toContain('services')
  })
})

describe('focus', () => {
  test('Tab goes through the panes beside the stream and back to it', () => {
    const played = live().tell({kind: 'alerts', alerts: [alert('a'), alert('b')]})
    expect(played.press('<tab>').text()).toMatch(/[│┤]▸gateway .*│$/m)
    expect(played.press('j').text()).toMatch(/[│┤]▸payment .*│$/m)
    expect(played.press('<tab>').text()).toMatch(/│▸ +20 token ok .*│$/m)
    expect(played.press('<tab>j').text()).toMatch(/│▸✗ rule b .*│$/m)
    expect(played.press('<tab>').state.mode.kind).toBe('stream')
    expect(played.tell({kind: 'key', key: {text: '', name: 'tab', shift: true}}).state.mode.kind).toBe('alerts')
    expect(played.press('<escape>').state.mode.kind).toBe('stream')
  })

  test('the stream goes on beside the pane one is in', () => {
    const played = live().press('<tab>')
    played.tell({kind: 'records', records: [record(99, {message: 'came meanwhile'})]})
    expect(played.text()).toContain('came meanwhile')
    expect(played.state.mode.kind).toBe('services')
    expect(played.press('<return>').state.filter.text).toBe('service:"gateway"')
    expect(played.state.mode.kind).toBe('stream')
  })

  test('z gives the whole screen to the pane, Tab goes on through whole panes', () => {
    const played = live().press('<tab>z')
    expect(played.text()).not.toMatch(/request \d|[┌│]/)
    expect(played.text()).toContain('services')
    expect(played.press('<tab>').text()).not.toMatch(/request \d|services/)
    expect(played.press('z').text()).toMatch(/request \d+[\s\S]*│▸ +20 token ok/)
    expect(played.press('z<tab><tab>').state).toMatchObject({mode: {kind: 'stream'}, panes: {zoomed: true}})
  })

  test('what is opened by its own key has the whole screen, after Tab went there too', () => {
    const played = live().press('<tab><escape>S')
    expect(played.text()).not.toMatch(/request \d/)
    expect(played.press('<escape>').text()).toMatch(/request \d/)
    expect(live(80, 24).press('<tab>').text()).not.toMatch(/request \d/)
    expect(live(80, 24).press('<tab>z').text()).toContain('too narrow for panes')
  })
})

describe('the figures, large', () => {
  const begun = [
    ...records(600),
    ...records(40, 300, {level: 'ERROR', message: 'it broke'}),
    ...records(20, 400, {level: 'ERROR', message: 'again'}),
  ]
  const figures = () => new Played(100, 30).tell({kind: 'records', records: begun}).press('V')

  test('show when errors began, with the times below', () => {
    const played = figures()
    const text = played.text()
    expect(text).toMatch(/^ records {2}15 s each/m)
    expect(text.split('\n').at(-2)).toMatch(/^ +\d\d:\d\d:\d\d {2,}\d\d:\d\d:\d\d/)
    expect(text).toMatch(/^ *30 +█/m)
    expect(text).toMatch(/^ errors[\s\S]*^ *15 +█/m)
  })

  test('n goes to the stretches with errors, Enter to their records', () => {
    const played = figures().press('gn')
    expect(played.text()).toMatch(/▲ \d\d:46:00 {2}30 records {2}15 errors \(50\.0 %\)/)
    expect(played.press('<return>').state.mode.kind).toBe('stream')
    expect(played.chosen).toBe('request 300')
    expect(played.state.following).toBe(false)
    expect(played.press('VgN').text()).toContain('no errors there')
  })

  test('a filter that hides the records of then is said', () => {
    const played = figures().press('<escape>/nothing<return>Vgn<return>')
    expect(played.text()).toContain('no record of then is shown')
    expect(new Played().press('V').text()).toContain('no records yet')
  })
})
