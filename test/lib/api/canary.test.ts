import {PassThrough} from 'node:stream'
import {expect, test} from 'vitest'
import type {Scope} from '../../../src/lib/accounts/accounts.js'
import {localCaller} from '../../../src/lib/accounts/scopes.js'
import {listen} from '../../../src/lib/api/listen.js'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {ADMIN, knownTokens, openApi} from '../../support/open-api.js'
import {openOtlpReceiver} from '../../support/otlp-receiver.js'

// Secrets are planted wherever a request, a configuration or a failing backend can carry one. None may come out: not in
// the own log, the metrics, the spans, nor in an answer that refuses. Endpoints come from /openapi.json: new ones too.

const MARK = 'Kn4ry'
const PASSWORD = `${MARK}-pass-word`
const SECRET_KEY = `${MARK}${'k'.repeat(40)}`
const JWT = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIke01BUkt9In0.${MARK}SignatureSignatureSignature`
const API_TOKEN = `lf_${MARK}${'t'.repeat(38)}`
const BASIC = Buffer.from(`someone:${PASSWORD}`).toString('base64')

const SECRETS = {
  password: PASSWORD,
  new_password: PASSWORD,
  access_token: JWT,
  token: API_TOKEN,
  client_secret: `${MARK}ClientSecret`,
  code: `${MARK}AuthorisationCode`,
  code_verifier: `${MARK}${'v'.repeat(43)}`,
  redirect_uri: `https://app.example.com/${MARK}Path?code=${MARK}Code`,
  note: `a whole body ${MARK}`,
}

interface Operation {
  method: string
  path: string
}

async function operationsOf(base: string): Promise<Operation[]> {
  const document = (await (await fetch(`${base}/openapi.json`)).json()) as {paths: Record<string, object>}
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({method: method.toUpperCase(), path})),
  )
}

/** Ways to send secrets to one endpoint, besides those of the Authorization header. */
function requestsFor({method, path}: Operation): Array<{url: string; init: RequestInit}> {
  const at = path.replace(/\{[^}]+\}/g, API_TOKEN)
  const query = `?${new URLSearchParams(SECRETS)}`
  const cookie = `session=${JWT}; password=${PASSWORD}`
  const headers = {cookie, 'x-api-key': API_TOKEN, 'x-password': PASSWORD}
  if (method === 'GET' || method === 'HEAD')
    return [
      {url: at, init: {method, headers}},
      {url: `${at}${query}`, init: {method, headers}},
    ]
  const body = (type: string, text: string) => ({
    url: at,
    init: {method, headers: {...headers, 'content-type': type}, body: text},
  })
  const json = JSON.stringify({username: 'somebody', email: 'x@example.com', ...SECRETS})
  return [
    body('application/json', json),
    body('application/json', JSON.stringify({username: 'somebody', password: PASSWORD})),
    body('application/json', json.slice(0, -20)),
    body('application/json', `${PASSWORD} ${json}`),
    body('application/json', JSON.stringify(API_TOKEN)),
    body('application/x-www-form-urlencoded', String(new URLSearchParams({username: 'somebody', ...SECRETS}))),
    body('text/plain', `password=${PASSWORD} Authorization: Bearer ${JWT}`),
    body(`application/${MARK}`, json),
    {url: `${at}${query}`, init: {method, headers}},
  ]
}

const AUTHORIZATIONS = [undefined, `Bearer ${JWT}`, `Bearer ${API_TOKEN}`, `Basic ${BASIC}`, `${PASSWORD}`]

interface Answer {
  request: string
  status: number
  text: string
}

/** The answer, or as much of it as comes in a moment where it has no end. */
async function ask(base: string, url: string, init: RequestInit): Promise<Answer> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), 1_000)
  const request = `${init.method} ${url}`
  try {
    const response = await fetch(`${base}${url}`, {...init, signal: stop.signal})
    const head = JSON.stringify([...response.headers])
    const text = response.status < 400 ? '' : await response.text()
    return {request, status: response.status, text: `${head}${text}`}
  } catch (error) {
    if (stop.signal.aborted) return {request, status: 0, text: ''}
    throw error
  } finally {
    clearTimeout(timer)
    stop.abort()
  }
}

async function walk(base: string, trusted: () => Promise<string>): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const operation of await operationsOf(base)) {
    for (const {url, init} of requestsFor(operation)) {
      // In turns somebody who may, and somebody who may not.
      const turn = answers.length
      const authorization = turn % 2 === 0 ? await trusted() : AUTHORIZATIONS[((turn - 1) / 2) % AUTHORIZATIONS.length]
      const headers = {...(init.headers as object), ...(authorization === undefined ? {} : {authorization})}
      answers.push(await ask(base, url, {...init, headers}))
    }
  }
  return answers
}

/** Lines in which something of what was planted, or one of the secrets made meanwhile, can be read. */
function leaks(text: string, made: readonly string[] = []): string[] {
  const secrets = [MARK.toLowerCase(), BASIC.toLowerCase(), ...made.map((one) => one.toLowerCase())]
  return text.split('\n').filter((line) => secrets.some((secret) => line.toLowerCase().includes(secret)))
}

/** What a refusal says besides what the caller wrote into the path, which is theirs to know. */
function refusals(answers: readonly Answer[]): string {
  const refused = answers.filter(({status}) => status >= 400)
  return refused
    .map(({request, status, text}) => `${request.split('?')[0]} ${status} ${text}`.replaceAll(API_TOKEN, ''))
    .join('\n')
}

async function openWatched(options: Parameters<typeof openApi>[0] = {}) {
  const collector = await openOtlpReceiver()
  const stream = new PassThrough({highWaterMark: 100_000_000})
  const api = await openApi({
    ...options,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      LOGFLOW_OTLP_FLUSH_TIMEOUT: '60s',
      LOGFLOW_API_RATE_LIMITS: 'off',
      SECRET_KEY,
      LOGFLOW_ELASTICSEARCH_PASSWORD: PASSWORD,
      LOGFLOW_REDIS_PASSWORD: PASSWORD,
      ...options.env,
    },
    own: {log: {stream, pretty: false, color: false, detail: 'debug'}},
  })
  const base = await listen(api.server, {host: '127.0.0.1', port: 0})
  return {
    ...api,
    base,
    /** Everything that it told of itself. */
    async told() {
      const {body: metrics} = await api.parts.signals.expose()
      await api.parts.signals.close()
      const sent = collector.requests.map(({body}) => body)
      return {log: String(stream.read() ?? ''), metrics, sent: sent.join('\n')}
    },
  }
}

test('no secret of a request comes out again, whoever asks whatever endpoint', async () => {
  const {parts, base, told} = await openWatched()
  const accounts = await parts.accounts()
  const local = localCaller('test')
  await accounts.create(local, {username: 'root', password: PASSWORD, role: 'admin'})
  const made: string[] = []
  // Some requests end what they came with.
  const token = async () => {
    const last = made.at(-1)
    const isGood = last !== undefined && (await accounts.authenticate(last, {}).catch(() => undefined)) !== undefined
    if (!isGood)
      made.push(
        (await accounts.createToken(local, {name: 'canary', scopes: [...local.scopes], username: 'root'})).token,
      )
    return `Bearer ${made.at(-1)}`
  }
  const answers = await walk(base, token)
  const signIn = new URLSearchParams({username: 'root', password: PASSWORD})
  const {access_token} = (await (await fetch(`${base}/api/v1/auth/login`, {method: 'POST', body: signIn})).json()) as {
    access_token: string
  }
  made.push(access_token)

  expect(answers.length).toBeGreaterThan(100)
  for (const status of [200, 400, 401, 404]) expect(answers.map((answer) => answer.status)).toContain(status)
  const {log, metrics, sent} = await told()
  expect(log).toContain('"event":"request"')
  expect(log).toContain('"audience":"audit"')
  expect(sent).toContain('resourceSpans')
  expect(leaks(log, made)).toEqual([])
  expect(leaks(metrics, made)).toEqual([])
  expect(leaks(sent, made)).toEqual([])
  expect(leaks(refusals(answers), made)).toEqual([])
}, 600_000)

test('no secret of the configuration comes out in the words of a backend that fails', async () => {
  const inner = new Error(
    `password authentication failed: postgres://logflow:${PASSWORD}@db/x; SECRET_KEY=${SECRET_KEY}`,
  )
  const errors = [
    new LogflowError('STORE_UNREACHABLE', `no answer from http://elastic:${PASSWORD}@es:9200`, {cause: inner}),
    new TypeError(`cannot read ${PASSWORD} of undefined, Authorization: Basic ${BASIC}`, {cause: inner}),
    new AggregateError([inner, new Error(`redis://:${PASSWORD}@cache`)], `all failed with Bearer ${JWT}`),
  ]
  let calls = 0
  const fail = async () => {
    throw errors[calls++ % errors.length]
  }
  const {base, told} = await openWatched({
    parts: {store: fail, bus: fail, database: fail, alerts: fail, accounts: knownTokens({trusted: ADMIN})},
  })
  const answers = await walk(base, async () => 'Bearer trusted')
  expect(calls).toBeGreaterThan(errors.length)
  for (const status of [500, 503]) expect(answers.map((answer) => answer.status)).toContain(status)
  const {log, metrics, sent} = await told()
  expect(log).toContain('"event":"request_failed"')
  expect(leaks(log)).toEqual([])
  expect(leaks(metrics)).toEqual([])
  expect(leaks(sent)).toEqual([])
  expect(leaks(refusals(answers))).toEqual([])
}, 600_000)

/** Secrets of rules, where each channel takes them; and mistakes beside them that are told. */
const RULES = [
  {
    name: 'webhook',
    threshold: 1,
    notification_channel: 'webhook',
    notification_config: {
      url: `https://hooks.example.invalid/${MARK}Token0123456789?key=${MARK}`,
      secret: `whsec_${Buffer.from(`${MARK} secret`).toString('base64')}${MARK}`,
      headers: {authorization: `Bearer ${JWT}`, 'x-plain': `${MARK} plain`},
    },
  },
  {
    name: 'slack',
    threshold: 1,
    notification_channel: 'slack',
    notification_config: {url: `https://hooks.example.invalid/services/T0/B0/${MARK}`},
  },
]
const MISTAKES = [
  {threshold: 'many'},
  {notification_channel: 'email'},
  {notification_channel: 'console'},
  {notification_config: {...RULES[0]?.notification_config, tpye: `${MARK}`}},
  {notification_config: {...RULES[0]?.notification_config, secret: {a: MARK}}},
  {notification_config: {...RULES[0]?.notification_config, secret: `whsec_${MARK}-`}},
  {notification_config: {...RULES[0]?.notification_config, headers: {authorization: `${MARK}\u0000`}}},
  {notification_config: {...RULES[0]?.notification_config, headers: [MARK]}},
  {notification_config: {...RULES[0]?.notification_config, headers: MARK}},
  {notification_config: {...RULES[0]?.notification_config, url: `ftp://${MARK}`}},
  {notification_config: {...RULES[0]?.notification_config, url: `https://${MARK}:${MARK}@hooks.example.invalid`}},
  {notification_config: {...RULES[0]?.notification_config, url: `not a URL ${MARK}`}},
  {notification_config: `${MARK}`},
  {notification_config: [MARK]},
]

test('no secret of a rule comes out of any endpoint, whoever asks it', async () => {
  const people = {trusted: ADMIN, other: {scopes: new Set<Scope>(['read', 'alerts'])}}
  const {base, told} = await openWatched({parts: {accounts: knownTokens(people)}})
  const answers: Array<{request: string; status: number; text: string}> = []
  const send = async (as: string, line: string, body?: object) => {
    const [method, path] = line.split(' ') as [string, string]
    const headers = {authorization: `Bearer ${as}`, ...(body && {'content-type': 'application/json'})}
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), 30_000)
    const response = await fetch(base + path, {
      method,
      headers,
      signal: stop.signal,
      body: body && JSON.stringify(body),
    })
    const endless = response.headers.get('content-type')?.startsWith('text/event-stream')
    const text = endless ? '' : await response.text()
    clearTimeout(timer)
    if (endless) stop.abort()
    answers.push({request: line, status: response.status, text: JSON.stringify([...response.headers]) + text})
    return {status: response.status, text}
  }
  const at = '/api/v1/alerts/rules'
  const ids: string[] = []
  for (const rule of RULES) {
    const {status, text} = await send('trusted', `POST ${at}`, rule)
    expect(status, text).toBe(201)
    ids.push(JSON.parse(text).id)
    for (const mistake of MISTAKES) {
      const made = await send('trusted', `POST ${at}`, {...rule, name: 'bad', ...mistake})
      expect(made.status, JSON.stringify(mistake)).toBe(400)
      await send('trusted', `PUT ${at}/${ids.at(-1)}`, {...rule, ...mistake})
    }
    await send('other', `PUT ${at}/${ids.at(-1)}`, rule)
    await send('trusted', `POST ${at}`, rule)
    expect((await send('trusted', `PUT ${at}/${ids.at(-1)}`, {...rule, threshold: 2})).status).toBe(200)
  }
  for (const {method, path} of await operationsOf(base)) {
    // The rules are to stay, to be asked about.
    if (method !== 'GET' && !path.includes('/alerts/rules/{id}/')) continue
    for (const id of path.includes('{id}') ? ids : ['x'])
      for (const as of ['trusted', 'other']) await send(as, `${method} ${path.replace(/\{[^}]+\}/g, id)}`)
  }
  const {log, metrics, sent} = await told()
  const seen = answers.map(({request, status, text}) => `${request} ${status} ${text}`)
  expect(seen.filter((line) => line.includes(RULES[0]?.name ?? '?')).length).toBeGreaterThan(3)
  expect(leaks(seen.join('\n'))).toEqual([])
  expect(leaks(log)).toEqual([])
  expect(leaks(metrics)).toEqual([])
  expect(leaks(sent)).toEqual([])
}, 600_000)
