import {expect, test} from 'vitest'
import {findPatterns} from '../../../src/lib/flows/find-patterns.js'
import type {RecordText} from '../../../src/lib/store/store.js'

const START = Date.UTC(2026, 10, 21, 9)

function said(minute: number, message: string, more: Partial<RecordText> = {}): RecordText {
  return {'@timestamp': new Date(START + minute * 60_000).toISOString(), message, attributes: {}, ...more}
}

async function* pagesOf(records: readonly RecordText[], size = 3): AsyncGenerator<RecordText[]> {
  for (let at = 0; at < records.length; at += size) yield records.slice(at, at + size)
}

test('counts, shares, levels, services, times and the first example', async () => {
  const records = [
    said(3, 'order 17 declined', {level: 'WARN', service: 'payment'}),
    said(1, 'order 18 declined', {level: 'ERROR', service: 'payment'}),
    said(7, 'order 19 declined', {level: 'ERROR', service: 'orders'}),
    said(2, 'ready'),
  ]
  const found = await findPatterns(pagesOf(records))
  expect(found).toEqual({
    records: 4,
    before: 0,
    first: '2026-11-21T09:01:00.000Z',
    last: '2026-11-21T09:07:00.000Z',
    templates: 2,
    coarsened: 0,
    patterns: [
      {
        id: expect.stringMatching(/^[0-9a-f]{12}$/),
        count: 3,
        share: 0.75,
        template: 'order <*> declined',
        first_seen: '2026-11-21T09:01:00.000Z',
        last_seen: '2026-11-21T09:07:00.000Z',
        levels: {WARN: 1, ERROR: 2},
        services: {payment: 2, orders: 1},
        example: 'order 17 declined',
        trend: {
          start: '2026-11-21T09:01:00.000Z',
          interval_ms: 30_000,
          counts: [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1],
        },
      },
      expect.objectContaining({template: 'ready', count: 1, levels: {}, services: {}}),
    ],
  })
})

test('new are templates of which no record is older', async () => {
  const records = [
    said(0, 'order 1 paid'),
    said(5, 'order 2 paid'),
    said(6, 'disk full'),
    said(6, 'disk full'),
    said(4, 'late, but older: 3'),
    said(9, 'late, but older: 4'),
  ]
  const newSince = new Date(START + 5 * 60_000).toISOString()
  const found = await findPatterns(pagesOf(records), {newSince})
  expect(found).toMatchObject({records: 6, before: 2, templates: 3})
  expect(found.patterns.map(({template, count}) => ({template, count}))).toEqual([{template: 'disk full', count: 2}])
  const edge = await findPatterns(pagesOf(records), {newSince: '2026-11-21T09:06:00.000000000Z'})
  expect(edge.patterns.map(({template}) => template)).toEqual(['disk full'])
})

test('a record without a message says what its attributes say', async () => {
  const records = [
    said(0, '', {attributes: {step: 'charge', ms: 12}}),
    said(1, '', {attributes: {step: 'charge', ms: 9}}),
  ]
  expect((await findPatterns(pagesOf(records))).patterns).toMatchObject([{template: 'charge <*>', count: 2}])
})

test('trends hold few numbers over any length of time, and their sums are exact', async () => {
  const years = Array.from({length: 5_000}, (_, i) => said(i * i * 3, i % 2 ? 'tick 1' : 'tock'))
  const {patterns} = await findPatterns(pagesOf(years, 100))
  for (const {count, trend} of patterns) {
    expect(trend.counts.length).toBeLessThanOrEqual(24)
    expect(trend.counts.reduce((sum, each) => sum + each, 0)).toBe(count)
  }
  const [{trend} = {trend: undefined}] = patterns
  const start = Date.parse(trend?.start as string)
  const first = years.filter((record) => Date.parse(record['@timestamp']) < start + (trend?.interval_ms as number))
  expect(
    patterns.map((pattern) => pattern.trend.counts[0]).reduce((sum, each) => (sum as number) + (each as number), 0),
  ).toBe(first.length)
})

test('services beyond a hundred are counted together', async () => {
  const records = Array.from({length: 260}, (_, i) => said(0, 'up', {service: `s${i % 130}`}))
  const [pattern] = (await findPatterns(pagesOf(records))).patterns
  expect(Object.keys(pattern?.services ?? {})).toHaveLength(100)
  expect(pattern?.other_services).toBe(60)
})

test('nothing in, nothing out', async () => {
  const found = await findPatterns(pagesOf([]), {newSince: '2026-11-21T09:00:00Z'})
  expect(found).toEqual({records: 0, before: 0, templates: 0, coarsened: 0, patterns: []})
})
