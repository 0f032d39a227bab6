import {expect, test} from 'vitest'
import {readSweep} from '../../../src/lib/alerts/sweep.js'

test.each([
  ['threshold=10,50,100', 'threshold', [10, 50, 100]],
  ['threshold=10..50:10', 'threshold', [10, 20, 30, 40, 50]],
  ['threshold=0.1..0.5:0.1', 'threshold', [0.1, 0.2, 0.3, 0.4, 0.5]],
  ['threshold=10..500', 'threshold', [10, 60, 110, 160, 210, 260, 310, 360, 410, 460]],
  ['threshold=0..0.1', 'threshold', [0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1]],
  ['threshold=-2..2:2', 'threshold', [-2, 0, 2]],
  ['for=0s..10m:5m', 'for', ['0s', '5m', '10m']],
  ['for=0..2m:30s', 'for', ['0s', '30s', '1m', '1m30s', '2m']],
  ['time_window=1m,5m,1h30m', 'time_window', ['1m', '5m', '1h30m']],
  [' keep_open_for = 5m..1h ', 'keep_open_for', ['5m', '15m', '25m', '35m', '45m', '55m']],
])('%s', (text, field, values) => {
  expect(readSweep(text)).toEqual({field, values})
})

test.each([
  ['threshold', 'takes one of threshold'],
  ['severity=info', 'takes one of threshold'],
  ['threshold=a..b', '"a" is no number'],
  ['threshold=10..1', 'upwards'],
  ['threshold=1..2:0', 'over zero'],
  ['threshold=1..1000:1', '1000 values'],
  ['for=1..5', 'no duration'],
  ['for=1 month..2 months', 'no duration'],
  ['threshold=1,,2', '"" is no number'],
])('refuses %s', (text, message) => {
  expect(() => readSweep(text)).toThrow(message)
})
