import {describe, expect, test} from 'vitest'
import {textWidth} from '../../../src/lib/output/text-width.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {buildTrace} from '../../../src/lib/trace/trace-tree.js'
import {placeOfFlags} from '../../../src/lib/tui/place.js'
import {Played, record, records} from './made-state.js'

const COLORS = /\u001b\[[0-9;]*m/g

/** Milliseconds after the trace's begin. */
function at(ms: number): string {
  return new Date(Date.UTC(2026, 0, 1, 9, 41, 30) + ms).toISOString()
}

function step(index: number, ms: number, fields: Partial<LogRecord>): LogRecord {
  const source = {id: 's', offset: index, format: 'json'}
  return record(index, {id: `t-${index}`, '@timestamp': at(ms), trace_id: '4bf9', attributes: {}, source, ...fields})
}

/** gateway calls auth, orders (which calls payment twice), and reads five items. */
const TRACE: LogRecord[] = [
  step(0, 0, {span_id: 'g', service: 'gateway', message: 'POST /checkout'}),
  step(1, 3, {span_id: 'a', parent_span_id: 'g', service: 'auth', message: 'token ok', duration_ms: 2}),
  step(2, 10, {span_id: 'o', parent_span_id: 'g', service: 'orders', message: 'order begun'}),
  step(3, 20, {span_id: 'p', parent_span_id: 'o', service: 'payment', message: 'card charge', level: 'WARN'}),
  step(4, 287, {span_id: 'p', parent_span_id: 'o', service: 'payment', message: 'card declined', level: 'ERROR'}),
  step(5, 300, {span_id: 'o', parent_span_id: 'g', service: 'orders', message: 'order cancelled', level: 'ERROR'}),
  ...[0, 1, 2, 3, 4].map((n) =>
    step(6 + n, 310 + n, {span_id: `i${n}`, parent_span_id: 'g', service: 'items', message: `read item ${n}`}),
  ),
  step(11, 412, {span_id: 'g', service: 'gateway', message: 'POST /checkout 402', duration_ms: 412}),
]

function walked(columns = 120, rows = 30, of = TRACE): Played {
  const live = new Played(columns, rows).tell({kind: 'records', records: [...records(30), ...of, ...records(30, 100)]})
  return live.tell({kind: 'trace', tree: buildTrace('4bf9', of), unstored: 0, at: Date.UTC(2026, 0, 1, 9, 42)})
}

/** Name of the span on the chosen line. */
function span(live: Played): string | undefined {
  return live.text().match(/^[▸>].\s*~?\s*(\S+?)\s*[▕|]/m)?.[1]
}

/** What the chosen record of the span says. */
function said(live: Played): string | undefined {
  return live
    .text()
    .match(/^▸[ ▶] \+.*?(?:INFO|WARN|ERROR) +\S+ +(.*?)(?: {2}.*)?$/m)?.[1]
    ?.trim()
}

describe('walking', () => {
  test('j, k, l, h, g, G go from span to span', () => {
    const live = walked()
    const seen = [span(live)]
    for (const key of ['j', 'j', 'j', 'h', 'h', 'l', 'G', 'k', '<up>', 'g', '<pageDown>', '<pageUp>']) {
      live.press(key)
      seen.push(span(live))
    }
    const [gateway, auth, orders, payment, items] = ['gateway', 'auth', 'orders', 'payment', 'items']
    expect(seen).toEqual([
      gateway,
      ...[auth, orders, payment],
      ...[orders, gateway, auth],
      ...[items, payment, orders, gateway],
      ...[items, gateway],
    ])
    expect(live.press('h').state.note?.text).toBe('nothing called this one')
    expect(live.press('jl').state.note?.text).toBe('no call below this one')
  })

  test('calls alike are one line until l opens them, and o folds them again', () => {
    const live = walked().press('G')
    expect(live.text()).toMatch(/▸\+ {2}items .*×5/)
    expect(live.text()).toContain('5 calls alike: l shows each')
    live.press('l')
    expect(live.text()).not.toContain('×5')
    expect(live.text().match(/^. {3}items /gm)).toHaveLength(5)
    expect(live.press('jjo').text()).toMatch(/▸\+ {2}items .*×5/)
  })

  test('o folds what is below a span, and l opens it', () => {
    const live = walked().press('jjo')
    expect(live.text()).toMatch(/▸\+ {2}orders/)
    expect(live.text()).not.toMatch(/^. +payment *▕/m)
    live.press('l')
    expect(live.text()).toMatch(/^. +payment *▕/m)
    expect(span(live)).toBe('orders')
  })

  test('e goes to the first error and the record that is it, E to the next, also into what is folded', () => {
    const live = walked().press('jjogn')
    live.press('e')
    expect([span(live), said(live)]).toEqual(['payment', 'card declined'])
    expect(live.text()).toContain('first error, on the critical path')
    expect(live.state.note?.text).toBe('the first of 2 errors')
    live.press('E')
    expect([span(live), said(live)]).toEqual(['orders', 'order cancelled'])
    expect(live.press('E').state.note?.text).toBe('the first of 2 errors')
    const calm = walked(120, 30, TRACE.slice(0, 3)).press('e')
    expect(calm.state.note?.text).toBe('no record of level ERROR or FATAL')
  })

  test('n and N choose among the records of the span; d shows one, and its neighbours', () => {
    const live = walked()
    expect(said(live)).toBe('POST /checkout')
    expect([said(live.press('n')), span(live)]).toEqual(['token ok', 'auth'])
    expect([said(live.press('nnn')), span(live)]).toEqual(['card declined', 'payment'])
    expect([said(live.press('nn')), span(live)]).toEqual(['read item 0', 'items'])
    expect([said(live.press('n')), span(live)]).toEqual(['read item 1', 'items'])
    expect([said(live.press('nnnn')), span(live)]).toEqual(['POST /checkout 402', 'gateway'])
    expect(live.press('n').state.note?.text).toBe('no further record')
    live.press('d')
    expect(live.text()).toMatch(/record t-11\b/)
    expect(live.press('N').text()).toMatch(/record t-10\b/)
    expect(live.press('n<right>').state.note?.text).toBe('no record after this one')
    expect(said(live.press('NN<escape>'))).toBe('read item 3')
    expect(live.press(' ').state.mode.kind).toBe('detail')
  })

  test('it says what it knows of a span: its caller, the critical path, tries', () => {
    const live = walked().press('jj')
    expect(live.text()).toMatch(
      /── orders {2}2 records · 290 ms · from \+10 ms · on the critical path: waited for \d+ ms/,
    )
    expect(live.text()).toContain('its caller by ids · span o')
  })

  test('r reads it again at the same span; what came meanwhile is told', () => {
    const live = walked().press('jj')
    const late = step(12, 305, {span_id: 'm', parent_span_id: 'o', service: 'mail', message: 'mail queued'})
    live.tell({kind: 'records', records: [late, late, record(200)]})
    expect(live.text()).toContain('1 more record came since: r reads again')
    expect(live.text()).toContain('as of ')
    live.press('r')
    expect(live.effects).toEqual([{kind: 'trace', id: '4bf9'}])
    live.tell({kind: 'trace', tree: buildTrace('4bf9', [...TRACE, late]), unstored: 1, at: 0})
    expect(span(live)).toBe('orders')
    expect(live.text()).toContain('1 more of its records')
    expect(live.text()).toContain('1 from the stream, not yet stored')
    expect(live.text()).not.toContain('came since')
    expect(live.press('<escape>').state.mode.kind).toBe('stream')
  })

  test('y copies the command; Esc leads back to where one was', () => {
    const live = walked().press('y')
    expect(live.effects).toEqual([{kind: 'copy', text: 'logflow trace 4bf9'}])
    const detail = new Played().tell({kind: 'records', records: TRACE}).press('<return>t')
    detail.tell({kind: 'trace', tree: buildTrace('4bf9', TRACE), unstored: 0, at: 0})
    expect(detail.press('<escape>').state.mode.kind).toBe('detail')
    expect(detail.press('<escape>').state.mode.kind).toBe('stream')
  })

  test('it begins at the span of the record one came from', () => {
    const live = new Played(120, 30).tell({kind: 'records', records: [...records(5), ...TRACE]})
    live.press('NN').tell({kind: 'trace', tree: buildTrace('4bf9', TRACE), unstored: 0, at: 0})
    expect([span(live), said(live)]).toEqual(['payment', 'card declined'])
  })

  test('who types meanwhile is not interrupted', () => {
    const live = new Played().tell({kind: 'records', records: TRACE}).press('t/lev')
    live.tell({kind: 'trace', tree: buildTrace('4bf9', TRACE), unstored: 0, at: 0})
    expect(live.state.mode.kind).toBe('prompt')
    expect(live.state.note?.text).toContain('trace 4bf9')
  })
})

describe('back to the stream at that moment', () => {
  test('the very record, which the filter keeps as it is', () => {
    const live = new Played(120, 30).tell({kind: 'records', records: [...records(30), ...TRACE]})
    live.press('/level:error<return>').tell({kind: 'trace', tree: buildTrace('4bf9', TRACE), unstored: 0, at: 0})
    live.press('e<return>')
    expect(live.chosen).toBe('card declined')
    expect(live.state).toMatchObject({mode: {kind: 'stream'}, following: false, filter: {text: 'level:error'}})
  })

  test('a filter or a muted service that hides it is taken off, and said', () => {
    const live = walked()
    live.press('<escape>/request<return>').tell({kind: 'trace', tree: buildTrace('4bf9', TRACE), unstored: 0, at: 0})
    live.press('e<return>')
    expect(live.chosen).toBe('card declined')
    expect(live.state.filter.text).toBe('')
    expect(live.state.note?.text).toBe('the filter hid this record and is taken off')
    live.press('m/level>=info<return>')
    live.tell({kind: 'trace', tree: buildTrace('4bf9', TRACE), unstored: 0, at: 0}).press('e<return>')
    expect(live.chosen).toBe('card declined')
    expect(live.state).toMatchObject({filter: {text: 'level>=info'}, muted: []})
    expect(live.state.note?.text).toBe('payment is no longer muted')
  })

  test('one that is kept no longer is gone to in the store, through what lets it pass', () => {
    const live = new Played(120, 30).tell({kind: 'records', records: records(60)}).press('/request<return>')
    live.tell({kind: 'trace', tree: buildTrace('4bf9', TRACE), unstored: 0, at: 0}).press('e<return>')
    expect(live.effects.at(-1)).toEqual({kind: 'travel', to: 'moment', text: at(287)})
    expect(live.state).toMatchObject({mode: {kind: 'stream'}, filter: {text: ''}})
    expect(live.state.note?.text).toBe(
      'the stream does not hold this record: its time, as it is stored; f goes back; the filter hid this record and is taken off',
    )
  })

  test('of files the nearest one, which is said', () => {
    const live = new Played(120, 30).tell({kind: 'records', records: records(60)})
    live.state = {...live.state, place: placeOfFlags({}, ['app.log'])}
    live.tell({kind: 'trace', tree: buildTrace('4bf9', TRACE), unstored: 0, at: 0}).press('g<return>')
    expect(live.chosen).toBe('request 30')
    expect(live.state.note?.text).toBe(
      'the stream does not hold this record: the nearest one that is shown, of the same time',
    )
    live.tell({kind: 'trace', tree: buildTrace('4bf9', TRACE), unstored: 0, at: 0}).press('e<return>')
    expect(live.state.note?.text).toContain('287 ms before it')
    const none = new Played().tell({kind: 'trace', tree: buildTrace('4bf9', TRACE), unstored: 0, at: 0})
    none.state = {...none.state, place: live.state.place}
    expect(none.press('<return>').state.note?.text).toContain('no record is shown')
  })

  test('a record that came while the view stood still is gone to', () => {
    const live = new Played(120, 30).tell({kind: 'records', records: records(30)}).press(' ')
    live.tell({kind: 'records', records: TRACE})
    live.tell({kind: 'trace', tree: buildTrace('4bf9', TRACE), unstored: 0, at: 0}).press('e<return>')
    expect(live.chosen).toBe('card declined')
    expect(live.state.paused).toBeUndefined()
  })

  test('from a span nobody wrote about: the nearest', () => {
    const orphan = step(0, 1_000, {span_id: 'x', parent_span_id: 'gone', service: 'orders', message: 'lonely'})
    const live = new Played(120, 30).tell({kind: 'records', records: [...records(60), orphan]})
    live.tell({kind: 'trace', tree: buildTrace('4bf9', [orphan]), unstored: 0, at: 0})
    expect(live.text()).toContain('no record of it was found')
    expect(live.press('gd').state.note?.text).toBe('nobody wrote about this span')
    live.press('<return>')
    expect(live.state.note?.text).toBe('the nearest one that is shown, of the same time')
  })
})

describe('drawn', () => {
  const hostile = TRACE.map((one, index) => ({
    ...one,
    message: `\u001b[2J\u202e ${one.message} 日本語 ${'x'.repeat(index * 40)}\nsecond`,
    service: index % 2 === 0 ? `ev\u001b[1mil\u0007 ${one.service}` : `決済${one.service}`,
    attributes: {'k\u001b': '\u009b31m'},
  }))

  test.each([
    [80, 24],
    [40, 12],
    [250, 60],
    [60, 8],
    [20, 5],
    [10, 4],
  ])('on %i by %i no line is too wide, none too many, whatever a log says', (columns, rows) => {
    for (const of of [TRACE, hostile]) {
      const live = walked(columns, rows, of)
      for (const keys of ['', 'j', 'G', 'l', 'e', 'd', 'o', '<escape>', 'pNdc', '=']) {
        live.press(keys)
        const plain = live.frame(true).map((line) => line.replace(COLORS, ''))
        expect(plain).toEqual(live.frame(false))
        expect(plain.length).toBe(rows - 1)
        for (const line of plain) {
          expect(textWidth(line)).toBeLessThanOrEqual(columns)
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
        }
      }
    }
  })

  test('thousands of spans and records: what is in sight is drawn, and the chosen one is in sight', () => {
    const many: LogRecord[] = [step(0, 0, {span_id: 'g', service: 'gateway', message: 'begin', duration_ms: 60_000})]
    for (let index = 1; index <= 10_000; index++) {
      const fields = {span_id: `s${index}`, parent_span_id: index % 10 === 1 ? 'g' : `s${index - 1}`}
      many.push(step(index, index * 5, {...fields, service: `svc-${index % 7}`, message: `kind${index} call`}))
    }
    const live = walked(120, 30, many)
    for (const keys of ['G', 'k', 'g', '<pageDown><pageDown>', 'jjj', '<pageUp>', 'h', 'l', 'o', 'o']) {
      live.press(keys)
      expect(span(live)).toBeDefined()
    }
  })
})

describe('pinned and compared', () => {
  const live = () => new Played(120, 30).tell({kind: 'records', records: [...records(20), ...TRACE]})

  test('p pins, which is marked and told; c compares, = shows the rest, n goes on; Esc back', () => {
    const screen = live().press('gjjp')
    expect(screen.state.pinned?.message).toBe('request 2')
    expect(screen.text()).toContain('◆ 09:41:02 pinned')
    expect(screen.press('c').state.note?.text).toContain('this is the pinned record')
    screen.press('jjj')
    expect(screen.text()).toMatch(/^│?◆.* request 2\b/m)
    screen.press('c')
    expect(screen.text()).toMatch(/^≠ @timestamp +2026-01-01T09:41:02.000Z +\+3.0 s {2}2026-01-01T09:41:05.000Z/m)
    expect(screen.text()).toMatch(/^≠ message +request 2 +request 5/m)
    expect(screen.text()).not.toMatch(/^ {2}service +gateway +gateway/m)
    expect(screen.press('=').text()).toMatch(/^ {2}service +gateway +gateway/m)
    expect(screen.press('n').text()).toMatch(/^≠ message +request 2 +request 6/m)
    expect(screen.press('y').effects.at(-1)).toEqual({
      kind: 'copy',
      text: `logflow search 'id:"r-2" OR id:"r-6"' -o json`,
    })
    expect(screen.press('<escape>').chosen).toBe('request 6')
    expect(screen.press('gjjp').state.pinned).toBeUndefined()
    expect(screen.text()).not.toContain('◆')
  })

  test('nothing is compared with nothing', () => {
    expect(live().press('c').state.note?.text).toContain('no record is pinned')
    expect(new Played().press('pc').state.mode.kind).toBe('stream')
  })

  test('on a narrow screen one below the other', () => {
    const screen = new Played(60, 24).tell({kind: 'records', records: records(5)}).press('gpjc')
    expect(screen.text()).toMatch(/^≠ message *\n {2}◆ request 0 *\n {2}▸ request 1/m)
  })

  test('from the fields of a record in a trace too, and back', () => {
    const screen = walked().press('dp<escape>ed')
    expect(screen.press('c').text()).toMatch(/card declined/)
    expect(screen.press('N').text()).toMatch(/card charge/)
    expect(screen.press('<escape>').text()).toMatch(/record t-3\b/)
    expect(said(screen.press('<escape>'))).toBe('card charge')
  })
})

describe('the fields of a record', () => {
  const long = record(3, {
    attributes: {big: 'word '.repeat(400), nested: {deep: {id: 7}}, level: 'loud', empty: ''},
    error: {name: 'E', message: 'm', stack: Array.from({length: 60}, (_, n) => `    at frame${n}`).join('\n')},
    source: {id: 's', offset: 3, format: 'json'},
  })

  test('are aligned, long ones folded until o opens them; n and N go to the next record', () => {
    const live = new Played(100, 60).tell({kind: 'records', records: [...records(3), long, record(4)]})
    live.press('k<return>')
    expect(live.text()).toMatch(/^attributes.level +loud *$/m)
    expect(live.text()).toMatch(/^nested.deep.id +7 *$/m)
    expect(live.text()).toMatch(/^empty +"" *$/m)
    expect(live.text()).toMatch(/… [\d,]+ more characters: o shows all/)
    expect(live.text()).not.toContain('frame59')
    live.press('oG')
    expect(live.text()).toContain('frame59')
    expect(live.text()).not.toContain('o shows all')
    expect(live.press('n').text()).toContain('request 4')
    expect(live.press('n').state.note?.text).toBe('no record after this one')
    expect(live.press('<left><left>').text()).toContain('request 2')
    expect(live.press('<escape>').chosen).toBe('request 2')
  })

  test('y copies the command that finds it, Y the record as JSON', () => {
    const live = new Played().tell({kind: 'records', records: [long]}).press('<return>yY')
    expect(live.effects).toEqual([
      {kind: 'copy', text: 'logflow get r-3'},
      {kind: 'copy', text: JSON.stringify(long)},
    ])
  })

  test('? from anywhere leads back there', () => {
    const live = walked().press('j?')
    expect(live.text()).toContain('in a trace')
    expect(span(live.press('?'))).toBe('auth')
  })
})
