import {expect, test} from 'vitest'
import {openChannels} from '../../../src/lib/notify/channels.js'
import {consoleText} from '../../../src/lib/notify/console.js'
import type {Notice} from '../../../src/lib/notify/notice.js'

const NOTICE: Notice = {
  id: 'n1',
  rule: {
    id: 'r1',
    name: 'High error rate',
    description: '',
    severity: 'critical',
    labels: {},
    runbook: 'https://example.com/run',
  },
  condition: 'count > 100 in 5m',
  created_at: '2026-01-01T09:41:00Z',
  test: false,
  more: 3,
  alerts: [
    {
      id: 'a1',
      event: 'opened',
      group: {service: 'pay\x1b[31mment'},
      value: 1204,
      opened_at: '2026-01-01T09:41:00Z',
      command: "logflow search 'level>=error'",
      samples: ['card declined\nrm -rf', 'ok \u202e'],
    },
    {
      id: 'a2',
      event: 'resolved',
      group: {service: 'mail'},
      opened_at: '2026-01-01T09:31:00Z',
      resolved_at: '2026-01-01T09:41:00Z',
      command: 'x',
      samples: [],
    },
  ],
}
const SCREEN = {isTerminal: false, width: Number.POSITIVE_INFINITY, color: false}

test('a line an alert, with its samples; nothing that a terminal would act on', () => {
  expect(consoleText(NOTICE, {format: 'pretty', screen: SCREEN})).toBe(
    [
      '✗ CRITICAL  opened  High error rate · service pay\\x1b[31mment  value 1,204; count > 100 in 5m; since 2026-01-01T09:41:00Z',
      '  | card declined\\nrm -rf',
      '  | ok \\u202e',
      "  logflow search 'level>=error'",
      '✓ CRITICAL  resolved  High error rate · service mail  count > 100 in 5m; since 2026-01-01T09:31:00Z',
      '  and 3 more of High error rate',
      '  runbook: https://example.com/run',
      '',
    ].join('\n'),
  )
})

test('colours, ASCII, and a test that says so', () => {
  const [alert] = NOTICE.alerts
  const notice = {...NOTICE, test: true, more: 0, alerts: alert ? [{...alert, samples: []}] : []}
  const colored = consoleText(notice, {format: 'pretty', screen: {...SCREEN, color: true}})
  expect(colored).toContain('\x1b[31m✗ CRITICAL  opened')
  expect(consoleText(notice, {format: 'pretty', screen: {...SCREEN, ascii: true}})).toMatch(/^TEST !! CRITICAL/)
})

test('JSON lines hold the notice', async () => {
  const written: string[] = []
  const output = {format: 'jsonl' as const, screen: SCREEN, write: (text: string) => void written.push(text)}
  const channel = openChannels({alerts: {allowDestinations: [], variables: {}}, console: output}).get('console')
  const target = {config: {}, trusted: false, signal: new AbortController().signal}
  expect(await channel?.send(NOTICE, target)).toEqual({sent: true})
  expect(written.join('').split('\n')).toHaveLength(2)
  expect(JSON.parse(written.join(''))).toEqual(NOTICE)
  expect(consoleText(NOTICE, {format: 'jsonl', screen: {...SCREEN, isTerminal: true}})).toContain('\\u202e')
})

test('a console that is closed is tried again; where there is none, not', async () => {
  const target = {config: {}, trusted: true, signal: new AbortController().signal}
  const output = {
    format: 'pretty' as const,
    screen: SCREEN,
    write: () => {
      throw new Error('the reader has gone')
    },
  }
  const alerts = {allowDestinations: [], variables: {}}
  expect(await openChannels({alerts, console: output}).get('console')?.send(NOTICE, target)).toEqual({
    sent: false,
    reason: 'could not be written: the reader has gone',
    retriable: true,
  })
  expect(await openChannels({alerts}).get('console')?.send(NOTICE, target)).toMatchObject({
    sent: false,
    retriable: false,
  })
})
