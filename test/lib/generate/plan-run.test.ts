import {expect, test} from 'vitest'
import {planRun, type RunRequest} from '../../../src/lib/generate/plan-run.js'

const NOW = Date.UTC(2026, 0, 1)

test.each<[string, RunRequest, {count: number; rate: number; start: number}]>([
  ['nothing: a minute that ends now', {}, {count: 6000, rate: 100, start: NOW - 60_000}],
  ['a duration', {duration: 10_000}, {count: 1000, rate: 100, start: NOW - 10_000}],
  ['a count', {count: 50}, {count: 50, rate: 100, start: NOW - 500}],
  ['a rate', {rate: 0.5}, {count: 30, rate: 0.5, start: NOW - 60_000}],
  ['a duration and a rate', {duration: 3_600_000, rate: 10}, {count: 36_000, rate: 10, start: NOW - 3_600_000}],
  ['a duration and a count', {duration: 10_000, count: 50}, {count: 50, rate: 5, start: NOW - 10_000}],
  [
    'all three, the count ends first',
    {duration: 10_000, count: 50, rate: 10},
    {count: 50, rate: 10, start: NOW - 5000},
  ],
  ['all three, the time ends first', {duration: 1000, count: 50, rate: 10}, {count: 10, rate: 10, start: NOW - 1000}],
  ['a start', {start: 5, count: 50}, {count: 50, rate: 100, start: 5}],
  ['live', {live: true, duration: 10_000}, {count: 1000, rate: 100, start: NOW}],
  ['live without an end', {live: true}, {count: Number.MAX_SAFE_INTEGER, rate: 100, start: NOW}],
])('%s', (_, request, plan) => {
  expect(planRun(request, NOW)).toMatchObject(plan)
})

test('the seed is what was asked for, or another one each time', () => {
  expect(planRun({seed: 'shop'}, NOW).seed).toBe('shop')
  expect(planRun({}, NOW).seed).not.toBe(planRun({}, NOW + 1).seed)
})

test.each<[RunRequest, string]>([
  [{duration: 0}, 'the duration must be above 0'],
  [{rate: 0}, 'the rate must be above 0 lines a second, not 0'],
  [{rate: Number.POSITIVE_INFINITY}, 'the rate must be above 0 lines a second, not Infinity'],
  [{count: 0}, 'the count must be a whole number above 0, not 0'],
  [{count: 1.5}, 'the count must be a whole number above 0, not 1.5'],
])('refuses %j', (request, message) => {
  expect(() => planRun(request, NOW)).toThrow(message)
})
