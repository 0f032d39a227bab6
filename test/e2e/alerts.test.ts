// Alerts with the real binary: from a rule to a webhook, by hand to its end; and engines that are killed.

import {spawn} from 'node:child_process'
import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, onTestFinished, test} from 'vitest'
import {BINARY, buildLogflow, cleanEnv, emptyHome, runLogflow} from '../support/run-logflow.js'
import {serving} from '../support/serving.js'
import {until} from '../support/until.js'
import {receiveWebhooks, type WebhookReceiver} from '../support/webhook-receiver.js'

const homes: string[] = []
beforeAll(buildLogflow)
afterAll(() => {
  for (const home of homes) rmSync(home, {recursive: true, force: true})
})

async function openWorld() {
  const home = emptyHome()
  homes.push(home)
  const hooks = await receiveWebhooks()
  onTestFinished(() => hooks.close())
  const logflow = async (...args: string[]) => {
    const ran = await runLogflow(args, {home, timeout: 120_000})
    expect({args, ...ran}).toMatchObject({status: 0})
    return ran.stdout
  }
  return {home, hooks, logflow}
}

type World = Awaited<ReturnType<typeof openWorld>>

const RULE = [
  '--query',
  'level>=error',
  '--threshold',
  '5',
  '--window',
  '30m',
  '--every',
  '1s',
  '--group-by',
  'service',
]

function makeRule({logflow, hooks}: World, ...flags: string[]): Promise<string> {
  return logflow('alerts', 'create', 'error burst', ...RULE, '--webhook-url', hooks.url, ...flags)
}

/** Errors of a service, now. */
async function shipErrors({home, logflow}: World, service: string): Promise<void> {
  const lines = Array.from({length: 10}, (_, i) =>
    JSON.stringify({time: new Date().toISOString(), level: 'error', service, message: `ledger out of balance by ${i}`}),
  )
  writeFileSync(join(home, `${service}.log`), `${lines.join('\n')}\n`)
  await logflow('ship', `${service}.log`)
}

function startEngine({home}: World, ...args: string[]) {
  const child = spawn(process.execPath, [BINARY, 'alerts', 'run', '--lease', '3s', ...args], {
    cwd: home,
    env: cleanEnv({HOME: home}),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 240_000,
    killSignal: 'SIGKILL',
  })
  const said = {stdout: '', stderr: ''}
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
  })
  const ended = new Promise<number | null>((done) => child.on('close', done))
  const stop = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  onTestFinished(async () => {
    await stop('SIGKILL')
  })
  return {said, stop}
}

function told({received}: WebhookReceiver, service: string) {
  return received.filter(({notice}) => notice.alerts.some(({group}) => group.service === service))
}

test('from a rule to a webhook, acknowledged, resolved, and all of it in the history', async () => {
  const world = await openWorld()
  const {logflow, hooks} = world
  await makeRule(world, '--severity', 'critical')
  await logflow('alerts', 'create', 'any error', '--query', 'level>=error', '--threshold', '0', '--window', '30m')
  await logflow('generate', '--count', '500', '--seed', '7', '--to', 'shop.log')
  await logflow('ship', 'shop.log')
  await shipErrors(world, 'billing')
  const once = JSON.parse(await logflow('alerts', 'run', '--once', '--json'))
  expect(once).toMatchObject({rules: 2, failing: [], notices_given_up: 0})
  const engine = startEngine(world, '-o', 'jsonl')
  await until(() => told(hooks, 'billing').length > 0, 90_000)
  expect(told(hooks, 'billing')[0]?.notice).toMatchObject({
    rule: {name: 'error burst', severity: 'critical'},
    alerts: [{event: 'opened', group: {service: 'billing'}, value: 10}],
  })

  const alert = JSON.parse(await logflow('alerts', 'triggered', '--rule', 'error burst', '-o', 'jsonl'))
  expect(alert).toMatchObject({state: 'open', group: {service: 'billing'}})
  await logflow('alerts', 'ack', alert.id.slice(0, 12), '--note', 'looking')
  await logflow('alerts', 'resolve', alert.id.slice(0, 12))
  expect(await engine.stop('SIGTERM')).toBe(0)
  const lines = (await logflow('alerts', 'history', '--rule', 'error burst', '-o', 'jsonl')).trim().split('\n')
  const events = lines.map((line) => JSON.parse(line).event)
  expect(events.sort()).toEqual(['acknowledged', 'notice_sent', 'opened', 'resolved'])
  expect(told(hooks, 'billing')).toHaveLength(1)
  const [rule] = JSON.parse(await logflow('alerts', 'list', '--json')).filter(
    ({name}: {name: string}) => name === 'error burst',
  )
  expect(rule.statistics).toMatchObject({health: 'ok', triggered: 1, open: 0, notices_sent: 1})
}, 300_000)

test('up evaluates rules, too, and tells so in its metrics, log and health', async () => {
  const world = await openWorld()
  await makeRule(world)
  const {home, hooks} = world
  const server = await serving(['up', '--dev'], {home})
  onTestFinished(async () => {
    await server.stop('SIGKILL')
  })
  await shipErrors(world, 'billing')
  await until(() => told(hooks, 'billing').length > 0, 90_000)
  const read = async (path: string) => (await fetch(`${server.url}${path}`)).text()
  expect(JSON.parse(await read('/health')).services).toMatchObject({alerts: 'healthy'})
  expect(await read('/metrics')).toContain('alerts_triggered_total{rule_name="error burst"} 1')
  expect(await server.stop()).toBe(0)
  const log = server.said().split('\n')
  const opened = log.find((line) => line.includes('"alert_opened"'))
  expect(JSON.parse(opened ?? '{}')).toMatchObject({rule: 'error burst', group: {service: 'billing'}, value: 10})
}, 300_000)

test('an engine that is killed while it tells, and one before it can: the next tells it under the same key', async () => {
  const world = await openWorld()
  const {hooks} = world
  await makeRule(world)
  // Nobody answers: the notice is on its way when the engine is killed. The second stands by, and goes on.
  hooks.answer = () => {}
  const first = startEngine(world, '--verbose')
  await shipErrors(world, 'billing')
  await until(() => hooks.received.length > 0, 90_000)
  const second = startEngine(world)
  await until(() => second.said.stderr.includes('standing by'), 90_000)
  await first.stop('SIGKILL')
  const hung = told(hooks, 'billing').length
  hooks.answer = (_, response) => response.writeHead(204).end()
  await until(() => second.said.stderr.includes('this one goes on') && told(hooks, 'billing').length > hung, 90_000)

  // Killed at whatever moment after the errors are there, with nobody listening.
  hooks.answer = (_, response) => response.destroy()
  await shipErrors(world, 'cart')
  await until(() => told(hooks, 'cart').length > 0, 90_000)
  await second.stop('SIGKILL')
  hooks.answer = (_, response) => response.writeHead(204).end()
  const before = told(hooks, 'cart').length
  const third = startEngine(world)
  await until(() => told(hooks, 'cart').length > before, 90_000)
  expect(await third.stop('SIGTERM')).toBe(0)
  for (const service of ['billing', 'cart'])
    expect(new Set(told(hooks, service).map(({key}) => key)).size, service).toBe(1)
}, 400_000)
