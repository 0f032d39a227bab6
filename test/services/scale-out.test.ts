import {type ChildProcess, spawn} from 'node:child_process'
import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {BINARY, buildLogflow, cleanEnv, emptyHome, runLogflow} from '../support/run-logflow.js'
import {canStartElasticsearch, type RunningElasticsearch, useElasticsearch} from './start-elasticsearch.js'
import {hasKafka, type RunningKafka, useKafka} from './start-kafka.js'

// Several processors share the partitions of a topic: they join, leave and die while logs come in, and each record
// is in the store once.

const NAME = 'several processors on one topic'
const KAFKA_PORT = 19_100
const ES_PORT = 19_210
const VERSION = '8.19.21'
const FILES = 8
const LINES = 500
/** A member that died is missed after its session has run out. */
const SETTLED = {timeout: 120_000, interval: 500}

const given = process.env.LOGFLOW_TEST_ES !== undefined
const runnable = hasKafka(NAME) && (given || canStartElasticsearch(NAME, VERSION))

describe.skipIf(!runnable)(NAME, () => {
  const home = emptyHome()
  const children: ChildProcess[] = []
  let kafka: RunningKafka
  let elasticsearch: RunningElasticsearch
  let env: Record<string, string>

  beforeAll(async () => {
    await buildLogflow()
    kafka = await useKafka(KAFKA_PORT)
    elasticsearch = await useElasticsearch(given ? undefined : VERSION, ES_PORT)
    const run = `scale-out-${process.pid}`
    env = {
      KAFKA_BOOTSTRAP_SERVERS: kafka.addresses.join(','),
      ELASTICSEARCH_HOSTS: elasticsearch.url,
      LOGFLOW_TOPIC: run,
      LOGFLOW_GROUP: run,
      LOGFLOW_ELASTICSEARCH_INDEX: run,
    }
  })
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    await elasticsearch?.stop()
    await kafka?.stop()
    rmSync(home, {recursive: true, force: true})
  })

  function startProcessor() {
    const child = spawn(process.execPath, [BINARY, 'process', '--json'], {
      cwd: home,
      env: cleanEnv({HOME: home, ...env}),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    const ended = new Promise<{status: number | null; stored: number}>((done) => {
      child.on('close', (status) => done({status, stored: out === '' ? 0 : JSON.parse(out).stored}))
    })
    return {
      stop: (signal: NodeJS.Signals) => {
        child.kill(signal)
        return ended
      },
    }
  }

  const onServers = (...args: string[]) => runLogflow(args, {home, env, timeout: 60_000})

  const lineOf = (part: number, file: number, line: number) => `part ${part} file ${file} line ${line}`

  async function ship(part: number): Promise<void> {
    const dir = join(home, `part${part}`)
    mkdirSync(dir)
    for (let file = 0; file < FILES; file++) {
      const lines = Array.from({length: LINES}, (_, line) => `${lineOf(part, file, line)}\n`)
      writeFileSync(join(dir, `${file}.log`), lines.join(''))
    }
    expect(await onServers('ship', `part${part}`)).toMatchObject({status: 0})
  }

  const stored = async () => Number((await onServers('search', '--count', '-o', 'pretty')).stdout)
  const storedOf = (parts: number) => parts * FILES * LINES

  test('join, leave in order and die: every line is stored, and none twice', async () => {
    const first = startProcessor()
    await ship(1)
    await expect.poll(stored, SETTLED).toBe(storedOf(1))
    const second = startProcessor()
    await ship(2)
    await expect.poll(stored, SETTLED).toBe(storedOf(2))
    const third = startProcessor()
    await ship(3)
    const left = await first.stop('SIGTERM')
    expect(left.status).toBe(0)
    expect(left.stored).toBeGreaterThanOrEqual(storedOf(1))
    await ship(4)
    await second.stop('SIGKILL')
    await expect.poll(stored, SETTLED).toBe(storedOf(4))
    const last = await third.stop('SIGTERM')
    expect(last.status).toBe(0)

    const {stdout} = await onServers('search', '-n', 'all', '--fields', 'message')
    const found = stdout
      .split('\n')
      .filter(Boolean)
      .map((text) => JSON.parse(text).message as string)
    const sent = [1, 2, 3, 4].flatMap((part) =>
      Array.from({length: FILES}, (_, file) =>
        Array.from({length: LINES}, (_, line) => lineOf(part, file, line)),
      ).flat(),
    )
    expect(found.sort()).toEqual(sent.sort())
  }, 400_000)

  test('what nobody had committed is read again by whoever comes next, and nothing is doubled', async () => {
    const next = await onServers('process', '--once', '--json')
    expect(next.status).toBe(0)
    expect(JSON.parse(next.stdout)).toMatchObject({stored: 0, dead_lettered: 0})
    const status = JSON.parse((await onServers('status', '--json')).stdout)
    expect(status.bus).toMatchObject({lag: 0})
    expect(await stored()).toBe(storedOf(4))
  })
})
