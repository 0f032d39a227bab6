import type {InjectOptions} from 'fastify'
import {expect, test} from 'vitest'
import type {Scope} from '../../../../src/lib/accounts/accounts.js'
import {ADMIN, knownTokens, openApi} from '../../../support/open-api.js'

const WRITER = {scopes: new Set<Scope>(['read', 'alerts'])}
const PEOPLE = {ann: WRITER, bob: WRITER, root: ADMIN, eyes: {scopes: new Set<Scope>(['read'])}}

const BURST = {name: 'error burst', query: '"card declined"', threshold: 50, time_window: 5}

interface Sent {
  /** A token of PEOPLE. */
  as?: keyof typeof PEOPLE
  body?: object
  headers?: Record<string, string>
}

/** The API, closed to those who are not signed in, and a way to ask it. */
async function openAlertsApi(env: Record<string, string> = {}) {
  const api = await openApi({
    env: {LOGFLOW_API_RATE_LIMITS: 'off', LOGFLOW_API_PUBLIC_READS: 'false', ...env},
    parts: {accounts: knownTokens(PEOPLE)},
  })
  const ask = async (line: string, {as, body, headers}: Sent = {}) => {
    const [method, path] = line.split(' ') as [InjectOptions['method'], string]
    const answer = await api.server.inject({
      method,
      url: `/api/v1/alerts${path}`,
      headers: {...headers, ...(as === undefined ? {} : {authorization: `Bearer ${as}`})},
      ...(body === undefined ? {} : {payload: body}),
    })
    return {status: answer.statusCode, headers: answer.headers, json: answer.body === '' ? undefined : answer.json()}
  }
  return {...api, ask}
}

test('a rule is made, read by name and id, changed and deleted; its version is its ETag', async () => {
  const {ask} = await openAlertsApi()
  const made = await ask('POST /rules', {as: 'ann', body: BURST})
  expect(made).toMatchObject({status: 201, headers: {etag: '"1"'}, json: {...BURST, version: 1, owner_id: 'ann'}})
  const {id} = made.json
  expect(await ask(`GET /rules/${id}`, {as: 'eyes'})).toMatchObject({
    status: 200,
    headers: {etag: '"1"'},
    json: made.json,
  })
  expect((await ask('GET /rules/Error%20BURST', {as: 'eyes'})).json).toEqual(made.json)
  expect((await ask('GET /rules', {as: 'eyes'})).json).toEqual({items: [made.json]})

  const changed = await ask(`PUT /rules/${id}`, {as: 'ann', body: {...BURST, threshold: 80}})
  expect(changed).toMatchObject({status: 200, headers: {etag: '"2"'}, json: {id, threshold: 80, version: 2}})
  expect((await ask('POST /rules', {as: 'bob', body: {...BURST, name: 'ERROR burst'}})).json).toMatchObject({
    code: 'already_there',
  })
  expect(await ask(`DELETE /rules/${id}`, {as: 'ann'})).toMatchObject({status: 204, json: undefined})
  expect((await ask(`GET /rules/${id}`, {as: 'ann'})).json).toMatchObject({code: 'not_found'})
})

test('a change is refused where the rule is no longer what was read', async () => {
  const {ask} = await openAlertsApi()
  const {json: rule} = await ask('POST /rules', {as: 'ann', body: BURST})
  const put = (match: string, threshold: number) =>
    ask(`PUT /rules/${rule.id}`, {as: 'ann', body: {...BURST, threshold}, headers: {'if-match': match}})
  expect(await put('"1"', 60)).toMatchObject({status: 200, json: {version: 2}})
  expect(await put('"1"', 70)).toMatchObject({status: 409, json: {code: 'already_there'}})
  expect(await put('*', 80)).toMatchObject({status: 200, json: {version: 3}})
  for (const match of ['1', 'W/"3"', '"3", "4"', '""', '"x"', '"99999999999999999999"'])
    expect(await put(match, 90), match).toMatchObject({status: 400, json: {code: 'usage'}})
  expect((await ask(`GET /rules/${rule.id}`, {as: 'ann'})).json).toMatchObject({threshold: 80, version: 3})
})

test('whoever did not make a rule may read it, and change nothing; admins may', async () => {
  const {ask} = await openAlertsApi()
  const {json: rule} = await ask('POST /rules', {as: 'ann', body: BURST})
  const changes = [
    [`PUT /rules/${rule.id}`, {...BURST, threshold: 1}],
    [`PUT /rules/${encodeURIComponent(BURST.name)}`, {...BURST, is_active: false}],
    [`DELETE /rules/${rule.id}`, undefined],
  ] as const
  for (const [line, body] of changes) {
    expect(await ask(line, {as: 'bob', body}), line).toMatchObject({status: 403, json: {code: 'forbidden'}})
    expect(await ask(line, {as: 'eyes', body}), line).toMatchObject({status: 403})
    expect(await ask(line, {body}), line).toMatchObject({status: 401})
  }
  expect((await ask('POST /rules', {as: 'eyes', body: {...BURST, name: 'x'}})).status).toBe(403)
  for (const line of ['GET /rules', `GET /rules/${rule.id}`, 'GET /triggered', 'GET /history', 'GET /silences']) {
    expect((await ask(line)).status, line).toBe(401)
    expect((await ask(line, {as: 'eyes'})).status, line).toBe(200)
  }
  expect((await ask(`GET /rules/${rule.id}`, {as: 'bob'})).json).toEqual(rule)
  const changed = await ask(`PUT /rules/${rule.id}`, {as: 'root', body: {...BURST, threshold: 2}})
  // It stays whose it was.
  expect(changed).toMatchObject({status: 200, json: {threshold: 2, owner_id: 'ann'}})
  expect((await ask(`DELETE /rules/${rule.id}`, {as: 'root'})).status).toBe(204)
})

test('where reads are public, nobody in particular reads, and changes nothing', async () => {
  const {ask} = await openAlertsApi({LOGFLOW_API_PUBLIC_READS: 'true'})
  const {json: rule} = await ask('POST /rules', {as: 'ann', body: BURST})
  expect(await ask('GET /rules')).toMatchObject({status: 200, json: {items: [rule]}})
  for (const line of ['GET /triggered', 'GET /history', 'GET /silences', `GET /rules/${rule.id}`])
    expect((await ask(line)).status, line).toBe(200)
  expect((await ask('POST /rules', {body: BURST})).status).toBe(401)
  expect((await ask(`DELETE /rules/${rule.id}`)).status).toBe(401)
})

test('what a caller may not say of a rule is refused, not left out', async () => {
  const {ask} = await openAlertsApi()
  const {json: rule} = await ask('POST /rules', {as: 'ann', body: BURST})
  for (const field of [
    {id: '00000000-0000-4000-8000-000000000000'},
    {owner_id: 'root'},
    {owner: 'root'},
    {version: 99},
    {created_at: '2000-01-01T00:00:00Z'},
    {updated_at: '2000-01-01T00:00:00Z'},
    {statistics: {triggered: 1_000}},
    {rule_id: 'x'},
  ]) {
    const [name] = Object.keys(field)
    const made = await ask('POST /rules', {as: 'ann', body: {...BURST, name: 'another', ...field}})
    expect(made, name).toMatchObject({
      status: 400,
      json: {code: 'usage', detail: expect.stringContaining(String(name))},
    })
    const changed = await ask(`PUT /rules/${rule.id}`, {as: 'ann', body: {...BURST, ...field}})
    expect(changed.status, name).toBe(400)
  }
  const poisoned = {...BURST, name: 'another', constructor: {prototype: {admin: true}}}
  expect((await ask('POST /rules', {as: 'ann', body: poisoned})).status).toBe(400)
  expect((await ask('GET /rules', {as: 'ann'})).json.items).toEqual([rule])
})

const BAD_RULES: Array<[what: string, field: object]> = [
  ['a query that does not parse', {query: 'level:error AND ('}],
  ['a window of nothing', {time_window: 0}],
  ['a window that is no duration', {time_window: 'soon'}],
  ['a threshold that is no number', {threshold: 'many'}],
  ['no threshold', {threshold: undefined}],
  ['an unknown condition', {condition: 'bigger_than'}],
  ['an unknown channel', {notification_channel: 'pigeon'}],
  ['a webhook without an address', {notification_channel: 'webhook', notification_config: {}}],
  ['a webhook to a file', {notification_channel: 'webhook', notification_config: {url: 'file:///etc/passwd'}}],
  ['an empty name', {name: ''}],
  ['a long name', {name: 'x'.repeat(201)}],
  ['a runbook that is a script', {runbook: 'javascript:alert(1)'}],
  ['a field that is nearly one', {treshold: 5}],
  ['four groups', {group_by: ['a', 'b', 'c', 'd']}],
]

test('a rule that cannot be is refused with the field that is wrong', async () => {
  const {ask} = await openAlertsApi()
  for (const [what, field] of BAD_RULES) {
    const {status, json} = await ask('POST /rules', {as: 'ann', body: {...BURST, ...field}})
    expect(status, what).toBe(400)
    expect(json.code, what).toMatch(/^(bad_rule|usage)$/)
    const name = Object.keys(field).at(-1)
    expect(`${json.error} ${json.detail ?? ''}`, what).toContain(name)
  }
  expect((await ask('GET /rules', {as: 'ann'})).json.items).toEqual([])
})

const CHANNELS: Array<[notification_channel: string, notification_config?: object]> = [
  ['console'],
  ['console', {}],
  ['webhook', {url: 'https://hooks.example.com/logflow', template: {text: '{{title}}'}}],
  ['slack', {url: 'https://hooks.slack.com/services/T/B/x'}],
  ['email', {to: ['oncall@example.com']}],
]

test('a rule may tell of itself by every channel; as it is read it may be sent again, and nothing changes', async () => {
  const {ask} = await openAlertsApi()
  for (const [i, [notification_channel, notification_config]] of CHANNELS.entries()) {
    const rule = {...BURST, name: `rule ${i}`, notification_channel, ...(notification_config && {notification_config})}
    const {status, json} = await ask('POST /rules', {as: 'ann', body: rule})
    expect([status, json.notification_channel]).toEqual([201, notification_channel])
    const {id, version, owner_id, created_at, updated_at, statistics, ...written} = json
    expect((await ask(`PUT /rules/${id}`, {as: 'ann', body: written})).json).toEqual(json)
  }
})

test('lists come in pages, each rule once', async () => {
  const {ask} = await openAlertsApi()
  const names = Array.from({length: 25}, (_, i) => `rule ${String(i).padStart(2, '0')}`)
  for (const name of [...names].reverse())
    await ask('POST /rules', {as: 'ann', body: {...BURST, name, is_active: name !== 'rule 07'}})
  const read: string[] = []
  let path = 'GET /rules?limit=10'
  for (const size of [10, 10, 5]) {
    const {json} = await ask(path, {as: 'eyes'})
    expect(json.items).toHaveLength(size)
    read.push(...json.items.map((rule: {name: string}) => rule.name))
    path = `GET /rules?limit=10&cursor=${json.next_cursor}`
  }
  expect(read).toEqual(names)
  expect(path).toContain('undefined')
  expect((await ask('GET /rules?active=false', {as: 'eyes'})).json.items).toMatchObject([{name: 'rule 07'}])
  for (const bad of ['limit=0', 'limit=1001', 'active=perhaps', 'order=1'])
    expect((await ask(`GET /rules?${bad}`, {as: 'eyes'})).status, bad).toBe(400)
})

test('a silence is made, listed and ended by who made it', async () => {
  const {ask} = await openAlertsApi()
  const ends_at = new Date(Date.now() + 3_600_000).toISOString()
  const silence = {matchers: {rule: 'error burst'}, ends_at, comment: 'deploy'}
  const made = await ask('POST /silences', {as: 'ann', body: silence})
  expect(made).toMatchObject({status: 201, json: {...silence, created_by: 'ann'}})
  const {id} = made.json
  expect((await ask('GET /silences', {as: 'eyes'})).json).toEqual({items: [made.json]})
  expect((await ask(`DELETE /silences/${id}`, {as: 'bob'})).status).toBe(403)
  const ended = await ask(`DELETE /silences/${id}`, {as: 'ann'})
  expect(ended).toMatchObject({status: 200, json: {id}})
  expect(Date.parse(ended.json.ends_at)).toBeLessThanOrEqual(Date.now())
  expect((await ask('GET /silences', {as: 'eyes'})).json).toEqual({items: []})
  expect((await ask('GET /silences?all=true', {as: 'eyes'})).json).toEqual({items: [ended.json]})
  for (const body of [
    {...silence, matchers: {}},
    {...silence, matchers: {rule: 1}},
    {...silence, ends_at: 'soon'},
    {...silence, ends_at: '2000-01-01T00:00:00Z'},
    {...silence, ends_at: ends_at.replace('Z', '')},
    {...silence, created_by: 'root'},
    {matchers: {rule: 'x'}},
  ])
    expect((await ask('POST /silences', {as: 'ann', body})).status, JSON.stringify(body)).toBe(400)
})

test('a rule is as large as a rule can be, and no larger', async () => {
  const {ask} = await openAlertsApi()
  const {status, json} = await ask('POST /rules', {as: 'ann', body: {...BURST, description: 'x'.repeat(300_000)}})
  expect([status, json.code]).toEqual([413, 'too_large'])
  const config = Object.fromEntries(Array.from({length: 51}, (_, i) => [`k${i}`, 1]))
  expect((await ask('POST /rules', {as: 'ann', body: {...BURST, notification_config: config}})).status).toBe(400)
})
