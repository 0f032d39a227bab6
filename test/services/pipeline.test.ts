import {spawn} from 'node:child_process'
import {cpSync, rmSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {BINARY, buildLogflow, cleanEnv, emptyHome, type Ran, runLogflow} from '../support/run-logflow.js'
import {elasticsearchTargets, type RunningElasticsearch, useElasticsearch} from './start-elasticsearch.js'
import {hasKafka, type RunningKafka, useKafka} from './start-kafka.js'

// The same commands on the servers give the same answers as on the embedded default: the same ids, records, order.

const SHOP = resolve(import.meta.dirname, '../cases/e2e/shop')
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const KAFKA_PORT = 19_150
const ES_PORT = 19_250

const name = 'the main job on Kafka and Elasticsearch'
const targets = hasKafka(name) ? elasticsearchTargets(name) : []
let kafka: RunningKafka

beforeAll(async () => {
  await buildLogflow()
  if (targets.length > 0) kafka = await useKafka(KAFKA_PORT)
})
afterAll(async () => kafka?.stop())

interface Stored {
  id: string
  source: Record<string, unknown>
  [field: string]: unknown
}

describe.skipIf(targets.length === 0).each(targets)(`${name} $name`, ({version, name: label}) => {
  const home = emptyHome()
  let elasticsearch: RunningElasticsearch
  let servers: Record<string, string>

  beforeAll(async () => {
    cpSync(SHOP, join(home, 'shop'), {recursive: true})
    elasticsearch = await useElasticsearch(version, ES_PORT)
    const run = `${label.replaceAll(/\W/g, '-').toLowerCase()}-${process.pid}`
    servers = {
      KAFKA_BOOTSTRAP_SERVERS: kafka.addresses.join(','),
      ELASTICSEARCH_HOSTS: elasticsearch.url,
      LOGFLOW_TOPIC: `shop-${run}`,
      LOGFLOW_GROUP: `group-${run}`,
      LOGFLOW_ELASTICSEARCH_INDEX: `logflow-${run}`,
    }
  })
  afterAll(async () => {
    await elasticsearch?.stop()
    rmSync(home, {recursive: true, force: true})
  })

  const onServers = (...args: string[]): Promise<Ran> => runLogflow(args, {home, env: servers, timeout: 60_000})
  const records = (ran: Ran): Stored[] => {
    expect(ran.stderr).not.toContain('error:')
    return ran.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }
  /** A record without what differs by store and bus: when it was stored, and where it stood on the bus. */
  const content = ({
    ingested_at: _,
    source: {partition: _p, kafka_offset: _k, topic: _t, ...source},
    ...rest
  }: Stored) => ({
    ...rest,
    source,
  })

  test('ship, process --once, search: the embedded default and the servers hold the same records', async () => {
    expect((await runLogflow(['ship', 'shop'], {home})).stderr).toContain('stored 15')
    expect(await onServers('ship', 'shop')).toMatchObject({status: 0})
    const processed = await onServers('process', '--once', '--json')
    expect(JSON.parse(processed.stdout)).toMatchObject({read: 15, stored: 15, already_there: 0, dead_lettered: 0})
    const here = records(await runLogflow(['search', '-n', 'all'], {home}))
    const there = records(await onServers('search', '-n', 'all'))
    expect(there.map(content)).toEqual(here.map(content))
    expect(there).toHaveLength(15)
  })

  test('a second ship adds nothing', async () => {
    await onServers('ship', 'shop')
    const processed = await onServers('process', '--once', '--json')
    expect(JSON.parse(processed.stdout)).toMatchObject({read: 15, stored: 0, already_there: 15})
    expect((await onServers('search', '--count', '-o', 'pretty')).stdout).toBe('15\n')
  })

  test.each([
    ['search', '--trace-id', TRACE],
    ['search', '"card declined"', '--service', 'PAYMENT'],
    ['search', 'level>=warn -boom', '--until', '2026-11-20T09:41:07.300Z'],
    ['search', '-n', '4', '--sort', 'newest'],
    ['trace', '4bf92f35'],
  ])('%s %s %s: the same answer', async (...args) => {
    const here = records(await runLogflow([...args], {home}))
    const there = records(await onServers(...args))
    expect(here.length).toBeGreaterThan(0)
    expect(there.map(content)).toEqual(here.map(content))
  })

  test('tail begins with the last record and goes on with what arrives', async () => {
    const env = cleanEnv({HOME: home, ...servers})
    const tail = spawn(process.execPath, [BINARY, 'tail', '-n', '1', '--service', 'payment'], {
      cwd: home,
      env,
      stdio: 'pipe',
      timeout: 60_000,
    })
    const ended = new Promise<number | null>((done) => tail.on('close', (status) => done(status)))
    let out = ''
    const holds = (lines: number) =>
      new Promise<void>((done) => {
        const look = () => out.split('\n').length > lines && done()
        tail.stdout.on('data', look)
        tail.on('close', () => done())
        look()
      })
    tail.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    await holds(1)
    writeFileSync(join(home, 'late.log'), 'time=2026-11-20T09:50:00Z level=info service=payment msg="late"\n')
    await onServers('ship', 'late.log')
    await holds(2)
    await onServers('process', '--once')
    tail.kill('SIGINT')
    expect(await ended).toBe(130)
    const messages = out
      .split('\n')
      .filter(Boolean)
      .map((text) => JSON.parse(text).message)
    expect(messages).toEqual(['settlement file written', 'late'])
  })

  test('get, status and doctor', async () => {
    const [record] = records(await onServers('search', 'settlement'))
    expect(records(await onServers('get', record?.id as string))).toEqual([record])
    const status = JSON.parse((await onServers('status', '--json')).stdout)
    expect(status.bus).toMatchObject({kind: 'kafka', lag: 0, dead_letters: 0})
    expect(status.store).toMatchObject({records: 16})
    expect(await onServers('doctor')).toMatchObject({status: 0})
  })
})

describe('a server that is not there', () => {
  const home = emptyHome()
  afterAll(() => rmSync(home, {recursive: true, force: true}))

  test('Kafka: one line with the fix, and status 3', async () => {
    const ran = await runLogflow(['status', '--bus', '127.0.0.1:19999'], {home, timeout: 60_000})
    expect(ran.status).toBe(3)
    expect(ran.stderr).toMatch(/^error: no Kafka broker answered at 127\.0\.0\.1:19999 /)
    expect(ran.stderr).not.toMatch(/\n\s+at /)
  })

  test('Elasticsearch: one line with the fix, and status 3', async () => {
    const ran = await runLogflow(['search', 'x', '--store', 'http://127.0.0.1:19998'], {home, timeout: 60_000})
    expect(ran.status).toBe(3)
    expect(ran.stderr).toMatch(/^error: no answer from Elasticsearch at http:\/\/127\.0\.0\.1:19998/)
    expect(ran.stderr).not.toMatch(/\n\s+at /)
  })
})
