import {Agent, request} from 'node:http'
import {Ajv2020} from 'ajv/dist/2020.js'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {type Case, casesOf, type Operation, operationsOf, type Schema} from '../support/api-cases.js'
import {buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'
import {type Serving, serving} from '../support/serving.js'

// Every operation of the document is asked in every bad way that its schemas suggest, by nobody, by a plain user and by
// an admin. Never is the answer the server's fault; it is one that the document names, in the shape that it says.

const SEED = 20_260_101
/** LOGFLOW_FUZZ=full: every text on every parameter, which takes minutes. */
const EFFORT = process.env.LOGFLOW_FUZZ === 'full' ? {texts: 100, bodies: 100} : {texts: 5, bodies: 8}
const PASSWORD = 'correct horse battery'

let server: Serving
let operations: Operation[]
const bearers = new Map<string, string | undefined>()

beforeAll(async () => {
  await buildLogflow()
  const home = emptyHome()
  await runLogflow(['generate', '--count', '200', '--seed', '1', '--quiet'], {home})
  await runLogflow(['process', '--once', '--quiet'], {home})
  server = await serving(['serve'], {
    home,
    env: {LOGFLOW_ADMIN_PASSWORD: PASSWORD, LOGFLOW_API_RATE_LIMITS: 'off', LOGFLOW_API_REQUEST_TIMEOUT: '120s'},
  })
  operations = operationsOf((await ask({method: 'GET', path: '/openapi.json'})).json as Schema)
  bearers.set('nobody', undefined)
  bearers.set('admin', await signIn('admin', PASSWORD))
  const user = {username: 'plain', password: PASSWORD}
  await ask({method: 'POST', path: '/api/v1/auth/register', body: JSON.stringify(user), headers: JSON_TYPE})
  bearers.set('user', await signIn(user.username, user.password))
})

afterAll(async () => {
  agent.destroy()
  expect(await server?.stop()).toBe(0)
})

test('there is much to ask', () => {
  expect(operations.length).toBeGreaterThan(25)
  expect([...bearers].filter(([, bearer]) => bearer === undefined)).toHaveLength(1)
})

test.each(['nobody', 'user', 'admin'])('no bad request of %s is answered as a fault of the server', async (who) => {
  const check = answersChecker()
  const wrong: string[] = []
  let asked = 0
  for (const [i, operation] of operations.entries()) {
    // Asked to forget itself, or everybody else, a server has nothing left to be asked about.
    if (/logout|users\.(delete|remove)|password/.test(operation.id) && who === 'admin') continue
    const cases = casesOf(operation, SEED + i, EFFORT)
    for (const one of who === 'admin' ? cases : cases.filter((_, at) => at % 3 === 0)) {
      asked++
      const answer = await ask({
        method: operation.method,
        path: one.path,
        body: one.body,
        headers: {...one.headers, ...authorization(who)},
        cut: operation.streams,
      })
      const complaint = check(one, answer)
      if (complaint) wrong.push(`${operation.method} ${one.path.slice(0, 200)} (${one.what}): ${complaint}`)
    }
  }
  expect(asked).toBeGreaterThan(100)
  expect(wrong).toEqual([])
})

test('it is as well afterwards as it was before', async () => {
  await expect.poll(async () => (await ask({method: 'GET', path: '/health'})).status, {timeout: 60_000}).toBe(200)
  expect(server.child.exitCode).toBe(null)
  expect(server.said()).not.toMatch(/internal error|unhandled|TypeError|RangeError/i)
})

const agent = new Agent({keepAlive: true, maxSockets: 1})

const JSON_TYPE = {'content-type': 'application/json'}

function authorization(who: string): Record<string, string> {
  const bearer = bearers.get(who)
  return bearer === undefined ? {} : {authorization: `Bearer ${bearer}`}
}

async function signIn(username: string, password: string): Promise<string> {
  const body = String(new URLSearchParams({username, password}))
  const headers = {'content-type': 'application/x-www-form-urlencoded'}
  const {json, status} = await ask({method: 'POST', path: '/api/v1/auth/login', body, headers})
  if (status !== 200) throw new Error(`${username} could not sign in: ${status} ${JSON.stringify(json)}`)
  return (json as {access_token: string}).access_token
}

/** Says what is wrong with an answer, or nothing. */
function answersChecker(): (one: Case, answer: Answer) => string | undefined {
  const ajv = new Ajv2020({strict: false, validateFormats: false})
  return ({operation}, {status, headers, json, text}) => {
    // A machine that is busy elsewhere may keep a part waiting for longer than health does.
    const late = status === 503 && operation.id.startsWith('health')
    if (status >= 500 && status !== 501 && !late) return `answered ${status}: ${text.slice(0, 300)}`
    if (typeof headers['x-request-id'] !== 'string') return 'no X-Request-ID'
    if (headers['set-cookie'] !== undefined) return 'a cookie was set'
    if (status >= 400 && typeof (json as {error?: unknown})?.error !== 'string')
      return `${status} without an error text: ${text.slice(0, 200)}`
    const named = operation.statuses.find((name) => name === String(status) || name === `${Math.floor(status / 100)}XX`)
    if (named === undefined) return `${status} is not in the document`
    const schema = operation.answers.get(named)
    if (schema === undefined || json === undefined) return undefined
    return ajv.validate(schema, json) ? undefined : `${status} is not as documented: ${ajv.errorsText().slice(0, 300)}`
  }
}

interface Ask {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** Goes away once it is answered. */
  cut?: boolean
}

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  json?: unknown
}

/** By hand, since fetch mends what is to be sent as it is. */
function ask({method, path, headers, body, cut}: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, {method, headers, agent, timeout: 60_000}, (answer) => {
      const done = (text: string) => {
        const json =
          /json/.test(answer.headers['content-type'] ?? '') && !/ndjson/.test(answer.headers['content-type'] ?? '')
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text,
          ...(json && text ? {json: JSON.parse(text)} : {}),
        })
      }
      if (cut && answer.statusCode === 200) {
        answer.destroy()
        return done('')
      }
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => done(text))
      answer.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)))
    sent.on('error', reject)
    sent.end(body)
  })
}
