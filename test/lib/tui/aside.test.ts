import {describe, expect, test} from 'vitest'
import {commandOf} from '../../../src/lib/tui/as-command.js'
import {leaveAside, openAside} from '../../../src/lib/tui/aside.js'
import {refiltered} from '../../../src/lib/tui/view.js'
import {Played, record, records} from './made-state.js'

const asked = {query: 'service:payment', since: '2026-01-01T08:00:00.000Z', until: '2026-01-01T09:00:00.000Z'}

describe('other records than those that arrive', () => {
  const old = records(30, -3_600, {service: 'payment'})

  function aside(): Played {
    const live = new Played(140).tell({kind: 'records', records: records(50)}).press('/request<return>gm')
    live.state = openAside(live.state, {title: 'High error rate', asked}, old)
    return live
  }

  test('are shown all, whatever is muted or filtered in the stream', () => {
    const live = aside()
    expect(live.chosen).toBe('request -3571')
    expect(live.state.shown.size).toBe(30)
    expect(live.text()).toContain('High error rate')
    expect(live.text()).toContain('30 records, Esc back to now')
    expect(live.text()).not.toContain('request 49')
  })

  test('what arrives meanwhile is there when one comes back, and so are filter, place and what is muted', () => {
    const live = aside().tell({kind: 'records', records: records(10, 50, {service: 'orders'})})
    expect(live.state.shown.size).toBe(30)
    live.press('/3580<return>')
    expect(live.state.shown.size).toBe(1)
    live.press('<escape>')
    expect(live.state.aside).toBeDefined()
    live.press('<escape>')
    expect(live.state.aside).toBeUndefined()
    expect(live.state.filter.text).toBe('request')
    expect(live.state.muted).toEqual(['gateway'])
    expect(live.state.shown.size).toBe(10)
    expect(live.state.all.size).toBe(60)
  })

  test('f leaves them and follows', () => {
    const live = aside().tell({kind: 'records', records: records(10, 50, {service: 'orders'})})
    expect(live.press('f').state).toMatchObject({following: true})
    expect(live.chosen).toBe('request 59')
  })

  test('the command finds them in their time', () => {
    expect(commandOf(aside().state)).toEqual({
      command: `logflow search 'service:payment' --since ${asked.since} --until ${asked.until}`,
      more: false,
    })
    expect(commandOf(aside().press('/"order"<return>').state).command).toBe(
      `logflow search '(service:payment) ("order")' --since ${asked.since} --until ${asked.until}`,
    )
  })

  test('others again lead back to the stream, not to the first ones', () => {
    const live = aside()
    live.state = openAside(live.state, {title: 'another', asked}, records(1))
    expect(leaveAside(live.state).all.size).toBe(50)
  })
})

test('a pattern is shown alone, or left out, of what came and of what comes', () => {
  const declined = (from: number) =>
    records(5, from).map((one, at) => ({...one, message: `card declined ord_${from + at}`}))
  const live = new Played(140).tell({kind: 'records', records: [...records(20), ...declined(20)]})
  live.state = refiltered(live.state, {mutedPatterns: ['card declined <*>']})
  expect(live.state.shown.size).toBe(20)
  live.tell({kind: 'records', records: [...declined(30), record(40)]})
  expect(live.state.shown.size).toBe(21)
  expect(live.text()).toContain('without 1 pattern')
  expect(commandOf(live.state).more).toBe(true)
  expect(live.press('M').state.shown.size).toBe(31)
  live.state = refiltered(live.state, {onlyPattern: 'card declined <*>'})
  expect(live.state.shown.size).toBe(10)
  expect(commandOf(live.state).command).toContain(`search '"card declined"' --since`)
  expect(live.text()).toContain('only card declined <*>')
  expect(live.press('y').effects.at(-1)).toMatchObject({kind: 'copy', remark: expect.stringContaining('more than')})
  expect(live.press('<escape>').state.shown.size).toBe(31)
})
