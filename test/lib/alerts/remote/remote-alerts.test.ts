import {randomUUID} from 'node:crypto'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {expect, onTestFinished, test} from 'vitest'
import type {Caller} from '../../../../src/lib/accounts/accounts.js'
import {scopesOf} from '../../../../src/lib/accounts/scopes.js'
import {RemoteAlerts} from '../../../../src/lib/alerts/remote/remote-alerts.js'
import {RemoteClient} from '../../../../src/lib/remote/client.js'
import {type AlertPerson, alertsContract} from '../../../contracts/alerts.js'
import {workingUser} from '../../../support/open-alerts.js'
import {knownTokens} from '../../../support/open-api.js'
import {runServer} from '../../../support/running-server.js'

/** A server, and a way to make people who ask it. */
async function serveAlerts() {
  const people: Record<string, Caller> = {}
  const server = await runServer({
    env: {LOGFLOW_API_RATE_LIMITS: 'off'},
    parts: () => ({accounts: knownTokens(people)}),
  })
  const person = async (change: Partial<Caller> = {}): Promise<AlertPerson> => {
    const caller = await workingUser(await server.app.database(), change)
    const token = randomUUID()
    people[token] = caller
    return {alerts: new RemoteAlerts(new RemoteClient({url: server.url, token})), caller}
  }
  return {server, person}
}

alertsContract('alerts of a server', async () => {
  const {server, person} = await serveAlerts()
  return {
    admin: await person({role: 'admin', scopes: scopesOf('admin')}),
    somebody: () => person(),
    reader: () => person({scopes: new Set(['read']), tokenId: 'token'}),
    book: await server.app.engineBook(),
    close: () => server.close(),
  }
})

test('names are found whatever they are made of, and lead nowhere else', async () => {
  const {server, person} = await serveAlerts()
  onTestFinished(() => server.close())
  const {alerts, caller} = await person()
  const names = [
    '.',
    '..',
    'a/b',
    '../../auth/me',
    '%2e%2e',
    'a?b=c#d',
    'notify-test',
    '"1"',
    '🚨'.repeat(100),
    '\u202eevil',
  ]
  for (const name of names) await alerts.createRule(caller, {name, threshold: 1})
  for (const name of names) expect(await alerts.showRule(caller, name)).toMatchObject({name})
  for (const name of ['', '...', '\ud800', './a'])
    await expect(alerts.showRule(caller, name), name).rejects.toMatchObject({code: 'NOT_FOUND'})
  for (const id of ['', '.', '..', 'a/b'])
    await expect(alerts.acknowledge(caller, id), id).rejects.toMatchObject({code: 'NOT_FOUND'})
  await alerts.removeRule(caller, '..')
  expect(await alerts.listRules(caller)).toHaveLength(names.length - 1)
})

test('a change whose answer was lost is not sent again', async () => {
  const asked: string[] = []
  const server = createServer((request) => {
    asked.push(String(request.method))
    request.socket.destroy()
  })
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening)
  })
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const alerts = new RemoteAlerts(new RemoteClient({url}))
  const caller = {subject: 'x', role: 'user', scopes: scopesOf('user')} as const
  const changes = [
    () => alerts.createRule(caller, {name: 'x'}),
    () => alerts.updateRule(caller, 'x', {name: 'x'}),
    () => alerts.removeRule(caller, 'x'),
    () => alerts.resolve(caller, 'x'),
    () => alerts.silence(caller, {matchers: {rule: 'x'}, ends_at: '2030-01-01T00:00:00Z'}),
  ]
  for (const change of changes) {
    asked.length = 0
    await expect(change()).rejects.toMatchObject({code: 'SERVER_UNREACHABLE'})
    expect(asked).toHaveLength(1)
  }
})
