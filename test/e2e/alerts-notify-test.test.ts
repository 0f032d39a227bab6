import {writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {beforeAll, expect, onTestFinished, test} from 'vitest'
import {buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'

beforeAll(buildLogflow)

async function receiver(status: number) {
  const got: Array<{auth: string | undefined; body: {test: boolean; rule: {name: string}}}> = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      got.push({auth: request.headers.authorization, body: JSON.parse(body)})
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => void server.close(() => resolve())))
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`, got}
}

function ruleFile(home: string, url: string): string {
  const path = join(home, 'rule.yaml')
  writeFileSync(
    path,
    `name: High error rate
threshold: 10
notification_channel: webhook
notification_config:
  url: ${url}
  headers: {Authorization: "Bearer \${LOGFLOW_ALERT_TOKEN}"}
`,
  )
  return path
}

test('a rule of a file, and the same kept: its destination gets a notice that says it is a test', async () => {
  const home = emptyHome()
  const {url, got} = await receiver(200)
  const file = ruleFile(home, url)
  const env = {LOGFLOW_ALERT_TOKEN: 'tok-en'}
  const ofFile = await runLogflow(['alerts', 'notify-test', '--file', file, '-o', 'json'], {home, env})
  expect(ofFile).toMatchObject({status: 0, stderr: ''})
  expect(JSON.parse(ofFile.stdout)).toMatchObject({
    rule: 'High error rate',
    channel: 'webhook',
    sent: true,
    detail: 'answered 200',
  })

  expect(await runLogflow(['alerts', 'apply', file], {home, env})).toMatchObject({status: 0})
  const kept = await runLogflow(['alerts', 'notify-test', 'high error RATE', '-o', 'pretty'], {home, env})
  expect(kept).toMatchObject({status: 0, stderr: ''})
  expect(kept.stdout).toMatch(/^✓ webhook of High error rate took the test notice after .*: answered 200\n$/)
  const wanted = {auth: 'Bearer tok-en', body: {test: true, rule: {name: 'High error rate'}}}
  expect(got).toMatchObject([wanted, wanted])
})

test('what was not taken is told, with exit status 1', async () => {
  const home = emptyHome()
  const {url} = await receiver(503)
  const file = ruleFile(home, url)
  const refused = await runLogflow(['alerts', 'notify-test', '--file', file, '-o', 'pretty'], {
    home,
    env: {LOGFLOW_ALERT_TOKEN: 'x'},
  })
  expect(refused.status).toBe(1)
  expect(refused.stdout).toMatch(
    /^✗ webhook of High error rate did not take .*: answered 503; a real one would be tried again\n$/,
  )
  expect(refused.stderr).toContain('the test notice of High error rate did not arrive')
  const unset = await runLogflow(['alerts', 'notify-test', '--file', file, '-o', 'json'], {home})
  expect(unset.status).toBe(1)
  expect(JSON.parse(unset.stdout)).toMatchObject({
    sent: false,
    retriable: true,
    detail: 'the environment variable LOGFLOW_ALERT_TOKEN is not set',
  })
})

test('no rule, none of that name, and one that cannot be', async () => {
  const home = emptyHome()
  expect(await runLogflow(['alerts', 'notify-test'], {home})).toMatchObject({status: 2, stdout: ''})
  expect(await runLogflow(['alerts', 'notify-test', 'nothing'], {home})).toMatchObject({status: 1, stdout: ''})
  const file = ruleFile(home, 'ftp://x/')
  const bad = await runLogflow(['alerts', 'notify-test', '--file', file], {home})
  expect(bad).toMatchObject({status: 2, stdout: ''})
  expect(bad.stderr).toContain('rule.yaml:5:')
})
