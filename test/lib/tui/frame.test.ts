import {describe, expect, test} from 'vitest'
import type {TriggeredAlert} from '../../../src/lib/alerts/alerts.js'
import {textWidth} from '../../../src/lib/output/text-width.js'
import type {DeadLetter} from '../../../src/lib/tui/pipeline.js'
import {Played, record, records} from './made-state.js'

const COLORS = /\u001b\[[0-9;]*m/g

/** What strangers put into logs. */
const HOSTILE = [
  record(1, {message: 'plain'}),
  record(2, {message: '\u001b[2J\u001b]0;owned\u0007 red \u001b[31m alert', service: 'ev\u001b[1mil'}),
  record(3, {message: '日本語のログ 🚀 wide', service: '決済'}),
  record(4, {message: 'combining e\u0301 and rtl \u202e abc', level: 'FATAL'}),
  record(5, {message: `two\nlines\tand a tab ${'x'.repeat(500)}`, level: 'ERROR', trace_id: '4bf92f3577b34da6'}),
  record(6, {message: undefined, event: 'only_event', level: undefined, service: undefined}),
]

const HOSTILE_PATTERNS = HOSTILE.map(({message = ''}, at) => ({text: message, count: 10 ** at, errors: at}))

const HOSTILE_ALERTS = HOSTILE.map(({message = ''}, at): TriggeredAlert => {
  const times = {opened_at: '2026-01-01T09:41:00.000Z', updated_at: '', since: '', until: ''}
  const said = {rule_name: message, group: {[message]: message}, labels: {}, query: message, note: message}
  return {id: `a-${at}`, rule_id: 'r', severity: 'critical', state: 'open', silenced: false, ...times, ...said}
})

const HOSTILE_LETTERS = HOSTILE.map(({message = '', service}, at): DeadLetter => {
  return {
    id: `l-${at}`,
    reason: message,
    tries: 3,
    service,
    file: message,
    line: at,
    source: message,
    offset: at,
    preview: message,
  }
})

describe.each([
  [80, 24],
  [40, 12],
  [100, 30],
  [250, 60],
  [20, 5],
])('on %i by %i', (columns, rows) => {
  test.each([
    'stream',
    'detail',
    'prompt',
    'help',
    'alerts',
    'letters',
    'health',
    'note',
    'resolve',
    'patterns',
    'services',
    'figures',
    'focus',
    'zoomed',
    'wrapped',
    'paused',
  ])('%s: no line is too wide, none too many', (mode) => {
    const live = new Played(columns, rows).tell({kind: 'records', records: [...records(300), ...HOSTILE]})
    live.tell(
      {kind: 'patterns', patterns: HOSTILE_PATTERNS, of: 300},
      {kind: 'alerts', alerts: HOSTILE_ALERTS},
      {kind: 'letters', letters: {list: HOSTILE_LETTERS, count: 7}},
      {kind: 'health', health: {busAway: 0, storeAway: 0, deadLetters: 7, pace: {behind: 7, stalledSince: 0}}},
    )
    live.press(
      {
        stream: '',
        detail: '<return>',
        prompt: '/level:(',
        help: '?',
        alerts: 'a',
        letters: 'DjR',
        health: 'H',
        note: 'aA',
        resolve: 'ajr',
        patterns: 'Pjm',
        services: 'Sjm',
        figures: 'Vhhn',
        focus: '<tab>j<tab>j<tab>',
        zoomed: 'z',
        wrapped: 'w',
        paused: ' ',
      }[mode] ?? '',
    )
    for (const color of [false, true]) {
      const frame = live.frame(color)
      expect(frame.length).toBe(frame[0]?.includes('┌') ? rows : rows - 1)
      for (const line of frame) {
        const plain = line.replace(COLORS, '')
        expect(textWidth(plain)).toBeLessThanOrEqual(columns)
        expect(plain).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
      }
    }
  })
})

test('the chosen record is on the screen, wherever one goes, also where records take several lines', () => {
  const long = records(200).map((one, index) =>
    record(index, {message: `${one.message} ${'word '.repeat(index % 40)}`}),
  )
  const live = new Played(90, 20).tell({kind: 'records', records: long}).press('w')
  for (const keys of ['g', '<pageDown>', 'jjj', '<pageDown><pageDown>', 'kkkkk', '<pageUp>', 'G', 'kk']) {
    live.press(keys)
    expect(live.text()).toMatch(new RegExp(`^▸.* request? ?${live.chosen?.split(' ')[1]}\\b`, 'm'))
  }
})

test('it says what it waits for, and what hides everything', () => {
  const live = new Played()
  expect(live.text()).toContain('waiting for records …')
  live.tell({kind: 'records', records: records(5)}).press('/nothing<return>')
  expect(live.text()).toContain('none of the records that came passes the filter')
})

test('where nothing passes, a service that is spelt wrong is told, and no place below it', () => {
  const live = new Played(80, 24).tell({kind: 'records', records: records(5, 0, {service: 'payment'})})
  live.press('k/service:paymnt<return>')
  expect(live.text()).toContain('no record of service paymnt came; did you mean payment?')
  expect(live.frame()[0]).not.toContain('below')
  expect(live.press('<escape>/service:PAYMENT level:fatal<return>').text()).not.toContain('did you mean')
})

test('in a narrow terminal the header keeps what changes: the filter, what is muted, the title of the records', () => {
  const live = new Played(80, 24).tell({kind: 'records', records: records(5, 0, {service: 'inventory'})})
  expect(live.frame()[0]).toMatch(/^logflow live · local · last 15 min +●/)
  live.press('m/level>=info words<return>')
  expect(live.frame()[0]).toMatch(/^local · \/ level>=info words · without inventory +/)
})

test.each([60, 80, 100, 140])(
  'the last line of %i columns names a way back, or to all keys, and cuts no hint',
  (columns) => {
    const live = new Played(columns, 24).tell({kind: 'records', records: records(50, 0, {level: 'ERROR'})})
    for (const [key, way] of [
      ['f', /\? help/],
      ['a', /Esc back/],
      ['D', /Esc back/],
      ['P', /Esc back/],
      ['S', /Esc back/],
      ['V', /Esc back/],
      ['H', /Esc back/],
      ['<return>', /Esc back/],
    ] as const) {
      const last = live
        .press(key)
        .frame()
        .findLast((line) => /[a-z]/.test(line)) as string
      expect(last).toMatch(way)
      expect(last).not.toContain('…')
      live.press('<escape>')
    }
  },
)

test('help is whole in a narrow terminal: what is said of a key goes on below itself', () => {
  const live = new Played(60, 200).press('?')
  const lines = live.frame().map((line) => line.trimEnd())
  expect(lines.join('\n')).not.toContain('…')
  expect(lines.join(' ').replace(/\s+/g, ' ')).toContain('what comes meanwhile is kept, up to 100,000 records')
  const low = new Played(60, 20).press('?')
  expect(low.press('G').text()).toContain('ctrl-c ctrl-z'.replace(' ', '  '))
})

test('without colour it reads the same', () => {
  const live = new Played().tell({kind: 'records', records: HOSTILE})
  expect(live.frame(true).map((line) => line.replace(COLORS, ''))).toEqual(live.frame(false))
})

test('services with errors come first, with their share', () => {
  const failing = records(10, 0, {service: 'payment', level: 'ERROR'})
  const live = new Played(140, 30).tell({
    kind: 'records',
    records: [...records(90), ...failing, ...records(10, 0, {service: 'payment'})],
  })
  const frame = live.frame()
  const payment = frame.findIndex((line) => / payment .* 50\.0 %/.test(line))
  const gateway = frame.findIndex((line) => / gateway .* 0 %/.test(line))
  expect(payment).toBeGreaterThan(0)
  expect(gateway).toBeGreaterThan(payment)
})
