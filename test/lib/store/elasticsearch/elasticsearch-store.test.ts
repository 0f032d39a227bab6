import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, describe, expect, test} from 'vitest'
import {openElasticsearch} from '../../../../src/lib/store/elasticsearch/elasticsearch-store.js'
import type {ElasticsearchSettings} from '../../../../src/lib/store/elasticsearch/settings.js'
import type {FollowEvent, StoreItem} from '../../../../src/lib/store/store.js'
import {type Script, type ScriptedServer, startScriptedServer} from './scripted-server.js'

const open: Array<{close(): Promise<void>}> = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

async function bench(script: Script = {}, settings: Partial<ElasticsearchSettings> = {}) {
  const server = await startScriptedServer(script)
  const store = await openElasticsearch({
    nodes: [server.url],
    index: 'logflow',
    period: 'month',
    shards: 1,
    ...settings,
  })
  open.push(server, store)
  return {server, store}
}

function item(id: string, time: string): StoreItem {
  return {
    record: {
      id,
      '@timestamp': time,
      observed_timestamp: time,
      message: 'm',
      attributes: {},
      source: {id: 's', offset: 0, format: 'plain'},
    },
    key: {source: 's', offset: 0, crc: 0},
    span: 1,
  }
}

const TIME = '2026-11-20T10:00:00.000Z'
const template = (meta: object) => ({status: 200, body: {index_templates: [{index_template: {_meta: meta}}]}})
const paths = (server: ScriptedServer) =>
  server.requests.map(({method, path}) => `${method} ${path.replace(/\?.*/, '')}`)

describe('settings that cannot be right', () => {
  test.each<[string, Partial<ElasticsearchSettings>]>([
    ['no nodes', {nodes: []}],
    ['no URL', {nodes: ['localhost:no/url']}],
    ['capital letters in a name', {index: 'LogFlow'}],
    ['a path for a name', {index: '../x'}],
  ])('%s', async (_, settings) => {
    const given = {nodes: ['http://localhost:9200'], index: 'logflow', period: 'month', shards: 1, ...settings} as const
    await expect(openElasticsearch(given as ElasticsearchSettings)).rejects.toMatchObject({code: 'BAD_CONFIG'})
  })

  test('a certificate file that is not there', async () => {
    const {store} = await bench({}, {caFile: '/nowhere/ca.pem'})
    await expect(store.count({query: {kind: 'all'}})).rejects.toMatchObject({code: 'FILE_UNREADABLE', exitCode: 6})
  })
})

describe('signing in', () => {
  const authorization = async (settings: Partial<ElasticsearchSettings>) => {
    const {server, store} = await bench({other: () => ({status: 200, body: {count: 3}})}, settings)
    expect(await store.count({query: {kind: 'all'}})).toBe(3)
    return server.requests.map(({headers}) => headers.authorization)
  }

  test('as nobody, by password, by key', async () => {
    expect(await authorization({})).toEqual([undefined])
    expect(await authorization({username: 'elastic', password: 's3:cret'})).toEqual([
      `Basic ${Buffer.from('elastic:s3:cret').toString('base64')}`,
    ])
    expect(await authorization({apiKey: 'a2V5'})).toEqual(['ApiKey a2V5'])
  })

  test('a wrong password is said without it', async () => {
    const no = {status: 401, body: {error: {type: 'security_exception', reason: 'unable to authenticate'}, status: 401}}
    const {store} = await bench({other: () => no}, {username: 'elastic', password: 's3cret'})
    const error = await store.openWriter().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({code: 'UNAUTHORISED'})
    expect(JSON.stringify(error) + String(error) + String((error as Error).cause)).not.toMatch(
      /s3cret|ZWxhc3RpYzpzM2NyZXQ/,
    )
  })
})

describe('what answers', () => {
  test('another product is refused at the first question', async () => {
    const {store} = await bench({product: '', other: () => ({status: 200, body: {count: 1}})})
    await expect(store.count({query: {kind: 'all'}})).rejects.toMatchObject({
      code: 'BACKEND_REFUSED',
      message: expect.stringContaining('is not Elasticsearch 8 or 9'),
    })
  })

  test('an old version is refused before anything is written', async () => {
    const {store, server} = await bench({
      other: ({path}) => (path === '/' ? {status: 200, body: {version: {number: '7.17.9'}}} : undefined),
    })
    await expect(store.openWriter()).rejects.toMatchObject({code: 'BACKEND_REFUSED'})
    expect(paths(server)).toEqual(['GET /'])
  })

  test('nobody', async () => {
    const store = await openElasticsearch({nodes: ['http://127.0.0.1:9'], index: 'logflow', period: 'month', shards: 1})
    open.push(store)
    await expect(store.get('x')).rejects.toMatchObject({code: 'STORE_UNREACHABLE', retriable: true, exitCode: 3})
  })
})

describe('the template', () => {
  test('is left alone where it is right', async () => {
    const {server, store} = await bench()
    await store.openWriter()
    expect(paths(server)).toEqual(['GET /', 'GET /_index_template/logflow'])
  })

  const other = (meta: object): Script => ({
    other: ({method, path}) =>
      path === '/'
        ? {status: 200, body: {version: {number: '9.5.3'}}}
        : method === 'GET'
          ? template(meta)
          : {status: 200, body: {acknowledged: true}},
  })

  test.each<[string, object, object]>([
    [
      'another period',
      {logflow: {schema: 1, period: 'day'}},
      {code: 'BAD_CONFIG', message: '"logflow" has an index a day, and elasticsearch.period says month'},
    ],
    ['somebody else', {owner: 'x'}, {code: 'BAD_CONFIG', message: 'the index template "logflow" is not logflow\'s'}],
    [
      'a newer logflow',
      {logflow: {schema: 99, period: 'month'}},
      {code: 'BACKEND_REFUSED', message: '"logflow" was written by a newer version of logflow'},
    ],
  ])('of %s is refused', async (_, meta, expected) => {
    const {store, server} = await bench(other(meta))
    await expect(store.openWriter()).rejects.toMatchObject(expected)
    expect(server.requests.every(({method}) => method === 'GET')).toBe(true)
  })

  test('of an older logflow is brought up to date, and so are the indices', async () => {
    const {store, server} = await bench(other({logflow: {schema: 0, period: 'month'}}))
    await store.openWriter()
    expect(paths(server).filter((path) => path.startsWith('PUT') && !path.includes('probe'))).toEqual([
      'PUT /_index_template/logflow',
      'PUT /logflow/_mapping',
    ])
  })

  test('that somebody else made in the same moment counts, if it is the same', async () => {
    let made = false
    const script = (period: string): Script => ({
      other: ({method, path}) => {
        if (path === '/') return {status: 200, body: {version: {number: '8.19.0'}}}
        if (!path.startsWith('/_index_template')) return {status: 200, body: {}}
        if (method === 'GET') return made ? template({logflow: {schema: 2, period}}) : {status: 404, body: {}}
        made = true
        return {
          status: 400,
          body: {error: {type: 'illegal_argument_exception', reason: 'index template [logflow] already exists'}},
        }
      },
    })
    const same = await bench(script('month'))
    await same.store.openWriter()
    made = false
    const different = await bench(script('year'))
    await expect(different.store.openWriter()).rejects.toMatchObject({code: 'BAD_CONFIG'})
  })
})

describe('writing', () => {
  test('what has no place is rejected, the rest is stored, and the indices tell the story in order', async () => {
    const {server, store} = await bench()
    const writer = await store.openWriter()
    const result = await writer.write({
      items: [
        item('a-0-00000000', TIME),
        item('a-1-00000000', 'yesterday'),
        item(`${'x'.repeat(513)}-0-00000000`, TIME),
        item('a-2-00000000', '2025-01-01T00:00:00.000Z'),
        item('a-3-00000000', '1969-12-31T23:59:59.000Z'),
      ],
      positions: [],
    })
    expect(result).toEqual({
      stored: 2,
      alreadyThere: 0,
      rejected: [
        {index: 1, reason: 'yesterday is no UTC time between 1970 and 2261'},
        {index: 2, reason: 'the id is longer than 512 bytes'},
        {index: 4, reason: '1969-12-31T23:59:59.000Z is no UTC time between 1970 and 2261'},
      ],
    })
    const actions = server
      .bulks()[0]
      ?.body.split('\n')
      .filter((line) => line.startsWith('{"create"'))
    expect(actions).toEqual([
      '{"create":{"_index":"logflow-2026-11","_id":"a-0-00000000"}}',
      '{"create":{"_index":"logflow-2025-01","_id":"a-2-00000000"}}',
    ])
    expect(writer.storedPosition('logs', 0)).toBeUndefined()
  })
})

test('a position of another store is refused', async () => {
  const {store} = await bench()
  const stop = new AbortController()
  const following = store.follow({filter: {query: {kind: 'all'}}, from: 'seg-7'}, stop.signal)
  await expect(following[Symbol.asyncIterator]().next()).rejects.toMatchObject({code: 'USAGE'})
})

test('the authority in a file is read', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'logflow-'))
  const caFile = join(dir, 'ca.pem')
  writeFileSync(caFile, 'no certificate')
  const {store} = await bench({other: () => ({status: 200, body: {count: 0}})}, {caFile})
  expect(await store.count({query: {kind: 'all'}})).toBe(0)
  rmSync(dir, {recursive: true})
})

test('a count that lacks a shard is an error, not a number', async () => {
  const shards = {total: 2, successful: 1, skipped: 0, failed: 1}
  const other: Script['other'] = ({path}) =>
    path.includes('/_count') ? {status: 200, body: {count: 7, _shards: shards}} : undefined
  const {store} = await bench({other})
  await expect(store.count({query: {kind: 'all'}})).rejects.toMatchObject({
    code: 'STORE_UNREACHABLE',
    message: expect.stringContaining('1 of 2 shards'),
  })
})

describe('following through an outage', () => {
  const follow = async (wait: boolean, failures: number) => {
    let asked = 0
    const other: Script['other'] = ({path}) => {
      if (path.includes('/_count') && asked++ < failures) return {status: 503, body: {error: 'away'}}
      return {status: 200, body: path.includes('/_count') ? {count: 0} : {hits: {hits: []}}}
    }
    const {store} = await bench({other}, {bulk: {patienceMs: 0}})
    const stop = new AbortController()
    const events: FollowEvent[] = []
    for await (const event of store.follow({filter: {query: {kind: 'all'}}, from: '0:', wait}, stop.signal)) {
      events.push(event)
      if (event.kind === 'caught-up') stop.abort()
    }
    return events
  }

  test('waited out, it is said once, and then what there is', async () => {
    const events = await follow(true, 4)
    expect(events.map(({kind}) => kind)).toEqual(['gap', 'caught-up'])
    expect(events[0]).toMatchObject({cause: 'away'})
  })

  test('not waited out, it is thrown', async () => {
    await expect(follow(false, Number.POSITIVE_INFINITY)).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      retriable: true,
    })
  })
})
