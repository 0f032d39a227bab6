import {expect, test} from 'vitest'
import {BadRule} from '../../../src/lib/alerts/bad-rule.js'
import {checkChannelConfig} from '../../../src/lib/notify/check-config.js'
import {maskChannelConfig, mergeMasked} from '../../../src/lib/notify/mask-config.js'

const URL_FIELD = {url: 'https://hooks.example.com/alerts'}
const SLACK_URL = 'https://hooks.slack.com/services/T0/B0/abcdef'

test.each<[string, object]>([
  ['console', {}],
  ['webhook', URL_FIELD],
  ['webhook', {url: `\${LOGFLOW_ALERT_URL}`, headers: {Authorization: `Bearer \${LOGFLOW_ALERT_TOKEN}`}}],
  ['webhook', {url: `https://h.example.com/\${LOGFLOW_ALERT_TOKEN}?x=\${LOGFLOW_ALERT_X}`, secret: 'whsec_YWJjZA=='}],
  ['webhook', {...URL_FIELD, template: {text: '{{title}} {{alert.group.service}} {{rule.labels.team}}', n: 1}}],
  ['webhook', {...URL_FIELD, template: '{"text": "{{title}}", "count": {{count}}, "all": {{alerts}}}'}],
  ['webhook', {...URL_FIELD, template: 'plain {{text}}'}],
  ['webhook', {...URL_FIELD, template: 'a={{title}}', content_type: 'application/x-www-form-urlencoded'}],
  ['slack', {url: SLACK_URL}],
  ['email', {to: ['a@example.com', `\${LOGFLOW_ALERT_ONCALL}`], subject: '{{severity}} {{rule.name}}'}],
])('%s takes %j', (channel, config) => {
  expect(() => checkChannelConfig(channel, config)).not.toThrow()
})

const bad: Array<[string, unknown, string, string?]> = [
  ['pager', {}, 'notification_channel: there is no channel "pager"', 'Write one of console, webhook, email, slack'],
  ['webhok', {}, 'notification_channel: there is no channel "webhok"', 'Did you mean webhook?'],
  [
    'console',
    {url: 'x'},
    'notification_config.url: the channel console has no such field',
    'Leave notification_config out',
  ],
  ['webhook', [], 'notification_config: must be an object, not []'],
  ['webhook', {}, 'notification_config: the channel webhook needs url'],
  [
    'webhook',
    {...URL_FIELD, header: {}},
    'notification_config.header: the channel webhook has no such field',
    'Did you mean headers?',
  ],
  ['webhook', {...URL_FIELD, constructor: 1}, 'notification_config.constructor: the channel webhook has no such field'],
  [
    'webhook',
    {url: 'hooks.example.com'},
    'notification_config.url: is no URL',
    'Write it as https://hooks.example.com/alerts',
  ],
  ['webhook', {url: 7}, 'notification_config.url: must be text, not a number'],
  ['webhook', {url: 'file:///etc/passwd'}, 'notification_config.url: must begin with https:// or http://, not "file:"'],
  ['webhook', {url: 'https://u:pw@example.com'}, 'notification_config.url: may not hold user and password'],
  [
    'webhook',
    {url: `https://\${LOGFLOW_ALERT_HOST}/x`},
    'notification_config.url: a variable may stand behind the host, or be the whole URL',
  ],
  [
    'webhook',
    {url: `https://a.example/\${HOME}`},
    'notification_config.url: the name of a variable must begin with LOGFLOW_ALERT_, in capital letters, digits and _',
    `Write \${LOGFLOW_ALERT_HOME}`,
  ],
  ['webhook', {...URL_FIELD, headers: {Host: 'x'}}, 'notification_config.headers.Host: is set by logflow itself'],
  [
    'webhook',
    {...URL_FIELD, headers: {'content-type': 'x'}},
    'notification_config.headers.content-type: is set by logflow itself',
    'Write content_type beside headers',
  ],
  [
    'webhook',
    {...URL_FIELD, headers: {a: 'x\r\nb: y'}},
    'notification_config.headers.a: holds a character that a header cannot',
  ],
  ['webhook', {...URL_FIELD, headers: {'a b': 'x'}}, 'notification_config.headers.a b: is no name of a header'],
  [
    'webhook',
    {...URL_FIELD, secret: 'whsec_!'},
    'notification_config.secret: begins with whsec_, but what follows is no base64',
  ],
  [
    'webhook',
    {...URL_FIELD, secret: '***'},
    'notification_config.secret: holds ***, which stands for a secret that is not shown',
    'Write the value again',
  ],
  [
    'webhook',
    {...URL_FIELD, template: '{{titel}}'},
    'notification_config.template: there is nothing for {{titel}}',
    'Did you mean {{title}}?',
  ],
  [
    'webhook',
    {...URL_FIELD, template: {a: ['{{name}}']}},
    'notification_config.template: there is nothing for {{name}}',
    'Did you mean {{rule.name}}?',
  ],
  [
    'webhook',
    {...URL_FIELD, template: '{{title'},
    'notification_config.template: holds {{ without a name and }} behind it',
  ],
  [
    'webhook',
    {...URL_FIELD, headers: ['a secret']},
    'notification_config.headers: must be an object of names and values, not a list',
  ],
  [
    'webhook',
    {...URL_FIELD, template: {a: 1}, content_type: 'text/plain'},
    'notification_config.template: is JSON, but content_type says text/plain',
  ],
  [
    'webhook',
    {...URL_FIELD, content_type: 'text/plain'},
    'notification_config.template: without a template the body is JSON, not text/plain',
  ],
  ['webhook', {...URL_FIELD, content_type: 'a\r\nb'}, 'notification_config.content_type: is no media type: "a\\r\\nb"'],
  ['slack', {url: SLACK_URL, channel: '#x'}, 'notification_config.channel: the channel slack has no such field'],
  ['email', {}, 'notification_config: the channel email needs to'],
  [
    'email',
    {to: 'a@example.com'},
    'notification_config.to: must be a list of addresses, not "a@example.com"',
    'Write it as ["oncall@example.com"]',
  ],
  ['email', {to: []}, 'notification_config.to: must be a list of addresses, not []'],
  [
    'email',
    {to: ['a@example.com', 'b@example.com\r\nBcc: c@d']},
    'notification_config.to[1]: is no mail address: "b@example.com\\r\\nBcc: c@d"',
  ],
  [
    'email',
    {to: ['a@b', 'Eve <eve@example.com>']},
    'notification_config.to[1]: is no mail address: "Eve <eve@example.com>"',
  ],
  ['email', {to: ['a@b'], subject: 'x\ny'}, 'notification_config.subject: must be one line'],
]

test.each(bad)('%s refuses %j', (channel, config, message, hint) => {
  let thrown: unknown
  try {
    checkChannelConfig(channel, config)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(BadRule)
  expect((thrown as BadRule).message).toBe(message)
  if (hint !== undefined) expect((thrown as BadRule).suggestions).toEqual([hint])
})

test('a template is not what keeps an engine or a server busy', () => {
  const check = (template: unknown) => () => checkChannelConfig('webhook', {...URL_FIELD, template})
  // An expression that goes back and forth would take a minute for each of these.
  const blanks = ' '.repeat(3_000)
  expect(check(`{{${blanks}`)).toThrow('holds {{ without a name and }} behind it')
  expect(check(`{{${blanks}titel${blanks}}}`)).toThrow('there is nothing for {{titel}}')
  expect(check(`{{${blanks}title${blanks}}}`)).not.toThrow()
  expect(check('{{text}}'.repeat(101))).toThrow('holds more than 100 placeholders')
  expect(check({a: ['{{text}} {{text}}'.repeat(51)]})).toThrow('holds more than 100 placeholders')
})

test('a text template that makes no JSON of every notice is refused', () => {
  const config = {...URL_FIELD, template: '{"value": {{alert.value}}}'}
  expect(() => checkChannelConfig('webhook', config)).toThrow(
    /^notification_config\.template: makes no JSON of a notice/,
  )
})

const KEPT = {
  url: 'https://hooks.example.com/team/8f3kd93kdk39dk?key=abc',
  headers: {Authorization: 'Bearer tok', 'X-Var': `\${LOGFLOW_ALERT_X}`},
  secret: 'whsec_YWJjZA==',
  template: 'a {{title}}',
}
const SHOWN = {
  url: 'https://hooks.example.com/team/***?***',
  headers: {Authorization: '***', 'X-Var': `\${LOGFLOW_ALERT_X}`},
  secret: '***',
  template: 'a {{title}}',
}

test('shows no secrets, and takes what it has shown for what is kept', () => {
  expect(maskChannelConfig('webhook', KEPT)).toEqual(SHOWN)
  expect(mergeMasked('webhook', KEPT, SHOWN)).toEqual(KEPT)
  expect(mergeMasked('webhook', KEPT, {...SHOWN, secret: 'new', template: 'b'})).toEqual({
    ...KEPT,
    secret: 'new',
    template: 'b',
  })
  expect(mergeMasked('webhook', KEPT, {url: SHOWN.url})).toEqual({url: KEPT.url})
  expect(maskChannelConfig('slack', {url: SLACK_URL})).toEqual({url: 'https://hooks.slack.com/***'})
  expect(mergeMasked('slack', {url: SLACK_URL}, {url: 'https://hooks.slack.com/***'})).toEqual({url: SLACK_URL})
  expect(maskChannelConfig('slack', {url: `\${LOGFLOW_ALERT_SLACK}`})).toEqual({url: `\${LOGFLOW_ALERT_SLACK}`})
  expect(maskChannelConfig('email', {to: ['a@b.c']})).toEqual({to: ['a@b.c']})
})

test('masked secrets do not follow a URL to another host', () => {
  const elsewhere = 'https://evil.example/'
  expect(() => mergeMasked('webhook', KEPT, {...SHOWN, url: elsewhere})).toThrow(/leads to another host/)
  expect(mergeMasked('webhook', KEPT, {url: elsewhere, secret: 'new'})).toEqual({url: elsewhere, secret: 'new'})
})

test('a mask for what is not kept stays one, which the check refuses', () => {
  const merged = mergeMasked('webhook', {url: KEPT.url}, {url: KEPT.url, headers: {a: '***'}})
  expect(() => checkChannelConfig('webhook', merged)).toThrow(/holds \*\*\*/)
})
