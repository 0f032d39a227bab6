import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type KafkaSettings, openKafkaBus} from '../../src/lib/bus/kafka/kafka-bus.js'
import {numbered, Reader, sendAll} from '../contracts/bus-reader.js'
import {canStartKafka, type RunningKafka, startKafka} from './start-kafka.js'

const FAST = {connectTries: 1, connectionTimeoutMs: 3_000, partitions: 1}
const canStart = canStartKafka('Kafka with sign-in and TLS')

/** Sends and reads with these settings. */
async function roundTrip(settings: KafkaSettings, topic: string): Promise<number> {
  const bus = await openKafkaBus(settings)
  try {
    await sendAll(bus, topic, [numbered('s', 0, 100)])
    const reader = await (await Reader.open(bus, {topic, group: topic})).untilIdle()
    await reader.commit()
    await reader.consumer.close()
    return reader.count
  } finally {
    await bus.close()
  }
}

describe.skipIf(!canStart)('sign-in', () => {
  let server: RunningKafka
  beforeAll(async () => {
    server = await startKafka({port: 19_093, security: 'sasl'})
  })
  afterAll(() => server?.stop())

  const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

  test.each(mechanisms)('works with %s', async (mechanism) => {
    const sasl = {mechanism, username: 'shipper', password: 's3cret'}
    expect(await roundTrip({brokers: server.addresses, sasl, ...FAST}, `signed-in-${mechanism}`)).toBe(100)
  })

  test.each(mechanisms)('with a wrong password is refused, and the password is not shown: %s', async (mechanism) => {
    const sasl = {mechanism, username: 'shipper', password: 'not-the-password'}
    const error = await openKafkaBus({brokers: server.addresses, sasl, ...FAST}).catch((failure: unknown) => failure)
    expect(error).toMatchObject({code: 'UNAUTHORISED', exitCode: 4})
    expect(String(error)).toMatch(/^LogflowError: Kafka at 127\.0\.0\.1:\d+ refused the sign-in: /)
    expect(JSON.stringify(error) + String(error)).not.toContain('not-the-password')
  })

  test('left out is told as unreachable, not waited for', async () => {
    const error = await openKafkaBus({brokers: server.addresses, ...FAST}).catch((failure: unknown) => failure)
    expect(error).toMatchObject({code: 'BUS_UNREACHABLE'})
  })
})

describe.skipIf(!canStart)('TLS', () => {
  let server: RunningKafka
  beforeAll(async () => {
    server = await startKafka({port: 19_095, security: 'ssl'})
  })
  afterAll(() => server?.stop())

  const file = (name: string) => join(server.dir, name)

  test('works with the authority of the brokers', async () => {
    const settings = {brokers: server.addresses, ssl: {caFile: file('ca.pem')}, ...FAST}
    expect(await roundTrip(settings, 'tls')).toBe(100)
  })

  test('works with a certificate of our own, and by name', async () => {
    const ssl = {caFile: file('ca.pem'), certFile: file('node.pem'), keyFile: file('node.key')}
    const brokers = server.addresses.map((address) => address.replace('127.0.0.1', 'localhost'))
    expect(await roundTrip({brokers, ssl, ...FAST}, 'mutual')).toBe(100)
  })

  test('with an authority nobody knows is refused, naming the setting', async () => {
    const error = await openKafkaBus({brokers: server.addresses, ssl: {}, ...FAST}).catch((failure: unknown) => failure)
    expect(error).toMatchObject({
      code: 'BUS_UNREACHABLE',
      suggestions: ['Name its certificate authority: kafka.ca_file'],
    })
  })

  test('left out says that the brokers talk TLS', async () => {
    const error = await openKafkaBus({brokers: server.addresses, ...FAST}).catch((failure: unknown) => failure)
    expect(String(error)).toMatch(/127\.0\.0\.1:\d+ talks TLS: set kafka\.ssl to true$/)
  })
})
