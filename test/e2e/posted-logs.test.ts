import {once} from 'node:events'
import {type IncomingMessage, request} from 'node:http'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'
import {type Serving, serving} from '../support/serving.js'
import {until} from '../support/until.js'

// The whole road of a posted line, through the real binary: POST /logs → bus → processor → store → search and tail.

const LOGIN = {'content-type': 'application/x-www-form-urlencoded'}
let running: Serving[] = []

beforeAll(buildLogflow)
afterAll(async () => {
  for (const server of running) await server.stop('SIGKILL')
  running = []
})

async function up(home: string): Promise<Serving> {
  const server = await serving(['up', '--dev'], {home, env: {LOGFLOW_API_RATE_LIMITS: 'off'}})
  running.push(server)
  return server
}

async function signIn({url}: Serving): Promise<string> {
  const answer = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: LOGIN,
    body: 'username=admin&password=admin123',
  })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as {access_token: string}).access_token
}

const get = async ({url}: Serving, path: string) => {
  const answer = await fetch(`${url}/api/v1${path}`)
  return {status: answer.status, body: (await answer.json()) as Record<string, unknown>}
}

interface Found {
  total: number
  records: Array<{id: string; message: string; service: string; trace_id?: string}>
}

const search = async (server: Serving, query: string) =>
  (await get(server, `/logs/search?total=true&${query}`)).body as unknown as Found

/** Units on the bus that the processor has not passed yet. */
async function lagOf({url}: Serving): Promise<number> {
  const answer = await fetch(`${url}/api/v1/bus/-/describe`, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({group: 'logflow'}),
  })
  const {partitions} = (await answer.json()) as {partitions: Array<{next: number; committed?: number}>}
  return partitions.reduce((lag, {next, committed = 0}) => lag + next - committed, 0)
}

test('posted lines are followed, found, counted and read one by one', async () => {
  const server = await up(emptyHome())
  const token = await signIn(server)
  const stream = request(`${server.url}/api/v1/logs/stream?service=shop`).end()
  const [answer] = (await once(stream, 'response')) as [IncomingMessage]
  let followed = ''
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    followed += chunk
  })
  await until(() => followed.includes('event: caught_up'))

  const posted = await fetch(`${server.url}/api/v1/logs?service=shop&ids=true`, {
    method: 'POST',
    headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json'},
    body: JSON.stringify([
      {level: 'error', message: 'card declined', trace_id: '4bf92f3577b34da6a3ce929d0e0e4736'},
      'plain line',
    ]),
  })
  expect(posted.status).toBe(202)
  const {accepted, ids} = (await posted.json()) as {accepted: number; ids: string[]}
  expect(accepted).toBe(2)

  await until(() => followed.includes('card declined') && followed.includes('plain line'))
  stream.destroy()
  const found = await search(server, 'trace_id=4bf92f3577b34da6a3ce929d0e0e4736')
  expect(found.records).toMatchObject([{id: ids[0], message: 'card declined', service: 'shop', level: 'ERROR'}])
  expect((await get(server, `/logs/${ids[1]}`)).body).toMatchObject({id: ids[1], message: 'plain line'})
  expect((await get(server, '/metrics/overview')).body).toMatchObject({records: 2, errors: 1})
  const cli = await runLogflow(['search', '--service', 'shop', '--count'], {home: server.home})
  expect([cli.stdout, cli.status]).toEqual(['{"count":2}\n', 0])
  expect(await server.stop()).toBe(0)
})

test('a server that is killed at any moment of a POST: sent again with its key, each record is there once', async () => {
  const home = emptyHome()
  const lines = (round: number) =>
    Array.from({length: 300}, (_, i) => ({message: `line ${i} of round ${round}`, service: `r${round}`}))
  let server = await up(home)
  const rounds = 2
  for (let round = 0; round < rounds; round++) {
    const token = await signIn(server)
    const post = ({url}: Serving, bearer: string) =>
      fetch(`${url}/api/v1/logs`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${bearer}`,
          'content-type': 'application/json',
          'idempotency-key': `round-${round}`,
        },
        body: JSON.stringify(lines(round)),
      })
    const first = post(server, token).then(
      ({status}) => status,
      () => 'broken off',
    )
    // Whatever it is doing then: nothing that is asserted below depends on it.
    await new Promise((resolve) => setTimeout(resolve, 5 + round * 20))
    await server.stop('SIGKILL')
    expect([202, 'broken off']).toContain(await first)
    server = await up(home)
    expect((await post(server, await signIn(server))).status).toBe(202)
  }
  // What came a second time has been passed by the processor as well once it has no lag.
  await until(async () => (await lagOf(server)) === 0)
  for (let round = 0; round < rounds; round++) {
    expect([round, (await search(server, `service=r${round}&limit=1`)).total]).toEqual([round, 300])
  }
  expect(await server.stop()).toBe(0)
})
