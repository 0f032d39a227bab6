import {connect} from 'node:net'
import {beforeAll, expect, onTestFinished, test} from 'vitest'
import {removedHomes} from '../support/removed-homes.js'
import {buildLogflow, runLogflow} from '../support/run-logflow.js'
import {type Serving, serving} from '../support/serving.js'
import {until} from '../support/until.js'

const newHome = removedHomes()

beforeAll(buildLogflow)

async function start(command: string[], env: Record<string, string> = {}): Promise<Serving> {
  const server = await serving(command, {home: newHome(), env})
  onTestFinished(async () => {
    await server.stop('SIGKILL')
  })
  return server
}

/** A request whose body is half sent; `finish` sends the rest and resolves to the whole answer. */
async function halfSent(port: number, body: string) {
  const socket = connect(port, '127.0.0.1')
  let said = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => resolve()).on('error', () => resolve())
  })
  const head = `POST /api/v1/trace/log HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`
  socket.write(head)
  // the server has taken the request up once it asks for the body
  await until(() => said.includes('100 Continue'))
  socket.write(body.slice(0, 10))
  return async () => {
    socket.write(body.slice(10))
    await closed
    return said
  }
}

/** True once nobody listens there any more. */
function isClosed(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.on('error', () => resolve(true))
  })
}

test('serve answers, and SIGTERM lets a request that is under way finish', async () => {
  const server = await start(['serve'])
  const root = await fetch(server.url)
  expect(await root.json()).toMatchObject({name: 'logflow', links: {docs: '/docs'}})
  await until(async () => (await fetch(`${server.url}/health`)).status === 200)
  expect((await fetch(`${server.url}/api/v1/config`)).status).toBe(401)
  const port = Number(new URL(server.url).port)
  const finish = await halfSent(port, JSON.stringify({event: 'under_way'}))
  const ended = server.stop('SIGTERM')
  await until(() => isClosed(port))
  const answer = await finish()
  expect(answer).toMatch(/HTTP\/1\.1 200 OK\r\n/)
  expect(answer).toContain('"status":"logged"')
  expect(await ended).toBe(0)
})

test('Ctrl-C ends it with 130, and its log is JSON a line where nobody looks on', async () => {
  const server = await start(['serve'])
  await fetch(`${server.url}/nowhere`, {headers: {'x-request-id': 'find-me'}})
  await until(() => server.said().includes('find-me'))
  const line = server
    .said()
    .split('\n')
    .find((one) => one.includes('find-me')) as string
  expect(JSON.parse(line)).toMatchObject({event: 'request', operation_id: 'find-me', status: 404})
  expect(await server.stop('SIGINT')).toBe(130)
})

test('a port that is taken is told in one line', async () => {
  const server = await start(['serve'])
  const {port} = new URL(server.url)
  const second = await runLogflow(['serve', '--port', port], {home: newHome()})
  expect(second.status).toBe(6)
  expect(second.stderr).toContain(`error: 127.0.0.1:${port} is taken: another program listens there\n`)
  expect(second.stderr).toContain('--port 8001, or 0 for a free one')
})

test.each([
  [['up', '--dev', '--host', '0.0.0.0'], {}, '--dev makes an admin whose password everybody knows'],
  [['serve'], {ENVIRONMENT: 'production'}, 'api.secret_key is not set, which production needs'],
  [['serve'], {SECRET_KEY: 'short'}, 'api.secret_key is shorter than 32 characters'],
  [['serve'], {LOGFLOW_API_RATE_LIMITS: 'nothing=1/hour'}, 'there is no endpoint "nothing"'],
  [['serve', '--host', '192.0.2.1'], {}, 'is no address of this machine'],
])('%j with %j does not start', async (args, env, why) => {
  const ran = await runLogflow([...args, '--port', '0'], {home: newHome(), env: env as Record<string, string>})
  expect(ran.stderr).toContain(why)
  expect(ran.status).toBe(2)
})

test('up stores what is shipped, answers for it, and ends in order', async () => {
  const server = await start(['up', '--dev'])
  expect(server.said()).toContain('warning: the account admin has the password admin123')
  const line = '2026-11-21T10:00:00Z ERROR payment declined trace_id=4bf92f3577b34da6a3ce929d0e0e4736'
  const shipped = await runLogflow(['ship', '-'], {home: server.home, input: `${line}\n`})
  expect(shipped.status).toBe(0)
  const found = async () => (await fetch(`${server.url}/metrics`)).text()
  await until(async () => /^logs_processed_total 1$/m.test(await found()))
  const health = (await (await fetch(`${server.url}/health`)).json()) as {services: object}
  expect(health.services).toMatchObject({processor: 'healthy', alerts: 'healthy'})
  const signedIn = await fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    body: new URLSearchParams({username: 'admin', password: 'admin123'}),
  })
  const {access_token: token} = (await signedIn.json()) as {access_token: string}
  const config = await fetch(`${server.url}/api/v1/config`, {headers: {authorization: `Bearer ${token}`}})
  expect(config.status).toBe(200)
  expect(await server.stop('SIGTERM')).toBe(0)
  expect(server.said()).not.toContain('processor_failed')
  const searched = await runLogflow(['search', 'declined', '--count'], {home: server.home})
  expect(searched.stdout).toContain('1')
})

test('up --no-process leaves the bus to others; the first admin comes from the environment', async () => {
  const server = await start(['up', '--no-process', '--no-alerts'], {LOGFLOW_ADMIN_PASSWORD: 'a-long-password'})
  expect(server.said()).toContain('made the first account: admin, an admin')
  const health = (await (await fetch(`${server.url}/health`)).json()) as {services: object}
  expect(health.services).not.toHaveProperty('processor')
  expect(health.services).not.toHaveProperty('alerts')
  const body = new URLSearchParams({username: 'admin', password: 'a-long-password'})
  expect((await fetch(`${server.url}/api/v1/auth/login`, {method: 'POST', body})).status).toBe(200)
  expect(server.said()).not.toContain('a-long-password')
})
