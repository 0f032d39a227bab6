import {describe, expect, test} from 'vitest'
import {
  AddressedBatch,
  frameAroundRequest,
  loadKafkajs,
  passEncodedBatch,
  requestAroundBatch,
  requireSupported,
  Sequences,
  stopWhenClosed,
  withoutLock,
} from '../../../../src/lib/bus/kafka/kafkajs-patches.js'
import {RecordBatchWriter} from '../../../../src/lib/bus/kafka/record-batch.js'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import {createRequest, createRetry, groupMessagesPerPartition, Long, produceV3} from './kafkajs-originals.js'

const NOW = 1_772_366_400_123
const VALUES = ['first', 'second line', '']

type Call = (argument: object) => never
const patchedProduce = requestAroundBatch(produceV3 as never) as unknown as typeof produceV3
const patchedFrame = frameAroundRequest(createRequest as never) as unknown as typeof createRequest

function addressed(): AddressedBatch {
  const writer = new RecordBatchWriter(1_000)
  for (const value of VALUES) {
    writer.append(NOW, null, Buffer.from(value), 0, value.length, Buffer.of(0), Buffer.alloc(0), 0)
  }
  return new AddressedBatch(writer.finish(), 2)
}

function produceArguments(messages: unknown, topic = 'logs') {
  return {
    acks: -1,
    timeout: 30_000,
    producerId: Long.fromValue('812'),
    producerEpoch: 1,
    topicData: [{topic, partitions: [{partition: 2, firstSequence: 77, messages}]}],
  }
}

const plain = VALUES.map((value) => ({value: Buffer.from(value), timestamp: NOW}))

describe('a produce request', () => {
  test.each(['logs', 'o'.repeat(249)])(
    'of our batch is to the byte the one kafkajs makes (topic %s)',
    async (topic) => {
      for (const clientId of ['logflow', 'ü'.repeat(127)]) {
        const original = await createRequest({
          correlationId: 5,
          clientId,
          request: produceV3(produceArguments(plain, topic)),
        })
        const request = patchedProduce(produceArguments(addressed(), topic))
        const ours = await patchedFrame({correlationId: 5, clientId, request})
        expect(ours.buffer.equals(original.buffer)).toBe(true)
      }
    },
  )

  test('of plain messages goes the old way', async () => {
    const original = await createRequest({correlationId: 5, clientId: 'c', request: produceV3(produceArguments(plain))})
    const request = patchedProduce(produceArguments(plain))
    const ours = await patchedFrame({correlationId: 5, clientId: 'c', request})
    expect(ours.buffer.equals(original.buffer)).toBe(true)
  })
})

describe('grouping', () => {
  const group = passEncodedBatch(groupMessagesPerPartition as never) as Call

  test('sends our batch where it was addressed to', () => {
    const batch = addressed()
    expect(group({topic: 't', partitionMetadata: [{}], messages: batch})).toEqual({2: batch})
    expect(group({topic: 't', partitionMetadata: [], messages: batch})).toEqual({})
    expect([batch.length, batch.find()]).toEqual([3, undefined])
  })

  test('leaves plain messages to the partitioner', () => {
    const messages = [{value: 'a'}, {value: 'b'}]
    const partitioner = ({message}: {message: {value: string}}) => (message.value === 'a' ? 0 : 1)
    expect(group({topic: 't', partitionMetadata: [{}, {}], messages, partitioner})).toEqual({
      0: [{value: 'a'}],
      1: [{value: 'b'}],
    })
  })
})

describe('sequence numbers', () => {
  test('go from 2^31 - 1 on to 0, and back where a send is taken back', () => {
    const sequences = new Sequences()
    expect(sequences.next('t', 0)).toBe(0)
    sequences.advance('t', 0, 2 ** 31 - 3)
    expect(sequences.next('t', 0)).toBe(2 ** 31 - 3)
    sequences.advance('t', 0, 2)
    expect(sequences.next('t', 0)).toBe(2 ** 31 - 1)
    sequences.advance('t', 0, 5)
    expect(sequences.next('t', 0)).toBe(4)
    sequences.advance('t', 0, -5)
    expect(sequences.next('t', 0)).toBe(2 ** 31 - 1)
    expect(sequences.next('t', 1)).toBe(0)
    sequences.reset()
    expect(sequences.next('t', 0)).toBe(0)
  })

  test('of producers that are not ours, and their lock, stay as they were', () => {
    const manager = {acquireBrokerLock: async () => undefined}
    const make = withoutLock(() => manager as never) as unknown as (options: object) => typeof manager
    const {acquireBrokerLock} = manager
    expect(make({}).acquireBrokerLock).toBe(acquireBrokerLock)
  })
})

test('nothing is tried again once the client is closed', async () => {
  let closed = false
  let tries = 0
  const options = {retries: 1_000, initialRetryTime: 1, maxRetryTime: 2, isClosed: () => closed}
  const create = stopWhenClosed(createRetry as never) as unknown as typeof createRetry
  const work = create(options)(async () => {
    if (++tries === 5) closed = true
    throw new Error('again')
  })
  await expect(work).rejects.toThrow('the bus is closed')
  expect(tries).toBe(5)
  expect(await create({})(async () => 'done')).toBe('done')
})

describe('loading', () => {
  test('refuses every version but the one the parts were made for', () => {
    expect(() => requireSupported('2.2.4')).not.toThrow()
    for (const version of ['2.2.3', '2.2.5', '3.0.0']) {
      expect(() => requireSupported(version)).toThrow(LogflowError)
      expect(() => requireSupported(version)).toThrow(
        `kafkajs ${version} is installed, but logflow works with 2.2.4 only`,
      )
    }
  })

  test('happens once', () => {
    expect(loadKafkajs()).toBe(loadKafkajs())
  })
})
