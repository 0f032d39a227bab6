import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterEach, expect, test} from 'vitest'
import {openChannels} from '../../../src/lib/notify/channels.js'
import type {Notice, NoticeAlert} from '../../../src/lib/notify/notice.js'
import {sampleNotices} from '../../../src/lib/notify/sample-notices.js'
import {escapeMrkdwn, slackMessage} from '../../../src/lib/notify/slack-message.js'

const NOTICE = sampleNotices()[0] as Notice
const ALERT = NOTICE.alerts[0] as NoticeAlert

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

/** What Slack would refuse with invalid_blocks, by its documentation. */
function mistakes({text, blocks}: ReturnType<typeof slackMessage>): string[] {
  const found: string[] = []
  const check = (what: string, value: string, most: number) => {
    if (value === '' || value.length > most) found.push(`${what}: ${value.length} characters`)
  }
  if (blocks.length > 50) found.push(`${blocks.length} blocks`)
  check('text', text, 4_000)
  for (const block of blocks) {
    if (block.type === 'header') check('header', block.text.text, 150)
    if (block.type === 'context') for (const {text: one} of block.elements) check('context', one, 3_000)
    if (block.type !== 'section') continue
    if (block.text) check('section', block.text.text, 3_000)
    if ((block.fields?.length ?? 1) > 10) found.push('fields')
    for (const field of block.fields ?? []) check('field', field.text, 2_000)
  }
  return found
}

test('a message for people', () => {
  const notice: Notice = {
    id: 'n1',
    rule: {
      id: 'r1',
      name: 'High error rate',
      description: 'Cards fail',
      severity: 'critical',
      labels: {team: 'shop'},
      runbook: 'https://example.com/run|book',
    },
    condition: 'count > 100 in 5m',
    created_at: '2026-01-01T00:00:00Z',
    test: false,
    more: 0,
    alerts: [
      {
        id: 'a1',
        event: 'opened',
        group: {service: 'payment'},
        value: 1204,
        opened_at: '2026-01-01T00:00:00Z',
        command: "logflow search 'service:payment level>=error'",
        samples: ['card <declined> & `gone`', '<!channel> look'],
      },
    ],
  }
  expect(slackMessage(notice)).toEqual({
    text: 'CRITICAL opened: High error rate (service payment)',
    blocks: [
      {
        type: 'header',
        text: {type: 'plain_text', text: 'CRITICAL opened: High error rate (service payment)', emoji: false},
      },
      {type: 'section', text: {type: 'mrkdwn', text: '*Condition* count &gt; 100 in 5m\nCards fail'}},
      {
        type: 'section',
        fields: [
          {type: 'mrkdwn', text: '*Opened*\n<!date^1767225600^{date_short_pretty} {time_secs}|2026-01-01T00:00:00Z>'},
          {type: 'mrkdwn', text: '*Of*\nservice payment'},
          {type: 'mrkdwn', text: '*Measured*\nvalue 1,204'},
        ],
      },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: "```card &lt;declined&gt; &amp; ˋgoneˋ\n&lt;!channel&gt; look\n$ logflow search 'service:payment level&gt;=error'```",
        },
      },
      {
        type: 'context',
        elements: [
          {type: 'mrkdwn', text: 'critical · logflow · n1 · team=shop · <https://example.com/run%7Cbook|Runbook>'},
        ],
      },
    ],
  })
})

test('a notice of a hundred alerts with long texts keeps within the limits', () => {
  const long = '<&>'.repeat(4_000)
  const alert: NoticeAlert = {
    ...ALERT,
    group: {service: long, host: long},
    detail: {example: long},
    command: long,
    samples: [long, long],
  }
  const notice: Notice = {
    ...NOTICE,
    rule: {
      ...NOTICE.rule,
      name: long,
      description: long,
      labels: {a: long},
      runbook: `https://example.com/${'x'.repeat(5_000)}`,
    },
    condition: long,
    alerts: Array.from({length: 100}, () => alert),
    more: 900,
  }
  const message = slackMessage(notice)
  expect(mistakes(message)).toEqual([])
  expect(JSON.stringify(message)).toContain('and 980 more')
  expect(sampleNotices().flatMap((one) => mistakes(slackMessage(one)))).toEqual([])
})

test('what is cut is not cut within &amp;, nor within a pair', () => {
  expect(escapeMrkdwn('a&b', 4)).toBe('a…')
  expect(escapeMrkdwn('a&b', 8)).toBe('a&amp;b')
  expect(escapeMrkdwn('😀😀', 4)).toBe('😀…')
})

test.each([
  [200, 'ok', {sent: true, detail: 'answered 200'}],
  [400, 'invalid_payload', {sent: false, reason: 'answered 400: invalid_payload', retriable: false}],
  [404, 'no_service', {sent: false, reason: 'answered 404: no_service', retriable: false}],
  [403, '<html>secret</html>', {sent: false, reason: 'answered 403', retriable: false}],
  [429, '', {sent: false, reason: 'answered 429', retriable: true, afterMs: 30_000}],
  [500, 'rollup_error', {sent: false, reason: 'answered 500: rollup_error', retriable: true}],
])('an answer of %i %s', async (status, text, outcome) => {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      bodies.push(body)
      response.writeHead(status, status === 429 ? {'retry-after': '30'} : {}).end(text)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  const variables = {LOGFLOW_ALERT_SLACK_URL: `http://127.0.0.1:${port}/services/T0/B0/x`}
  const slack = openChannels({alerts: {allowDestinations: [], variables}}).get('slack')
  const target = {config: {url: `\${LOGFLOW_ALERT_SLACK_URL}`}, trusted: true, signal: new AbortController().signal}
  expect(await slack?.send(NOTICE, target)).toEqual(outcome)
  expect(bodies.map((body) => JSON.parse(body))).toEqual([slackMessage(NOTICE)])
})
