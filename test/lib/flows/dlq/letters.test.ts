import {afterEach, expect, test, vi} from 'vitest'
import type {Bus, BusProducer, ProducerOptions} from '../../../../src/lib/bus/bus.js'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import type {LetterFilter} from '../../../../src/lib/flows/dlq/choose.js'
import {countPending, listLetters, showLetter} from '../../../../src/lib/flows/dlq/find-letters.js'
import {dropLetters, redriveLetters} from '../../../../src/lib/flows/dlq/settle-letters.js'
import {tempFolder} from '../../../support/temp-folder.js'
import {type DeadLetterPipeline, ENVELOPE, openDeadLetterPipeline, TOPIC} from './dead-letter-pipeline.js'

vi.setConfig({testTimeout: 60_000})

const NOW = () => new Date('2026-11-21T10:00:00.000Z')

const open: DeadLetterPipeline[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

async function pipeline(): Promise<DeadLetterPipeline> {
  const opened = await openDeadLetterPipeline(tempFolder())
  open.push(opened)
  return opened
}

const isBad = (message: string) => message.startsWith('bad')
const list = async ({bus}: {bus: Bus}, filter: LetterFilter = {}, limit = Infinity) =>
  (await listLetters({bus, topic: TOPIC, filter, limit})).letters
const previews = async (pipe: {bus: Bus}, filter: LetterFilter = {}) =>
  (await list(pipe, filter)).map(({preview}) => preview)
const settling = (bus: Bus, filter: LetterFilter = {}) => ({bus, topic: TOPIC, filter, now: NOW})

/** Units that lie on the topic of dead letters, marks included. */
async function kept(bus: Bus): Promise<number> {
  const {partitions} = await bus.describe(`${TOPIC}.dlq`)
  return partitions.reduce((sum, {earliest, next}) => sum + next - earliest, 0)
}

test('a topic without dead letters has none, and none is made by asking', async () => {
  const {bus} = await pipeline()
  expect(await listLetters({bus, topic: TOPIC, filter: {}, limit: 10})).toEqual({letters: [], count: 0})
  expect(await redriveLetters(settling(bus))).toEqual({chosen: 0, settled: 0, pending: 0})
  expect(await countPending(bus, TOPIC, 100)).toEqual({count: 0, exact: true})
  expect((await bus.describe(`${TOPIC}.dlq`)).partitions).toEqual([])
})

test('lists what was refused with its reason and place, the newest last, and shows all of it', async () => {
  const pipe = await pipeline()
  await pipe.ship(['good', 'bad one', 'bad \xff\x1b[31m'])
  expect(await pipe.process(isBad)).toMatchObject({stored: 1, deadLettered: 2})
  const letters = await list(pipe)
  expect(letters[0]).toEqual({
    id: expect.stringMatching(/^src1-5-[0-9a-f]{8}$/),
    at: '2026-11-21T09:41:07.000Z',
    reason: 'Field too long: bad one',
    status: 400,
    tries: 1,
    file: '/var/log/shop.log',
    line: 2,
    source: 'src1',
    offset: 5,
    preview: 'bad one',
  })
  expect(letters[1]).toMatchObject({line: 3, preview: 'bad \ufffd\x1b[31m'})
  expect(await listLetters({bus: pipe.bus, topic: TOPIC, filter: {}, limit: 1})).toMatchObject({
    count: 2,
    letters: [{line: 3}],
  })
  const {id} = letters[1] as {id: string}
  const shown = await showLetter({bus: pipe.bus, topic: TOPIC, id: id.slice(0, -3)})
  expect(shown?.bytes).toEqual(Buffer.from('bad \xff\x1b[31m', 'latin1'))
  expect(shown?.details).toMatchObject({
    host: 'web',
    observed: ENVELOPE.observed,
    topic: TOPIC,
    partition: 0,
    bus_offset: 2,
    letter: {partition: 0, offset: 1},
    bytes: 10,
    base64: Buffer.from('bad \xff\x1b[31m', 'latin1').toString('base64'),
  })
  expect((await showLetter({bus: pipe.bus, topic: TOPIC, id: letters[0]?.id ?? ''}))?.details.text).toBe('bad one')
})

test('an id that names none or several is refused, and nothing is done', async () => {
  const pipe = await pipeline()
  await pipe.ship(['bad one', 'bad two'])
  await pipe.process(isBad)
  const [first] = await list(pipe)
  const failing = async (ids: string[]) =>
    redriveLetters(settling(pipe.bus, {ids})).then(
      () => undefined,
      (error: unknown) => (error as LogflowError).code,
    )
  expect(await failing([first?.id ?? '', 'nobody'])).toBe('NO_MATCH')
  expect(await failing(['src1-'])).toBe('USAGE')
  expect(await list(pipe)).toHaveLength(2)
})

test('filters: reason, status, service, source, file and time narrow together', async () => {
  const pipe = await pipeline()
  await pipe.ship(['{"msg":"bad json","service":"Pay"}', 'bad plain'])
  await pipe.process(isBad, '2026-11-21T09:00:00.000Z')
  await pipe.ship(['bad other'], {source: 'src2', file: '/var/log/other.log', service: 'cart'})
  await pipe.process(isBad, '2026-11-21T09:30:00.000Z')
  const json = '{"msg":"bad json","service":"Pay"}'
  const cases: Array<[LetterFilter, string[]]> = [
    [{reason: 'TOO LONG: bad p'}, ['bad plain']],
    [{status: 400}, [json, 'bad plain', 'bad other']],
    [{status: 403}, []],
    [{services: ['pay', 'cart']}, [json, 'bad other']],
    [{sources: ['src2']}, ['bad other']],
    [{files: ['/var/log/shop.log']}, [json, 'bad plain']],
    [{since: '2026-11-21T09:30:00Z'}, ['bad other']],
    [{until: '2026-11-21T09:30:00Z', services: ['PAY']}, [json]],
    [{services: ['pay'], sources: ['src2']}, []],
  ]
  for (const [filter, expected] of cases) expect([filter, await previews(pipe, filter)]).toEqual([filter, expected])
})

test('a redriven letter is stored once, is pending no more, and leaves nothing on the bus', async () => {
  const pipe = await pipeline()
  await pipe.ship(['good', 'bad one', 'bad two'])
  await pipe.process(isBad)
  const dry = await redriveLetters({...settling(pipe.bus), dryRun: true})
  expect(dry).toEqual({chosen: 2, settled: 0, pending: 2})
  expect(await redriveLetters(settling(pipe.bus))).toEqual({chosen: 2, settled: 2, pending: 0})
  expect(await list(pipe)).toEqual([])
  expect(await kept(pipe.bus)).toBe(0)
  expect(await pipe.process()).toMatchObject({stored: 2, deadLettered: 0})
  expect(await pipe.messages()).toEqual(['bad one', 'bad two', 'good'])
})

test('a letter that is refused again is pending again with one more try, and its envelope is the first one', async () => {
  const pipe = await pipeline()
  await pipe.ship(['bad one'], {service: 'pay', fields: {region: 'eu'}})
  await pipe.process(isBad)
  for (let tries = 2; tries <= 3; tries++) {
    await redriveLetters(settling(pipe.bus))
    await pipe.process(isBad)
    expect(await list(pipe)).toMatchObject([{tries}])
  }
  const [letter] = await list(pipe)
  const shown = await showLetter({bus: pipe.bus, topic: TOPIC, id: letter?.id ?? ''})
  expect(shown?.details).toMatchObject({service: 'pay', fields: {region: 'eu'}, observed: ENVELOPE.observed})
})

test('some can be redriven or dropped and the others stay', async () => {
  const pipe = await pipeline()
  await pipe.ship(['bad one', 'bad two', 'bad three'])
  await pipe.process(isBad)
  expect(await dropLetters(settling(pipe.bus, {reason: 'two'}))).toEqual({chosen: 1, settled: 1, pending: 2})
  expect(await previews(pipe)).toEqual(['bad one', 'bad three'])
  const [first] = await list(pipe)
  expect(await redriveLetters(settling(pipe.bus, {ids: [first?.id ?? '']}))).toMatchObject({settled: 1, pending: 1})
  expect(await previews(pipe)).toEqual(['bad three'])
  expect(await countPending(pipe.bus, TOPIC, 100)).toEqual({count: 1, exact: true})
  expect(await countPending(pipe.bus, TOPIC, 1)).toMatchObject({exact: false})
  await pipe.process()
  expect(await pipe.messages()).toEqual(['bad one'])
})

test('nothing is dropped where the answer is no', async () => {
  const pipe = await pipeline()
  await pipe.ship(['bad one'])
  await pipe.process(isBad)
  const asked: number[] = []
  const confirm = async (chosen: number) => {
    asked.push(chosen)
    return false
  }
  expect(await dropLetters({...settling(pipe.bus), confirm})).toEqual({chosen: 1, settled: 0, pending: 1})
  expect(asked).toEqual([1])
})

test('a unit that was delivered twice is one letter', async () => {
  const pipe = await pipeline()
  await pipe.ship(['bad one'])
  await pipe.process(isBad)
  await pipe.ship(['bad one'])
  await pipe.process(isBad)
  expect(await kept(pipe.bus)).toBe(2)
  expect(await list(pipe)).toHaveLength(1)
  expect(await dropLetters(settling(pipe.bus))).toMatchObject({settled: 1, pending: 0})
  expect(await kept(pipe.bus)).toBe(0)
})

/** The bus, on which sends to a topic fail after some. */
function failingAfter(bus: Bus, failing: string, sends: number): Bus {
  let left = sends
  return Object.assign(Object.create(bus) as Bus, {
    describe: bus.describe.bind(bus),
    openReader: bus.openReader.bind(bus),
    trim: bus.trim.bind(bus),
    async openProducer(options: ProducerOptions): Promise<BusProducer> {
      const producer = await bus.openProducer(options)
      if (options.topic !== failing) return producer
      return {
        send: (batch) =>
          left-- > 0
            ? producer.send(batch)
            : Promise.reject(new LogflowError('BUS_UNREACHABLE', 'the bus is away', {retriable: true})),
        close: () => producer.close(),
      }
    },
  })
}

test('cut off before a mark is written, a letter stays pending; done again it is stored once', async () => {
  const pipe = await pipeline()
  await pipe.ship(['bad one', 'bad two'])
  await pipe.process(isBad)
  for (const topic of [TOPIC, `${TOPIC}.dlq`]) {
    const cut = failingAfter(pipe.bus, topic, 0)
    await expect(redriveLetters(settling(cut))).rejects.toMatchObject({code: 'BUS_UNREACHABLE'})
    expect(await previews(pipe)).toEqual(['bad one', 'bad two'])
  }
  expect(await pipe.process()).toMatchObject({stored: 2})
  await redriveLetters(settling(pipe.bus))
  expect(await pipe.process()).toMatchObject({stored: 0, deadLettered: 0})
  expect(await pipe.messages()).toEqual(['bad one', 'bad two'])
  expect(await list(pipe)).toEqual([])
})

test('a bus that cannot trim leaves letters settled, and says so', async () => {
  const pipe = await pipeline()
  await pipe.ship(['bad one'])
  await pipe.process(isBad)
  const stubborn = Object.assign(failingAfter(pipe.bus, 'none', 0), {
    trim: () => Promise.reject(new LogflowError('UNAUTHORISED', 'you may not delete')),
  })
  const report = await dropLetters(settling(stubborn))
  expect(report).toMatchObject({settled: 1, pending: 0, untrimmed: expect.stringContaining('you may not delete')})
  expect(await kept(pipe.bus)).toBe(2)
  expect(await list(pipe)).toEqual([])
  await pipe.ship(['bad two'], {source: 'src2'})
  await pipe.process(isBad)
  expect(await previews(pipe)).toEqual(['bad two'])
})

test('many letters of many sources and envelopes all go back, in the order of each source', async () => {
  const pipe = await pipeline()
  for (let source = 0; source < 5; source++) {
    const lines = Array.from({length: 500}, (_, i) => `bad ${source} ${i}`)
    await pipe.ship(lines, {source: `s${source}`, file: `/f${source}`})
  }
  expect(await pipe.process(isBad)).toMatchObject({deadLettered: 2_500})
  const progress: number[] = []
  const report = await redriveLetters({...settling(pipe.bus), onProgress: (settled) => progress.push(settled)})
  expect(report).toEqual({chosen: 2_500, settled: 2_500, pending: 0})
  expect(progress.at(-1)).toBe(2_500)
  expect(await pipe.process()).toMatchObject({stored: 2_500})
  expect(new Set(await pipe.messages()).size).toBe(2_500)
  expect(await kept(pipe.bus)).toBe(0)
}, 60_000)
