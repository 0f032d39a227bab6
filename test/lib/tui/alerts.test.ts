import {describe, expect, test} from 'vitest'
import type {StoredRule, TriggeredAlert} from '../../../src/lib/alerts/alerts.js'
import {Played, records} from './made-state.js'

const alert: TriggeredAlert = {
  id: 'a-1',
  rule_id: 'r-1',
  rule_name: 'High error rate',
  severity: 'critical',
  state: 'open',
  group: {service: 'payment'},
  labels: {},
  opened_at: '2026-01-01T09:41:00.000Z',
  updated_at: '2026-01-01T09:41:00.000Z',
  query: 'level:error service:"payment"',
  since: '2026-01-01T09:36:00.000Z',
  until: '2026-01-01T09:41:00.000Z',
  value: 12,
  threshold: 5,
  silenced: false,
}
const other: TriggeredAlert = {...alert, id: 'a-2', rule_name: 'Slow \u001b[2Jdatabase', group: {}, severity: 'warning'}

const played = (...alerts: TriggeredAlert[]) =>
  new Played(120, 30).tell({kind: 'records', records: records(3)}, {kind: 'alerts', alerts})

describe('alerts', () => {
  test('are listed, with everything that is known of the one that is chosen', () => {
    const live = played(alert, other)
    expect(live.text()).toMatch(/ ✗ High error rate {2}payment +2 min │/)
    live.press('a')
    expect(live.effects).toEqual([{kind: 'alert-about', id: 'a-1'}])
    expect(live.text()).toContain('alerts  2 open')
    expect(live.text()).toMatch(/▸✗ critical High error rate {2}service=payment +open +2 min/)
    expect(live.text()).toMatch(/value +12 \(threshold 5\)/)
    expect(live.text()).toMatch(/acknowledged +by nobody/)
    expect(live.text()).toContain('logflow search --since 2026-01-01T09:36:00.000Z')
    const rule = {measure: 'count', condition: 'greater_than', threshold: 5, time_window: '5m'} as unknown as StoredRule
    const said = {rule_id: 'r-1', rule_name: 'High error rate', group: {}}
    const history = [
      {...said, id: 'h-2', at: '2026-01-01T09:41:02.000Z', event: 'notice_sent' as const, by: 'webhook'},
      {...said, id: 'h-1', at: '2026-01-01T09:41:00.000Z', event: 'opened' as const},
    ]
    live.tell({kind: 'alert-about', about: {id: 'a-1', rule, history}})
    expect(live.text()).toMatch(/value +12 \(opens at > 5 in 5 min\)/)
    expect(live.text()).toMatch(/last notice +.*notice sent {2}by webhook/)
    live.press('j')
    expect(live.effects.at(-1)).toEqual({kind: 'alert-about', id: 'a-2'})
    expect(live.text()).not.toContain('notice sent')
    expect(live.text()).toContain('▸✗ warning  Slow \\x1b[2Jdatabase')
  })

  test('a acknowledges at once, A with a note, Esc takes the note back', () => {
    const live = played(alert).press('aa')
    expect(live.effects.at(-1)).toEqual({kind: 'acknowledge', alert})
    live.press('AI am on it? y')
    expect(live.text()).toContain('acknowledge High error rate, with a note: I am on it? y')
    live.press('<return>')
    expect(live.effects.at(-1)).toEqual({kind: 'acknowledge', alert, note: 'I am on it? y'})
    expect(live.press('Anever<escape>').state.mode).toEqual({kind: 'alerts', chosen: 'a-1'})
    expect(live.effects).toHaveLength(3)
  })

  test('r resolves once it is told to, and by nothing but y', () => {
    const live = played(alert).press('ar')
    expect(live.text()).toContain('resolve High error rate? It cannot be undone.')
    for (const key of ['n', '<return>', '<escape>', 'Y', 'r', ' ']) live.press(`${key}r`)
    expect(live.effects.map(({kind}) => kind)).toEqual(['alert-about'])
    live.press('<escape>ry')
    expect(live.effects.at(-1)).toEqual({kind: 'resolve', alert})
  })

  test('Enter asks for the records that fired it, which are shown in place of the stream', () => {
    const live = played(alert).press('a<return>')
    expect(live.effects.at(-1)).toEqual({kind: 'alert-records', alert})
    const {query, since, until} = alert
    live.tell({kind: 'aside', title: 'alert High error rate', asked: {query, since, until}, records: records(9, -600)})
    expect(live.state.mode.kind).toBe('stream')
    expect(live.chosen).toBe('request -592')
    expect(live.text()).toContain('alert High error rate')
    expect(live.press('<escape>').chosen).toBe('request 2')
  })

  test('y copies the command that finds its records, q and Esc lead back', () => {
    const live = played(alert).press('ay')
    expect(live.effects.at(-1)).toMatchObject({kind: 'copy', text: expect.stringContaining('--until 2026-01-01T09:41')})
    expect(live.press('q').state.mode.kind).toBe('stream')
    expect(live.press('a<escape>').state.mode.kind).toBe('stream')
  })

  test('one that is resolved elsewhere leaves the list, and the one that took its place is chosen', () => {
    const live = played(alert, other)
      .press('aj')
      .tell({kind: 'alerts', alerts: [alert]})
    expect(live.state.mode).toEqual({kind: 'alerts', chosen: 'a-1'})
    live.tell({kind: 'alerts', alerts: []})
    const before = live.effects.length
    expect(live.press('aArry<return>jkgG').effects).toHaveLength(before)
    expect(live.text()).toContain('none open')
  })

  test('that they cannot be read is said where they would be', () => {
    const live = played(alert)
      .press('a')
      .tell({kind: 'alerts', alerts: [alert], problem: 'alerts cannot be read: away'})
    expect(live.text()).toContain('alerts cannot be read: away')
    expect(live.text()).toContain('High error rate')
    expect(live.tell({kind: 'alerts', alerts: [alert]}).text()).not.toContain('cannot be read')
  })
})
