import {afterEach, describe, expect, test} from 'vitest'
import {BulkSender, type Documents} from '../../../../src/lib/store/elasticsearch/bulk-sender.js'
import {Connection} from '../../../../src/lib/store/elasticsearch/connection.js'
import type {BulkSettings} from '../../../../src/lib/store/elasticsearch/settings.js'
import {itemsOf, type Script, type ScriptedServer, type SeenRequest, startScriptedServer} from './scripted-server.js'

const open: Array<{close(): Promise<void>}> = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

interface Bench {
  server: ScriptedServer
  sender: BulkSender
  /** Every pause that was made, ms. */
  pauses: number[]
}

/** A sender on a clock that only moves when it sleeps. */
async function bench(script: Script = {}, bulk: Partial<BulkSettings> = {}, requestTimeoutMs = 5_000): Promise<Bench> {
  const server = await startScriptedServer(script)
  const settings = {nodes: [server.url], index: 'logflow', period: 'month', shards: 1, requestTimeoutMs} as const
  const connection = new Connection({...settings, nodes: [server.url]})
  open.push(server, connection)
  const pauses: number[] = []
  let now = Date.parse('2026-11-21T09:00:00.000Z')
  const runtime = {
    now: () => now,
    random: () => 0.5,
    sleep: async (ms: number) => {
      pauses.push(ms)
      now += ms
    },
  }
  const sender = new BulkSender(connection, {bytes: 1_000_000, inFlight: 2, patienceMs: 60_000, ...bulk}, runtime)
  return {server, sender, pauses}
}

const name = (i: number) => `d${i}`

function documents(count: number, text = (i: number) => `message ${i}`): Documents {
  return {
    count,
    encode: (i, sentAt, armoured) =>
      `{"create":{"_index":"logflow-2026-11","_id":"${name(i)}"}}\n${JSON.stringify({sentAt, armoured, text: text(i)})}\n`,
  }
}

const names = (from: number, to: number) => Array.from({length: to - from}, (_, i) => name(from + i))
const idsOf = (requests: SeenRequest[]) => requests.map((request) => request.ids)

describe('what is stored', () => {
  test('one request, raw lines, the fate of each', async () => {
    const {server, sender, pauses} = await bench()
    expect(await sender.send(documents(3))).toEqual([{kind: 'stored'}, {kind: 'stored'}, {kind: 'stored'}])
    expect(idsOf(server.bulks())).toEqual([names(0, 3)])
    expect(server.bulks()[0]?.headers['content-type']).toContain('x-ndjson')
    expect(server.bulks()[0]?.path).toContain('filter_path=')
    expect(server.documents.get('d1')).toEqual({sentAt: '2026-11-21T09:00:00.000Z', armoured: false, text: 'message 1'})
    expect(pauses).toEqual([])
  })

  test('nothing to send asks nothing', async () => {
    const {server, sender} = await bench()
    expect(await sender.send(documents(0))).toEqual([])
    expect(server.requests).toEqual([])
  })

  test('409 is already there', async () => {
    const {sender} = await bench()
    await sender.send(documents(2))
    expect((await sender.send(documents(3))).map((fate) => fate.kind)).toEqual([
      'already-there',
      'already-there',
      'stored',
    ])
  })

  test('bodies are cut at their size, and no more than so many are under way', async () => {
    let underWay = 0
    let most = 0
    const slow = async (request: SeenRequest) => {
      most = Math.max(most, ++underWay)
      await new Promise((resolve) => setTimeout(resolve, 5))
      underWay--
      return itemsOf(request, () => ({status: 201}))
    }
    const {server, sender} = await bench({bulk: Array(100).fill(slow)}, {bytes: 1_000, inFlight: 3})
    const [fates] = await Promise.all([
      sender.send(documents(100, () => 'x'.repeat(200))),
      sender.send({...documents(100, () => 'y'.repeat(200))}),
    ])
    expect(fates).toHaveLength(100)
    expect(server.bulks()).toHaveLength(50)
    for (const {body} of server.bulks()) expect(body.length).toBeLessThan(1_000 + 400)
    expect(most).toBe(3)
  })
})

describe('what is busy', () => {
  const busy = {status: 429, body: {error: {type: 'es_rejected_execution_exception', reason: 'full'}, status: 429}}

  test('a whole 429 and a whole 503 are repeated with growing, jittered pauses', async () => {
    const {server, sender, pauses} = await bench({bulk: [busy, {status: 503, body: ''}, busy]})
    expect((await sender.send(documents(2))).map((fate) => fate.kind)).toEqual(['stored', 'stored'])
    expect(idsOf(server.bulks())).toEqual([names(0, 2), names(0, 2), names(0, 2), names(0, 2)])
    expect(pauses).toEqual([75, 150, 300])
  })

  test('an item 429 or 503 is repeated alone, under a new stamp', async () => {
    const some = (request: SeenRequest) =>
      itemsOf(request, (id) =>
        id === 'd1' ? {status: 429, error: {type: 'x', reason: 'full'}} : id === 'd3' ? {status: 503} : {status: 201},
      )
    const {server, sender} = await bench({bulk: [some]})
    expect((await sender.send(documents(5))).map((fate) => fate.kind)).toEqual(Array(5).fill('stored'))
    expect(idsOf(server.bulks())).toEqual([names(0, 5), ['d1', 'd3']])
    expect(server.documents.get('d3')?.sentAt).toBe('2026-11-21T09:00:00.075Z')
  })

  test('patience ends in a retriable error, and progress renews it', async () => {
    const {server, sender, pauses} = await bench({bulk: Array(50).fill(busy)}, {patienceMs: 5_000})
    await expect(sender.send(documents(1))).rejects.toMatchObject({code: 'STORE_UNREACHABLE', retriable: true})
    const waited = pauses.reduce((sum, ms) => sum + ms, 0)
    expect(waited).toBeGreaterThanOrEqual(5_000)
    expect(waited).toBeLessThan(15_000)
    expect(server.stored).toEqual([])

    const oneEachTime = (request: SeenRequest) =>
      itemsOf(request, (id) => ({status: id === request.ids[0] ? 201 : 429}))
    const other = await bench({bulk: Array(40).fill(oneEachTime)}, {patienceMs: 1_000})
    expect((await other.sender.send(documents(40))).every((fate) => fate.kind === 'stored')).toBe(true)
    expect(other.pauses).toEqual(Array(39).fill(75))
  })

  test('what was stored before patience ended is already there at the next try', async () => {
    const half = (request: SeenRequest) => itemsOf(request, () => ({status: 429}))
    const {server, sender} = await bench(
      {bulk: [(r) => itemsOf(r, (id) => ({status: id === 'd0' ? 201 : 429})), ...Array(30).fill(half)]},
      {patienceMs: 2_000},
    )
    await expect(sender.send(documents(2))).rejects.toMatchObject({retriable: true})
    server.stored.push('d0')
    let again: string[] = []
    for (let tries = 0; again.length === 0 && tries < 20; tries++) {
      again = await sender.send(documents(2)).then(
        (fates) => fates.map((fate) => fate.kind),
        () => [],
      )
    }
    expect(again).toEqual(['already-there', 'stored'])
  })
})

describe('what is lost', () => {
  test('a connection closed in the middle of a body is sent again', async () => {
    const {server, sender, pauses} = await bench({bulk: ['cut', 'cut']})
    const big = documents(20, () => 'x'.repeat(20_000))
    expect((await sender.send(big)).every((fate) => fate.kind === 'stored')).toBe(true)
    expect(server.stored).toEqual(names(0, 20))
    expect(pauses).toEqual([75, 150])
  })

  test('an answer that never came does not make a second record', async () => {
    const {server, sender} = await bench({bulk: ['stored-then-cut']})
    expect((await sender.send(documents(3))).map((fate) => fate.kind)).toEqual(Array(3).fill('already-there'))
    expect(server.stored).toEqual(names(0, 3))
  })

  test('a server that does not answer in time is asked again', async () => {
    const {server, sender} = await bench({bulk: ['hang']}, {}, 150)
    expect((await sender.send(documents(2))).map((fate) => fate.kind)).toEqual(['stored', 'stored'])
    expect(server.bulks()).toHaveLength(2)
  })

  test('no server at all: patience, then unreachable, with the address and no credentials', async () => {
    const connection = new Connection({
      nodes: ['http://elastic:s3cret@127.0.0.1:9'],
      index: 'l',
      period: 'month',
      shards: 1,
    })
    open.push(connection)
    let now = 0
    const sleep = async (ms: number) => {
      now += ms
    }
    const runtime = {now: () => now, random: () => 0, sleep}
    const sender = new BulkSender(connection, {bytes: 1_000, inFlight: 1, patienceMs: 3_000}, runtime)
    const error = await sender.send(documents(1)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({code: 'STORE_UNREACHABLE', retriable: true})
    expect(String(error)).toContain('http://127.0.0.1:9')
    expect(JSON.stringify(error) + String(error) + String((error as Error).cause)).not.toContain('s3cret')
  })

  test('a proxy that cuts large bodies gets smaller ones', async () => {
    const {server, sender} = await bench({bulk: ['cut', 'cut', 'cut']})
    const big = documents(20, () => 'x'.repeat(20_000))
    expect((await sender.send(big)).every((fate) => fate.kind === 'stored')).toBe(true)
    expect(idsOf(server.bulks()).slice(3)).toEqual([names(0, 10), names(10, 20)])
  })

  test('an answer that is cut off was perhaps acted on: each record is there once', async () => {
    const torn = (request: SeenRequest) => {
      server.stored.push(...request.ids)
      return {status: 200, body: '{"errors":false,"items":[{"create":{"status":201}},{"crea'}
    }
    const {server, sender} = await bench({bulk: [torn, {status: 200, body: '<html>'}]})
    expect((await sender.send(documents(3))).map((fate) => fate.kind)).toEqual(Array(3).fill('already-there'))
    expect(server.stored).toEqual(names(0, 3))
    expect(server.bulks()).toHaveLength(3)
  })

  test('whatever comes in whatever order, each record is there once', async () => {
    let server: ScriptedServer
    const busy = {status: 429, body: ''}
    const some = (request: SeenRequest) => {
      const taken = request.ids.filter((_, i) => i % 3 === 0)
      server.stored.push(...taken.filter((id) => !server.stored.includes(id)))
      return itemsOf(request, (id) => ({status: taken.includes(id) ? 201 : 429}))
    }
    const short = (request: SeenRequest) => {
      server.stored.push(...request.ids.slice(0, 1).filter((id) => !server.stored.includes(id)))
      return {status: 200, body: {errors: false, items: [{create: {status: 201}}]}}
    }
    const steps = [
      busy,
      'stored-then-cut',
      some,
      {status: 503, body: ''},
      short,
      {status: 413, body: ''},
      'hang',
      'cut',
    ]
    for (let first = 0; first < steps.length; first += 3) {
      const order = [...steps.slice(first), ...steps.slice(0, first)] as NonNullable<Script['bulk']>
      const run = await bench({bulk: order}, {}, 1_000)
      server = run.server
      const fates = await run.sender.send(documents(20))
      expect(fates.every(({kind}) => kind === 'stored' || kind === 'already-there')).toBe(true)
      expect([...server.stored].sort()).toEqual(names(0, 20).sort())
    }
  })

  test('half an answer is no answer', async () => {
    const short = {status: 200, body: {errors: false, items: [{create: {status: 201}}]}}
    const {server, sender} = await bench({bulk: [short]})
    expect((await sender.send(documents(2))).map((fate) => fate.kind)).toEqual(['stored', 'stored'])
    expect(server.bulks()).toHaveLength(2)
  })
})

describe('what is too large', () => {
  const tooLarge = (limit: number) => (request: SeenRequest) =>
    request.body.length > limit ? {status: 413, body: ''} : itemsOf(request, () => ({status: 201}))

  test('413 halves the body, and later bodies start smaller', async () => {
    const {server, sender, pauses} = await bench({bulk: Array(60).fill(tooLarge(100_000))}, {inFlight: 1})
    expect((await sender.send(documents(300, () => 'x'.repeat(1_000)))).every((fate) => fate.kind === 'stored')).toBe(
      true,
    )
    const refused = server.bulks().filter(({body}) => body.length > 100_000)
    expect(refused.length).toBeLessThan(5)
    expect(pauses).toEqual([])
  })

  test('a lone document that is too large is rejected, its neighbours are not', async () => {
    const {sender} = await bench({bulk: Array(60).fill(tooLarge(5_000))})
    const fates = await sender.send(documents(9, (i) => (i === 4 ? 'x'.repeat(9_000) : 'small')))
    expect(fates.map((fate) => fate.kind)).toEqual([...Array(4).fill('stored'), 'rejected', ...Array(4).fill('stored')])
    expect(fates[4]).toMatchObject({status: 413, reason: expect.stringContaining('larger than the server takes')})
  })

  test('a 429 that says it never fits is halved, not waited for', async () => {
    const reason =
      'rejected execution of primary operation [coordinating_and_primary_bytes=1, primary_operation_bytes=67109868, max_primary_bytes=53687091]'
    const never = (request: SeenRequest) =>
      request.ids.includes('d2')
        ? itemsOf(request, () => ({status: 429, error: {type: 'es_rejected_execution_exception', reason}}))
        : itemsOf(request, () => ({status: 201}))
    const {sender, pauses} = await bench({bulk: Array(20).fill(never)})
    const fates = await sender.send(documents(6))
    expect(fates.map((fate) => fate.kind)).toEqual(['stored', 'stored', 'rejected', 'stored', 'stored', 'stored'])
    expect(pauses).toEqual([])
  })
})

describe('what is refused', () => {
  const refused = {
    status: 400,
    error: {type: 'document_parsing_exception', reason: 'no\ngood', caused_by: {reason: 'too deep'}},
  }

  test('a document refused as it is comes again in armour, and is rejected when that is refused too', async () => {
    const plainRefused = (request: SeenRequest) =>
      itemsOf(request, (id) => (id === 'd1' || id === 'd2' ? refused : {status: 201}))
    const stillRefused = (request: SeenRequest) => itemsOf(request, (id) => (id === 'd2' ? refused : {status: 201}))
    const {server, sender, pauses} = await bench({bulk: [plainRefused, stillRefused]})
    const fates = await sender.send(documents(4))
    expect(fates.map((fate) => fate.kind)).toEqual(['stored', 'stored', 'rejected', 'stored'])
    expect(fates[2]).toEqual({kind: 'rejected', status: 400, reason: 'document_parsing_exception: no good: too deep'})
    expect(idsOf(server.bulks())).toEqual([names(0, 4), ['d1', 'd2']])
    expect(server.bulks()[1]?.body).toContain('"armoured":true')
    expect(pauses).toEqual([])
  })

  test('a body that is no good is bisected down to the document', async () => {
    const whole = (request: SeenRequest) =>
      request.ids.includes('d5')
        ? {status: 400, body: {error: {type: 'x_content_parse_exception', reason: 'bad'}, status: 400}}
        : itemsOf(request, () => ({status: 201}))
    const {server, sender} = await bench({bulk: Array(30).fill(whole)})
    const fates = await sender.send(documents(8))
    expect(fates.filter((fate) => fate.kind === 'stored')).toHaveLength(7)
    expect(fates[5]).toMatchObject({kind: 'rejected', status: 400, reason: expect.stringContaining('bad')})
    expect(server.bulks().length).toBeLessThan(9)
  })

  test('a document that cannot be written at all is rejected, its neighbours are not', async () => {
    const {sender} = await bench()
    const plain = documents(3)
    const fates = await sender.send({
      count: 3,
      encode: (i, ...given) => {
        if (i === 1) throw new RangeError('Maximum call stack size exceeded')
        return plain.encode(i, ...given)
      },
    })
    expect(fates.map((fate) => fate.kind)).toEqual(['stored', 'rejected', 'stored'])
  })

  test('the index is at fault, not the documents: the write fails and nothing is dead-lettered', async () => {
    const cases: Array<[object, number, object]> = [
      [
        {type: 'cluster_block_exception', reason: 'index [l] blocked by: [FORBIDDEN/8/index write (api)];'},
        403,
        {code: 'BACKEND_REFUSED', retriable: true},
      ],
      [
        {type: 'security_exception', reason: 'action [indices:data/write/bulk] is unauthorized for user [x]'},
        403,
        {code: 'UNAUTHORISED'},
      ],
      [
        {type: 'index_not_found_exception', reason: 'no such index [l] and [action.auto_create_index] is [false]'},
        404,
        {code: 'BACKEND_REFUSED'},
      ],
      [{type: 'index_closed_exception', reason: 'closed'}, 400, {code: 'BACKEND_REFUSED'}],
      [
        {
          type: 'validation_exception',
          reason: 'this action would add [2] shards, but this cluster currently has [1000]/[1000]',
        },
        400,
        {code: 'BACKEND_REFUSED'},
      ],
    ]
    for (const [error, status, expected] of cases) {
      const {sender} = await bench({bulk: [(request) => itemsOf(request, () => ({status, error}))]})
      await expect(sender.send(documents(2))).rejects.toMatchObject(expected)
    }
  })

  test('a full disk is named, with what to do', async () => {
    const error = {
      type: 'cluster_block_exception',
      reason:
        'index [l] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block; for more information, see …];',
    }
    const full = (request: SeenRequest) => itemsOf(request, () => ({status: 429, error}))
    const {sender} = await bench({bulk: Array(50).fill(full)}, {patienceMs: 1_000})
    await expect(sender.send(documents(1))).rejects.toMatchObject({
      code: 'BACKEND_REFUSED',
      retriable: true,
      message: expect.stringContaining('disk is full'),
      suggestions: [expect.stringContaining('Free disk space')],
    })
  })

  test.each([
    [401, 'UNAUTHORISED'],
    [403, 'UNAUTHORISED'],
    [404, 'BACKEND_REFUSED'],
    [406, 'BACKEND_REFUSED'],
  ])('a whole %i ends the write at once', async (status, code) => {
    const {server, sender, pauses} = await bench({
      bulk: [{status, body: {error: {type: 'some_exception', reason: 'no'}, status}}],
    })
    await expect(sender.send(documents(2))).rejects.toMatchObject({code, retriable: false})
    expect(server.bulks()).toHaveLength(1)
    expect(pauses).toEqual([])
  })

  test('after a failure nothing more is sent, and what is under way is waited for', async () => {
    const {server, sender} = await bench({bulk: [{status: 401, body: ''}]}, {bytes: 100, inFlight: 1})
    await expect(sender.send(documents(50))).rejects.toMatchObject({code: 'UNAUTHORISED'})
    expect(server.bulks()).toHaveLength(1)
  })
})
