import {randomUUID} from 'node:crypto'
import {createServer} from 'node:http'
import {type AddressInfo, createServer as createTcpServer} from 'node:net'
import {expect, onTestFinished, test} from 'vitest'
import type {Scope} from '../../../src/lib/accounts/accounts.js'
import {localCaller} from '../../../src/lib/accounts/scopes.js'
import type {HistoryEntry} from '../../../src/lib/alerts/alerts.js'
import {readRule} from '../../../src/lib/alerts/check-rule.js'
import type {WrittenRule} from '../../../src/lib/alerts/rule.js'
import {runEngineOnce} from '../../../src/lib/flows/alerts/engine.js'
import {openChannels} from '../../../src/lib/notify/channels.js'
import {escapeLine} from '../../../src/lib/output/escape-controls.js'
import {silentSignals} from '../../../src/lib/telemetry/signals.js'
import {ADMIN, knownTokens} from '../../support/open-api.js'
import {runServer} from '../../support/running-server.js'

// A user of the API makes rules that are to reach what only the server can reach.

/** Holds while nothing is logged: nothing is. */
const QUIET = {
  measure: 'no_data',
  time_window: '1s',
  every: '1s',
  lateness: '0s',
  notification_channel: 'webhook',
} as const
const WRITER = {scopes: new Set<Scope>(['read', 'alerts'])}

/** Something inside, which nobody outside is to reach: counts connections. */
async function openInside() {
  let connections = 0
  const server = createTcpServer((socket) => {
    connections++
    socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 8\r\n\r\ninternal')
  })
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening)
  })
  onTestFinished(() => void server.close())
  return {port: (server.address() as AddressInfo).port, connections: () => connections}
}

async function openAttacked(env: Record<string, string> = {}) {
  const server = await runServer({
    env: {LOGFLOW_API_RATE_LIMITS: 'off', ...env},
    parts: () => ({accounts: knownTokens({ann: WRITER, bob: WRITER, root: ADMIN})}),
  })
  onTestFinished(() => server.close())
  const ask = async (as: string, line: string, body?: object) => {
    const [method, path] = line.split(' ') as [string, string]
    const response = await fetch(`${server.url}/api/v1/alerts${path}`, {
      method,
      headers: {authorization: `Bearer ${as}`, ...(body && {'content-type': 'application/json'})},
      ...(body && {body: JSON.stringify(body)}),
    })
    return {status: response.status, json: (await response.json()) as {items: HistoryEntry[]}}
  }
  const {app, config} = server
  /** Looks at all rules, some seconds after they were made, and sends what there is to send. */
  const lookAndTell = async () =>
    runEngineOnce({
      book: await app.engineBook(),
      store: app.store,
      channels: openChannels({alerts: config.alerts}),
      readRule: (written) => readRule(written),
      newId: randomUUID,
      printable: escapeLine,
      counters: silentSignals.counters,
      onNotice: () => {},
      holder: 'test',
      now: () => new Date(Date.now() + 10_000),
      leaseMs: 30_000,
      signal: AbortSignal.timeout(60_000),
    })
  return {server, ask, lookAndTell}
}

const HOSTS = [
  '127.0.0.1',
  'LOCALHOST',
  '127.1',
  '0x7f000001',
  '2130706433',
  '0177.0.0.1',
  '0',
  '0.0.0.0',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '①②⑦.0.0.1',
]

test('a rule made over the API reaches no address inside, however it is written; one made on the machine does', async () => {
  const inside = await openInside()
  const {server, ask, lookAndTell} = await openAttacked()
  for (const host of HOSTS) {
    const rule = {...QUIET, name: host, notification_config: {url: `http://${host}:${inside.port}/admin`}}
    expect((await ask('ann', 'POST /rules', rule)).status, host).toBe(201)
  }
  for (const host of HOSTS) {
    const {status, json} = await ask('ann', `POST /rules/${encodeURIComponent(host)}/notify-test`, {})
    expect(JSON.stringify([status, json]), host).toMatch(/"sent":false.*is not a public address/)
  }
  expect((await ask('bob', 'POST /rules/127.0.0.1/notify-test', {})).status).toBe(403)
  expect(inside.connections()).toBe(0)
  const report = await lookAndTell()
  expect(report).toMatchObject({opened: HOSTS.length, sent: 0, givenUp: HOSTS.length})
  expect(inside.connections()).toBe(0)
  const {json} = await ask('ann', 'GET /history')
  const failed = json.items.filter(({event}) => event === 'notice_failed')
  expect(new Set(failed.map(({rule_name}) => rule_name))).toEqual(new Set(HOSTS))
  for (const {detail} of failed) expect(detail).toContain('is not a public address')

  const alerts = await server.app.alerts()
  const own: WrittenRule = {...QUIET, name: 'own', notification_config: {url: `http://127.0.0.1:${inside.port}/`}}
  await alerts.createRule(localCaller('root'), own)
  expect(await lookAndTell()).toMatchObject({sent: 1})
  expect(inside.connections()).toBe(1)
}, 60_000)

test('a rule of the machine that is sent elsewhere over the API is the API’s from then on', async () => {
  const inside = await openInside()
  const {server, ask, lookAndTell} = await openAttacked()
  const alerts = await server.app.alerts()
  const own: WrittenRule = {...QUIET, name: 'own', notification_config: {url: 'https://hooks.example.com/'}}
  await alerts.createRule(localCaller('root'), own)
  const changed = {...own, notification_config: {url: `http://127.0.0.1:${inside.port}/`}}
  expect((await ask('ann', 'PUT /rules/own', changed)).status).toBe(403)
  expect(await ask('root', 'PUT /rules/own', changed)).toMatchObject({status: 200, json: {owner_id: 'root'}})
  expect(await lookAndTell()).toMatchObject({opened: 1, sent: 0, givenUp: 1})
  expect(inside.connections()).toBe(0)
}, 60_000)

test('a destination that is allowed leads no further: redirects are not followed', async () => {
  const inside = await openInside()
  const asked: string[] = []
  const door = createServer((request, response) => {
    asked.push(String(request.url))
    response.writeHead(307, {location: `http://127.0.0.1:${inside.port}/admin`}).end()
  })
  await new Promise<void>((listening) => {
    door.listen(0, 'localhost', listening)
  })
  onTestFinished(() => void door.close())
  const {ask, lookAndTell} = await openAttacked({LOGFLOW_ALERTS_ALLOW_DESTINATIONS: 'localhost'})
  const url = `http://localhost:${(door.address() as AddressInfo).port}/hook`
  await ask('ann', 'POST /rules', {...QUIET, name: 'door', notification_config: {url}})
  expect(await lookAndTell()).toMatchObject({opened: 1, sent: 0, givenUp: 1})
  expect(asked).toEqual(['/hook'])
  expect(inside.connections()).toBe(0)
}, 60_000)

test('secrets of the environment go to no host that a user names', async () => {
  const inside = await openInside()
  const {ask, lookAndTell} = await openAttacked({
    LOGFLOW_ALERT_TOKEN: 'of-the-operator',
    LOGFLOW_ALERTS_ALLOW_DESTINATIONS: '127.0.0.0/8',
  })
  const url = `http://127.0.0.1:${inside.port}/`
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: that is what is written
  const configs = [
    {url, headers: {'x-token': '${LOGFLOW_ALERT_TOKEN}'}},
    {url: `${url}\${LOGFLOW_ALERT_TOKEN}`},
    {url, secret: '${LOGFLOW_ALERT_TOKEN}'},
  ]
  for (const [i, notification_config] of configs.entries())
    expect((await ask('ann', 'POST /rules', {...QUIET, name: `rule ${i}`, notification_config})).status).toBe(201)
  for (const name of ['PATH', 'SECRET_KEY', 'LOGFLOW_ADMIN_PASSWORD', 'LOGFLOW_ALERTS_SMTP_PASSWORD']) {
    const notification_config = {url, headers: {'x-token': `\${${name}}`}}
    expect((await ask('ann', 'POST /rules', {...QUIET, name, notification_config})).status, name).toBe(400)
  }
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: that is what is written
  for (const i of configs.keys())
    expect((await ask('ann', `POST /rules/rule%20${i}/notify-test`, {})).json).toMatchObject({sent: false})
  expect(await lookAndTell()).toMatchObject({opened: configs.length, sent: 0, givenUp: configs.length})
  expect(inside.connections()).toBe(0)
}, 60_000)
