import {describe, expect, test} from 'vitest'
import {escapeControls, escapeJsonControls, escapeLine} from '../../../src/lib/output/escape-controls.js'
import {highlighter} from '../../../src/lib/output/highlight.js'
import {
  formatBytes,
  formatBytesOf,
  formatClock,
  formatCount,
  formatDuration,
  formatRate,
  plural,
} from '../../../src/lib/output/numbers.js'
import {paletteFor, SERVICE_COLORS} from '../../../src/lib/output/palette.js'
import {cutTo, padTo, textWidth, wrapTo} from '../../../src/lib/output/text-width.js'
import {formatDate, formatTime} from '../../../src/lib/output/times.js'
import {UTC} from '../../../src/lib/record/zone.js'

const NONE = {words: [], patterns: [], regexes: []}

describe('escaping', () => {
  test.each([
    ['plain text, tab\tand\nline', 'plain text, tab\tand\nline'],
    ['\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
    ['a\rb\x00\x7f', 'a\\rb\\x00\\x7f'],
    ['\x9b31m and \x85', '\\x9b31m and \\x85'],
    ['abc\u202edef\u2066\u200b\ufeff', 'abc\\u202edef\\u2066\\u200b\\ufeff'],
    ['tags \u{e0041}', 'tags \\u{e0041}'],
    ['half \ud83d a pair', 'half \\ud83d a pair'],
    ['ünïcödé 日本語 👩‍👩‍👧 ok', 'ünïcödé 日本語 👩‍👩‍👧 ok'],
  ])('%j is shown as %j', (text, shown) => {
    expect(escapeControls(text)).toBe(shown)
  })

  test('nothing below U+00A0 but printable text, tab and line feed gets through', () => {
    const all = Array.from({length: 0xa0}, (_, code) => String.fromCharCode(code)).join('')
    expect(escapeControls(all)).toMatch(/^[\t\n\x20-\x7e]*$/)
    expect(escapeLine(all)).toMatch(/^[\x20-\x7e]*$/)
  })

  test('escaped JSON is the same JSON', () => {
    const value = {text: 'a\x1b\x7f\x9b\u202e\u{e0041}\ud83d é 👍'}
    const shown = escapeJsonControls(JSON.stringify(value))
    expect(shown).not.toMatch(/[\x7f-\x9f\u202e]/)
    expect(JSON.parse(shown)).toEqual(value)
  })
})

describe('width', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['日本', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['👍', 2],
    ['한글', 4],
    ['ﾊﾝｶｸ', 4],
    ['━╸─', 3],
  ])('%j takes %i columns', (text, width) => {
    expect(textWidth(text)).toBe(width)
  })

  test('cutting and filling count columns, not characters', () => {
    expect(cutTo('日本語', 5)).toBe('日本…')
    expect(cutTo('日本語', 4)).toBe('日…')
    expect(cutTo('日本語', 6)).toBe('日本語')
    expect(cutTo('abc', 0)).toBe('')
    expect(padTo('日本', 6)).toBe('日本  ')
    expect(padTo('7', 3, 'right')).toBe('  7')
    expect(padTo('long', 2)).toBe('long')
  })

  test('wrapping loses nothing but the spaces it breaks at, and never exceeds the width', () => {
    const text = 'the quick brown fox 日本語のメッセージ andaverylongwordthatdoesnotfit jumps'
    for (const width of [2, 7, 10, 24, 200]) {
      const lines = wrapTo(text, width)
      expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width)
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
    }
  })

  test('wrapping stops where it is told to, and takes no longer for what it leaves', () => {
    expect(wrapTo('aa bb cc dd', 2, 3)).toEqual(['aa', 'bb', 'cc dd'])
    expect(wrapTo('', 5)).toEqual([''])
    const began = performance.now()
    expect(wrapTo('x'.repeat(2_000_000), 50)).toHaveLength(40_000)
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})

test.each([
  [formatCount(1000412), '1,000,412'],
  [formatCount(999), '999'],
  [formatCount(-12345.6), '-12,346'],
  [formatBytes(0), '0 B'],
  [formatBytes(999), '999 B'],
  [formatBytes(4200), '4.2 kB'],
  [formatBytes(999_600), '1.0 MB'],
  [formatBytes(311e6), '311 MB'],
  [formatBytesOf(212e6, 311e6), '212 / 311 MB'],
  [formatDuration(0), '0 ms'],
  [formatDuration(0.42), '0.4 ms'],
  [formatDuration(38), '38 ms'],
  [formatDuration(999.7), '1.0 s'],
  [formatDuration(5400), '5.4 s'],
  [formatDuration(59_600), '1 min'],
  [formatDuration(125_000), '2 min 5 s'],
  [formatDuration(3_600_000), '1 h'],
  [formatDuration(93_600_000), '1 d 2 h'],
  [formatClock(2_000), '0:02'],
  [formatClock(3_760_000), '1:02:40'],
  [formatRate(184_234, 1000), '184,000'],
  [formatRate(1, 2000), '0.50'],
  [formatRate(0, 0), '0'],
  [plural(1, 'record'), '1 record'],
  [plural(1200, 'entry', 'entries'), '1,200 entries'],
])('%s', (shown, expected) => {
  expect(shown).toBe(expected)
})

test('times and dates, in UTC and in the zone of the process', () => {
  const time = '2026-11-21T09:41:07.118234567Z'
  const now = Date.parse('2026-12-01T00:00:00Z')
  expect(formatTime(time, UTC)).toBe('09:41:07.118')
  expect(formatDate(time, now, UTC)).toBe('Sat 21 Nov')
  expect(formatDate('2025-01-02T00:00:00Z', now, UTC)).toBe('Thu 2 Jan 2025')
  const local = new Date(time)
  expect(formatTime(time)).toBe(
    `${String(local.getHours()).padStart(2, '0')}:${String(local.getMinutes()).padStart(2, '0')}:07.118`,
  )
  expect(formatTime('never')).toBe('never')
})

describe('colours', () => {
  test('a service has one colour, always', () => {
    const palette = paletteFor(true)
    expect(palette.service('payment', 'payment')).toBe(palette.service('payment', 'payment'))
    const used = new Set(Array.from({length: 200}, (_, index) => palette.service(`service-${index}`, 'x')))
    expect(used.size).toBe(SERVICE_COLORS.length)
  })

  test('without colour nothing is added', () => {
    const palette = paletteFor(false)
    expect(palette.level('FATAL', 'FATAL') + palette.dim('a') + palette.match('b')).toBe('FATALab')
  })

  test.each(SERVICE_COLORS)('colour %i reads on white and on black', (code) => {
    const luminance = relativeLuminance(code)
    expect(1.05 / (luminance + 0.05)).toBeGreaterThanOrEqual(3)
    expect((luminance + 0.05) / 0.05).toBeGreaterThanOrEqual(3)
  })

  /** WCAG 2 relative luminance of a colour of the 6 × 6 × 6 cube. */
  function relativeLuminance(code: number): number {
    const steps = [0, 95, 135, 175, 215, 255]
    const index = code - 16
    const [red, green, blue] = [Math.floor(index / 36), Math.floor(index / 6) % 6, index % 6].map((step) => {
      const part = (steps[step] as number) / 255
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    }) as [number, number, number]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
})

test('whole words of the query are marked, in any case and normal form', () => {
  const mark = highlighter({...NONE, words: ['card', 'straße', 'ﬁle'.normalize('NFKC')]}, (word) => `<${word}>`)
  expect(mark('Card discarded, CARD; wildcard card_x straße ﬁle')).toBe(
    '<Card> discarded, <CARD>; wildcard card_x <straße> <ﬁle>',
  )
  expect(highlighter(NONE, () => 'never')('card')).toBe('card')
  const regexes = [
    {source: 'b+c', ignoreCase: true},
    {source: 'x*', ignoreCase: false},
  ]
  const all = highlighter({words: ['a'], patterns: [['de', {any: 'one'}]], regexes}, (text) => `<${text}>`)
  expect(all('a abBcd def deff xx a_')).toBe('<a> a<bBc>d <def> deff <xx> a_')
  const overlapping = highlighter(
    {...NONE, words: ['abcd'], regexes: [{source: 'bcd e', ignoreCase: false}]},
    (text) => `<${text}>`,
  )
  expect(overlapping('abcd ef')).toBe('<abcd e>f')
})
