import {expect, test} from 'vitest'
import {formatShare, patternsView} from '../../../src/lib/output/patterns-view.js'
import type {Pattern} from '../../../src/lib/patterns/pattern.js'
import {UTC} from '../../../src/lib/record/zone.js'

const PATTERNS: Pattern[] = [
  {
    id: '0123456789ab',
    count: 9640,
    share: 0.9637,
    template: 'card declined for order <*>',
    first_seen: '2026-11-21T09:41:07.118Z',
    last_seen: '2026-11-21T10:00:00.000Z',
    levels: {WARN: 3, ERROR: 9637},
    services: {payment: 9000, orders: 600, cart: 39, mail: 1},
    example: 'card declined for order ord_83a1 \x1b[31m\u202e',
    trend: {start: '2026-11-21T09:30:00.000Z', interval_ms: 300_000, counts: [0, 1, 8, 4]},
  },
  {
    id: 'ba9876543210',
    count: 1,
    share: 0.0001,
    template: '',
    first_seen: '2025-11-21T09:41:07.118Z',
    last_seen: '2025-11-21T09:41:07.118Z',
    levels: {},
    services: {},
    example: '',
    trend: {start: '2026-11-21T09:30:00.000Z', interval_ms: 300_000, counts: [0, 0, 0, 1]},
  },
]
const look = {zone: UTC, now: Date.UTC(2026, 10, 21, 12)}

test('on a wide screen', () => {
  const screen = {isTerminal: true, width: 140, color: false}
  expect(patternsView(PATTERNS, {...look, screen})).toBe(
    [
      'count   share  trend  level  pattern',
      '9,640  96.4 %   ▁█▄   ERROR  card declined for order <*>',
      '                             payment, orders, cart and 1 service more · WARN 3, ERROR 9,637 · Sat 21 Nov 09:41:07 to 10:00:00 · e.g. card d…',
      '    1  0.01 %     █          (no text)',
      '                             Fri 21 Nov 2025 09:41:07',
      '',
    ].join('\n'),
  )
})

test('on a narrow one nothing is wider than the screen, and control characters never come through', () => {
  for (const width of [50, 60, 80, 100]) {
    const text = patternsView(PATTERNS, {...look, screen: {isTerminal: true, width, color: false}})
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width)
  }
  const whole = patternsView(PATTERNS, {...look, screen: {isTerminal: true, width: 40, color: false}, wide: true})
  expect(whole).toContain('e.g. card declined for order ord_83a1 \\x1b[31m\\u202e\n')
})

test('shares', () => {
  expect([1, 0.1234, 0.0012, 0.00001, 0].map(formatShare)).toEqual(['100.0 %', '12.3 %', '0.12 %', '<0.01 %', '0 %'])
})
