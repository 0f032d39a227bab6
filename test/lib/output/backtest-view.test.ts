import {expect, test} from 'vitest'
import type {Backtest, SweptValue} from '../../../src/lib/alerts/backtested.js'
import {backtestText, sweepText} from '../../../src/lib/output/backtest-view.js'
import {UTC} from '../../../src/lib/record/zone.js'

const START = Date.UTC(2026, 2, 1)
const minute = (n: number) => new Date(START + n * 60_000).toISOString()

const FIGURES = {
  evaluations: 60,
  triggered: 1,
  notices: 1,
  open_seconds: 600,
  open_share: 1 / 6,
  longest_seconds: 600,
}

const RESULT: Backtest = {
  ...FIGURES,
  rule: 'Errors',
  condition: 'count > 25 in 5m by service',
  threshold: 25,
  since: minute(0),
  until: minute(60),
  precision: 0,
  recall: 0,
  f1: 0,
  nearest_value: 50,
  alerts: [
    {
      opened_at: minute(20),
      resolved_at: minute(30),
      seconds: 600,
      group: {service: "shop\u001b[31m'"},
      value: 30,
      peak: 50,
      threshold: 25,
      from_start: false,
      silenced: false,
      query: `level:error service:"shop'\u001b[31m"`,
      records_since: minute(15),
      false_because: 'nothing happened: it opened 20 min before a burst began, and nothing that is known came of it',
    },
  ],
  values: Array.from({length: 60}, (_, n) => ({
    at: minute(n),
    value: n === 5 ? null : n >= 20 && n < 30 ? 50 : 10,
    open: n >= 20 && n < 30,
  })),
  incidents: [
    {
      name: 'a burst',
      begin: minute(40),
      end: minute(50),
      detected: false,
      alerts: 0,
      missed_because: 'the most measured was 10, and the threshold is 25',
    },
  ],
  incidents_not_judged: 2,
}

const view = (width: number, more = {}) => ({
  screen: {isTerminal: true, width, color: false, ...more},
  zone: UTC,
  now: START,
})

test('a replay on a narrow terminal: nothing is wider, and nothing foreign gets through', () => {
  const text = backtestText(RESULT, view(60))
  expect(text).not.toContain('\u001b')
  // but the line that is to be copied
  const lines = text.split('\n').filter((line) => !line.startsWith("the first one's records"))
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(60)
  expect(lines.join('\n')).toBe(`Errors   count > 25 in 5m by service
Sun 1 Mar 00:00 to Sun 1 Mar 01:00, 60 evaluations

would have fired 1 time with 1 notice, open 16.7 % of the
  time (10 min), the longest 10 min

value     ▂▂▂▂ ▂▂▂▂▂▂▂▂▂▂▂████████▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
open                      ━━━━━━━━
          most 50, threshold 25

opened           open for  group       value  peak  incident
Sun 1 Mar 00:20  10 min    service=s…     30    50  false

against the truth   precision 0.00   recall 0.00   F1 0.00
0 of 1 incident detected; 1 false alert
2 incidents of the file not judged: begun outside the
  time, or not asked for
✗ a burst, Sun 1 Mar 00:40 for 10 min: missed: the most
  measured was 10, and the threshold is 25
✗ false alert Sun 1 Mar 00:20 service=shop\\u001b[31m':
  nothing happened: it opened 20 min before a burst began,
  and nothing that is known came of it
`)
})

test('without colour and without Unicode it still reads', () => {
  const text = backtestText(RESULT, view(100, {ascii: true}))
  expect(text).toContain('open                          ^^^^^^^^^^\n')
  expect(text).not.toMatch(/[▁-█━]/)
})

test('a sweep marks what the rule has now, and what tells best', () => {
  const row = (threshold: number, f1: number | undefined, current = false): SweptValue => ({
    threshold,
    current,
    ...FIGURES,
    notices: threshold === 10 ? 8 : 1,
    precision: 0.5,
    recall: 1,
    ...(f1 === undefined ? {} : {f1}),
    detection_median_seconds: 90,
  })
  const rows = [row(10, 0.5), row(25, 0.8, true), row(40, 0.9)]
  expect(
    sweepText('threshold', rows, view(120)),
  ).toBe(`threshold  alerts  notices  time open  longest  precision  recall    F1  told after
       10       1        8     16.7 %   10 min       0.50    1.00  0.50  1 min 30 s  ████████████████
       25       1        1     16.7 %   10 min       0.50    1.00  0.80  1 min 30 s  ██ ← now
       40       1        1     16.7 %   10 min       0.50    1.00  0.90  1 min 30 s  ██ ← best F1
bars: notices
`)
  expect(sweepText('threshold', rows, view(100))).not.toContain('█')
})
