import {describe, expect, test} from 'vitest'
import type {HistoryEntry, StoredRule, TriggeredAlert} from '../../../src/lib/alerts/alerts.js'
import type {WrittenRule} from '../../../src/lib/alerts/rule.js'
import {conditionText, shortIds} from '../../../src/lib/output/alert-text.js'
import {alertsLine} from '../../../src/lib/output/alerts-line.js'
import {alertsView, historyView} from '../../../src/lib/output/alerts-view.js'
import {rulesView, ruleView} from '../../../src/lib/output/rules-view.js'
import {textWidth} from '../../../src/lib/output/text-width.js'
import {UTC} from '../../../src/lib/record/zone.js'

const NOW = Date.parse('2026-11-21T09:53:00Z')
const at = (clock: string) => `2026-11-21T${clock}.000Z`
const screen = (width: number, color = false) => ({isTerminal: true, width, color})
const view = (width = 120, color = false) => ({screen: screen(width, color), zone: UTC, now: NOW})

function rule(change: Partial<StoredRule> = {}): StoredRule {
  const statistics = {
    health: 'ok',
    triggered: 14,
    open: 1,
    notices_sent: 13,
    notices_failed: 0,
    notices_waiting: 0,
  } as const
  return {
    id: 'r1',
    version: 2,
    name: 'High error rate',
    query: 'level>=error',
    threshold: 1_000,
    group_by: ['service'],
    severity: 'critical',
    created_at: at('08:00:00'),
    updated_at: at('08:00:00'),
    ...change,
    statistics: {
      ...statistics,
      last_checked_at: at('09:52:48'),
      last_triggered_at: at('09:41:00'),
      ...change.statistics,
    },
  }
}

function alert(change: Partial<TriggeredAlert> = {}): TriggeredAlert {
  return {
    id: '3f2a91c0-0000-4000-8000-000000000001',
    rule_id: 'r1',
    rule_name: 'High error rate',
    severity: 'critical',
    state: 'open',
    group: {service: 'payment'},
    labels: {},
    opened_at: at('09:41:00'),
    updated_at: at('09:41:00'),
    value: 3_120,
    threshold: 1_000,
    query: 'level>=error service:"payment"',
    since: at('09:36:00'),
    until: at('09:41:00'),
    silenced: false,
    ...change,
  }
}

const rules = new Map([['r1', rule()]])

describe('an alert says what matters, however wide the screen', () => {
  test('on a wide one in three lines', () => {
    const acknowledged = alert({
      state: 'acknowledged',
      acknowledged_by: 'ada',
      acknowledged_at: at('09:43:00'),
      note: 'the issuer is down',
      runbook: 'https://wiki.example.com/errors',
    })
    expect(
      alertsView([acknowledged], rules, view(200)),
    ).toBe(`! critical   High error rate   service=payment   acknowledged 12 min, since 09:41:00
  3,120 (opens at > 1,000 in 5 min)   acknowledged by ada 09:43:00: the issuer is down   runbook https://wiki.example.com/errors   id 3f2a91c0
  logflow search --since 2026-11-21T09:36:00.000Z --until 2026-11-21T09:41:00.000Z -- 'level>=error service:"payment"'
`)
  })

  test('on a narrow one folded; what can be typed stays whole', () => {
    const text = alertsView([alert({silenced: true})], rules, view(44))
    expect(text).toBe(`✗ critical   High error rate
  service=payment
  open 12 min, since 09:41:00
  3,120 (opens at > 1,000 in 5 min)
  nobody has acknowledged it   silenced
  id 3f2a91c0
  logflow search --since 2026-11-21T09:36:00.000Z --until 2026-11-21T09:41:00.000Z -- 'level>=error service:"payment"'
`)
    const folded = text.split('\n').filter((line) => !line.includes('logflow search'))
    expect(Math.max(...folded.map(textWidth))).toBeLessThanOrEqual(44)
  })

  test('a resolved one says by whom and after how long, and one of another day on which', () => {
    const resolved = alert({
      state: 'resolved',
      opened_at: '2026-11-20T23:50:00.000Z',
      resolved_at: at('00:20:00'),
      resolved_by: 'engine',
    })
    expect(alertsView([resolved], rules, view()).split('\n')[0]).toBe(
      '✓ critical   High error rate   service=payment   resolved by engine 00:20:00, after 30 min',
    )
    expect(alertsView([{...resolved, state: 'open'}], rules, view())).toContain('since Fri 20 Nov 23:50:00')
  })

  test('a rule that is gone leaves value and threshold; a rule without data has no value to tell', () => {
    expect(alertsView([alert()], new Map(), view())).toContain('\n  3,120 (threshold 1,000)   nobody')
    const silent = new Map([['r1', rule({measure: 'no_data', threshold: undefined as never, time_window: '10m'})]])
    expect(alertsView([alert({value: 0})], silent, view())).toContain('\n  nothing for 10 min   nobody')
  })

  test('names, groups and notes from strangers cannot draw on the terminal', () => {
    const hostile = '\x1b[2Jx\ny'
    const text = alertsView(
      [alert({rule_name: hostile, group: {service: hostile}, note: hostile, runbook: hostile, query: hostile})],
      rules,
      view(),
    )
    expect(text).not.toContain('\x1b')
    expect(text.split('\n')).toHaveLength(4)
  })

  test('colours are for severity and state', () => {
    const text = alertsView([alert()], rules, view(120, true))
    expect(text).toContain('\x1b[31mcritical\x1b[39m')
    expect(text).toContain('\x1b[31mopen 12 min, since 09:41:00\x1b[39m')
  })
})

test.each<[Partial<WrittenRule>, string]>([
  [{threshold: 50}, '> 50 in 5 min'],
  [{threshold: 1_000, condition: 'less_than_or_equal', time_window: 10}, '<= 1,000 in 10 min'],
  [{measure: 'ratio', threshold: 0.05, time_window: '90s'}, '> 5.0 % in 1 min 30 s'],
  [{measure: 'no_data', time_window: '1h'}, 'nothing for 1 h'],
  [{measure: 'spike', threshold: 3}, '3 times more in 5 min than in 5 min before'],
  [
    {measure: 'spike', threshold: 3, direction: 'down', compare_with: '1h'},
    '3 times fewer in 5 min than in 1 h before',
  ],
  [{measure: 'new_pattern'}, 'a new kind of message in 5 min'],
  [{measure: 'new_pattern', threshold: 9}, '> 9 of new kinds in 5 min'],
])('%j opens at %s', (written, text) => {
  expect(conditionText(written as WrittenRule)).toBe(text)
})

test('beginnings of ids are long enough to tell them apart', () => {
  expect(shortIds(['11111111-aaaa', '22222222-aaaa'])).toEqual(['11111111', '22222222'])
  expect(shortIds(['11111111-aaaa', '11111111-bbbb'])).toEqual(['11111111-aaaa', '11111111-bbbb'])
})

describe('rules', () => {
  const list = [
    rule(),
    rule({
      name: 'Silent',
      measure: 'no_data',
      severity: 'warning',
      group_by: [],
      is_active: false,
      statistics: never(),
    }),
    rule({name: 'Latency', severity: 'info', statistics: {...never(), health: 'failing', last_error: 'store away'}}),
  ]

  function never(): StoredRule['statistics'] {
    return {
      health: 'waiting',
      triggered: 0,
      open: 0,
      notices_sent: 0,
      notices_failed: 0,
      notices_waiting: 2,
      last_triggered_at: undefined as never,
    }
  }

  test('a line each, and one that sums up', () => {
    expect(
      rulesView(list, view()),
    ).toBe(`rule             severity  state    opens at           for each  opened  last        tells
High error rate  critical  1 open   > 1,000 in 5 min   service       14  12 min ago  console
Silent           warning   off      nothing for 5 min  -              0  never       console
Latency          info      failing  > 1,000 in 5 min   service        0  never       console
3 rules, 1 off   1 alert open   1 failing   4 notices waiting   engine looked 12 s ago
`)
  })

  test('in the width of the screen', () => {
    for (const width of [80, 100]) {
      const lines = rulesView(list, view(width)).split('\n').slice(0, 4)
      expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width)
    }
  })

  test('one that fails says why and since when', () => {
    const failing = rule({
      statistics: {...never(), health: 'failing', last_error: 'store\x1b away', failing_since: at('09:30:00')},
    })
    const text = ruleView(failing, [alert()], view())
    expect(text).toContain('\ncould not be evaluated since 09:30:00: store\\x1b away\n')
    expect(text).toContain('\nnotices        0 sent, 2 waiting\n')
    expect(text).toContain('\n\n✗ critical   High error rate   service=payment   open 12 min')
  })
})

test('history: a line each under its day', () => {
  const entry = (change: Partial<HistoryEntry>): HistoryEntry => ({
    id: '1',
    at: at('09:41:00'),
    alert_id: alert().id,
    rule_id: 'r1',
    rule_name: 'High error rate',
    group: {service: 'payment'},
    event: 'opened',
    ...change,
  })
  const {alert_id: _, ...failing} = entry({
    event: 'failing',
    group: {},
    at: '2026-11-20T08:00:00.000Z',
    detail: 'store away',
  })
  expect(
    historyView(
      [
        failing,
        entry({value: 3_120}),
        entry({event: 'notice_sent', by: 'webhook', at: at('09:41:02')}),
        entry({event: 'acknowledged', by: 'ada', at: at('09:43:00'), detail: 'on it'}),
      ],
      view(),
    ),
  ).toBe(`── Fri 20 Nov
08:00:00  failing        High error rate   store away
── Sat 21 Nov
09:41:00  opened         High error rate   service=payment   value 3,120   3f2a91c0
09:41:02  notice_sent    High error rate   service=payment   by webhook   3f2a91c0
09:43:00  acknowledged   High error rate   service=payment   by ada   on it   3f2a91c0
`)
})

describe('the line of status', () => {
  const part = {rules: 12, active: 12, open: 0, newest: [], failing: [], notices_waiting: 0, unwatched: false}
  const line = (change: Partial<Parameters<typeof alertsLine>[0]>) =>
    alertsLine({...part, ...change}, {screen: screen(120), now: new Date(NOW)})

  test.each([
    [{rules: 0, active: 0}, 'no rules yet: logflow alerts create'],
    [{last_looked: at('09:52:48')}, '12 rules, none open   engine looked 12 s ago'],
    [{active: 10, unwatched: true}, '12 rules (2 off), none open   no engine has looked yet: logflow alerts run'],
    [
      {open: 3, failing: ['a'], notices_waiting: 2, last_looked: at('09:52:48'), newest: [alert()]},
      /^12 rules, 3 open \(High error rate, service=payment, since .+, and 2 others\) {3}1 could not be evaluated {3}2 notices waiting {3}engine looked 12 s ago$/,
    ],
  ])('%j', (change, text) => {
    if (typeof text === 'string') expect(line(change)).toBe(text)
    else expect(line(change)).toMatch(text)
  })
})
