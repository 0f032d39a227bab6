import {expect, test} from 'vitest'
import type {Notice} from '../../../src/lib/notify/notice.js'
import {sampleNotices} from '../../../src/lib/notify/sample-notices.js'
import {badPlaceholder, escapingFor, fillTemplate, type Template} from '../../../src/lib/notify/template.js'

const [FULL, BARE] = sampleNotices() as [Notice, Notice]
const AWKWARD = FULL.rule.name

test('of JSON, a string that is one placeholder is the value itself', () => {
  const template = {
    summary: 'rule {{rule.name}}!',
    value: '{{ alert.value }}',
    group: '{{alert.group}}',
    list: ['{{count}}', true, null, 3],
    missing: '{{rule.runbook}}',
    key: '{{alert.id}}',
    action: '{{action}}',
  }
  expect(JSON.parse(fillTemplate(template, FULL, 'json'))).toEqual({
    summary: `rule ${AWKWARD}!`,
    value: 1.5,
    group: {service: AWKWARD, host: null},
    list: [1, true, null, 3],
    missing: 'https://example.com/',
    key: 'alert-1',
    action: 'trigger',
  })
  expect(JSON.parse(fillTemplate(template, BARE, 'json'))).toMatchObject({
    value: null,
    missing: null,
    action: 'resolve',
  })
})

test.each<[string, Template, string]>([
  [
    'application/json',
    '{"a": "{{rule.name}}", "n": {{count}}, "l": {{alerts}}}',
    JSON.stringify({a: AWKWARD, n: 1, l: FULL.alerts}),
  ],
  ['text/plain', '{{rule.severity}}: {{alert.group.service}}', `critical: ${AWKWARD}`],
  ['application/x-www-form-urlencoded', 'a={{rule.name}}&b={{count}}', `a=${encodeURIComponent(AWKWARD)}&b=1`],
  ['text/html', '<p>{{rule.labels.team}}</p>', '<p>a &#34;quoted&#34; \\ &#60;b&#62;&#38;amp;&#60;/b&#62;\n\ttext</p>'],
])('%s: values are escaped as it needs', (type, template, wanted) => {
  const filled = fillTemplate(template, FULL, escapingFor(type))
  if (type === 'application/json') expect(JSON.parse(filled)).toEqual(JSON.parse(wanted))
  else expect(filled).toBe(wanted)
})

test('a value that looks like a placeholder stays text, and nothing but own names is read', () => {
  const notice = {...FULL, rule: {...FULL.rule, name: '{{rule.id}} {{constructor}}'}}
  expect(fillTemplate('{{rule.name}}', notice, 'none')).toBe('{{rule.id}} {{constructor}}')
  expect(fillTemplate('[{{alert.group.constructor.name}}{{alert.group.__proto__}}]', notice, 'none')).toBe('[]')
})

test('names with dots in them are found', () => {
  const alert = {...FULL.alerts[0], group: {'http.status': '500'}} as Notice['alerts'][number]
  expect(fillTemplate('{{alert.group.http.status}}', {...FULL, alerts: [alert]}, 'none')).toBe('500')
})

test.each<[Template, object | undefined]>([
  ['{{title}} {{alerts.0.group.service}} {{alert.group.any.thing}} {{rule.labels.x}}', undefined],
  ['{{rule.nam}}', {name: 'rule.nam', near: 'rule.name'}],
  [{a: [{b: '{{value}}'}]}, {name: 'value', near: 'alert.value'}],
  ['{{}}', {name: ''}],
  ['{{#alerts}}', {name: '#alerts', near: 'alerts'}],
])('%j: what stands for nothing is told', (template, bad) => {
  expect(badPlaceholder(template)).toEqual(bad)
})
