import {execFile} from 'node:child_process'
import {readdirSync} from 'node:fs'
import {resolve} from 'node:path'
import {promisify} from 'node:util'
import {beforeAll, expect, test} from 'vitest'
import {buildLogflow, cleanEnv} from '../support/run-logflow.js'
import {tempFolder} from '../support/temp-folder.js'

const DEMO = resolve(import.meta.dirname, '../../tools/demo.mjs')

beforeAll(buildLogflow)

test('the demo goes from made-up logs to one whole trace, on nothing but a folder, and leaves none behind', async () => {
  const temporary = tempFolder()
  const home = tempFolder()
  // Settings that would lead elsewhere are not the demo's.
  const elsewhere = {
    KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1',
    ELASTICSEARCH_HOSTS: 'http://127.0.0.1:1',
    LOGFLOW_TOPIC: 'x',
  }
  const {stdout, stderr} = await promisify(execFile)(process.execPath, [DEMO], {
    env: cleanEnv({HOME: home, TMPDIR: temporary, ...elsewhere}),
    cwd: home,
    timeout: 60_000,
  })
  const commands = stdout.split('\n').filter((line) => line.startsWith('$ logflow '))
  expect(commands.map((line) => line.split(' ')[2])).toEqual(['generate', 'ship', 'process', 'search', 'trace'])
  expect(stderr).toContain('30,000 lines → 30,000 records')
  expect(stderr).toContain('stored 30,000')
  const trace = stdout.slice(stdout.indexOf(commands[4] as string))
  expect(trace).toMatch(/ ERROR +orders +payment failed, order cancelled/)
  expect(trace).toMatch(/ gateway +POST \/api\/checkout (402|504)/)
  expect(stdout).toMatch(/\nThat took [\d.]+ s, with no server\. /)
  expect([readdirSync(temporary), readdirSync(home)]).toEqual([[], []])
})
