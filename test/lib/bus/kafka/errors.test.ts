import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {createServer as createHttpServer} from 'node:http'
import {type AddressInfo, createServer, type Server} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, describe, expect, test} from 'vitest'
import {isProducerStateLost, isTooLarge, toLogflowError} from '../../../../src/lib/bus/kafka/errors.js'
import {openKafkaBus} from '../../../../src/lib/bus/kafka/kafka-bus.js'
import type {KafkaSettings} from '../../../../src/lib/bus/kafka/settings.js'
import {strangerIn} from '../../../../src/lib/bus/kafka/sockets.js'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'

const ATTEMPT = {doing: 'write to topic logs', brokers: ['k1:9092', 'k2:9092'], topic: 'logs'}
const FAST = {connectionTimeoutMs: 300, connectTries: 2}

const open: Array<() => Promise<void>> = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** The address of a server that ends with the test. */
async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sockets = new Set<{destroy(): void}>()
  server.on('connection', (socket) => sockets.add(socket))
  open.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function failureOf(settings: KafkaSettings): Promise<LogflowError> {
  const error = await openKafkaBus(settings).then(
    () => undefined,
    (failure: unknown) => failure,
  )
  expect(error).toBeInstanceOf(LogflowError)
  return error as LogflowError
}

describe('opening the bus', () => {
  test('on a closed port says how often and how long it tried', async () => {
    const server = createServer()
    const address = await listening(server)
    await new Promise((resolve) => server.close(resolve))
    const error = await failureOf({brokers: [address], ...FAST})
    expect(error.code).toBe('BUS_UNREACHABLE')
    expect(error.retriable).toBe(true)
    expect(error.message).toMatch(/^no Kafka broker answered at 127\.0\.0\.1:\d+ \(tried 2 times in [\d.]+ s\)$/)
    expect(error.suggestions).toEqual([
      'logflow doctor  to see what is reachable',
      'Use --bus embedded to work without Kafka',
    ])
  })

  test('on a server that takes connections and says nothing gives up', async () => {
    const address = await listening(createServer(() => undefined))
    const error = await failureOf({brokers: [address], ...FAST})
    expect(error.code).toBe('BUS_UNREACHABLE')
    expect(error.message).toMatch(/^no Kafka broker answered at .* \(tried 2 times in [\d.]+ s\)$/)
  })

  test('on a web server says that it is one', async () => {
    const address = await listening(createHttpServer((_, response) => response.end('hello')))
    const error = await failureOf({brokers: [address], ...FAST})
    expect(error.code).toBe('BUS_UNREACHABLE')
    expect(error.message).toMatch(/: 127\.0\.0\.1:\d+ is an HTTP server, not a Kafka broker$/)
  })

  test('on a host that does not exist says so as unreachable', async () => {
    const error = await failureOf({brokers: ['no-such-host.invalid:9092'], ...FAST})
    expect(error.code).toBe('BUS_UNREACHABLE')
  })

  test('with TLS on a server that talks none does not hang', async () => {
    const address = await listening(createServer((socket) => socket.end('220 mail ready\r\n')))
    const error = await failureOf({brokers: [address], ssl: {}, ...FAST})
    expect(error.code).toBe('BUS_UNREACHABLE')
    expect(error.suggestions.length).toBeGreaterThan(0)
  })

  test('with a TLS file that is missing or no PEM is wrong use', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'logflow-kafka-tls-'))
    open.push(async () => rmSync(dir, {recursive: true}))
    const missing = await failureOf({brokers: ['127.0.0.1:1'], ssl: {caFile: join(dir, 'none.pem')}})
    expect([missing.code, missing.message]).toEqual([
      'USAGE',
      `cannot read ${join(dir, 'none.pem')}, set as kafka.ca_file: ENOENT`,
    ])
    const file = join(dir, 'text.pem')
    writeFileSync(file, 'not a certificate')
    const text = await failureOf({brokers: ['127.0.0.1:1'], ssl: {keyFile: file}})
    expect([text.code, text.message]).toEqual(['USAGE', `${file}, set as kafka.key_file, is no PEM file`])
  })

  test.each([
    [{brokers: []}, 'no Kafka broker is named'],
    [{brokers: ['localhost']}, '"localhost" is no Kafka broker address'],
    [{brokers: ['http://localhost:9092']}, '"http://localhost:9092" is no Kafka broker address'],
    [{brokers: ['k:1'], clientId: 'x'.repeat(256)}, 'the Kafka client id is longer than 255 bytes'],
    [{brokers: ['k:1'], compression: 'brotli' as never}, '"brotli" is no Kafka codec'],
  ])('with settings that cannot be is wrong use: %j', async (settings, message) => {
    const error = await failureOf(settings)
    expect([error.code, error.message]).toEqual(['USAGE', message])
  })
})

describe('what kafkajs says', () => {
  const protocol = (type: string, message = 'it says') =>
    Object.assign(new Error(message), {name: 'KafkaJSProtocolError', type, code: 1, retriable: false})
  const wrapped = (cause: unknown) =>
    Object.assign(new Error('gave up'), {name: 'KafkaJSNumberOfRetriesExceeded', cause})

  test.each([
    ['SASL_AUTHENTICATION_FAILED', 'UNAUTHORISED', false],
    ['UNSUPPORTED_SASL_MECHANISM', 'UNAUTHORISED', false],
    ['TOPIC_AUTHORIZATION_FAILED', 'UNAUTHORISED', false],
    ['GROUP_AUTHORIZATION_FAILED', 'UNAUTHORISED', false],
    ['MESSAGE_TOO_LARGE', 'BACKEND_REFUSED', false],
    ['INVALID_TOPIC_EXCEPTION', 'USAGE', false],
    ['INVALID_REPLICATION_FACTOR', 'USAGE', false],
    ['UNKNOWN_PRODUCER_ID', 'BACKEND_REFUSED', true],
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'BACKEND_REFUSED', true],
    ['POLICY_VIOLATION', 'BACKEND_REFUSED', false],
  ])('%s becomes %s', (type, code, retriable) => {
    for (const error of [protocol(type), wrapped(protocol(type)), wrapped(wrapped(protocol(type)))]) {
      const known = toLogflowError(error, ATTEMPT)
      expect([known.code, known.retriable]).toEqual([code, retriable])
      expect(known.cause).toBe(error)
      expect(known.message).not.toContain('\n')
    }
  })

  test('is said in full where it is a refusal', () => {
    const refused = toLogflowError(wrapped(protocol('TOPIC_AUTHORIZATION_FAILED', 'Not\nauthorized')), ATTEMPT)
    expect(refused.message).toBe(
      'could not write to topic logs: Kafka at k1:9092, k2:9092 says TOPIC_AUTHORIZATION_FAILED (Not authorized)',
    )
    const large = toLogflowError(protocol('MESSAGE_TOO_LARGE'), {...ATTEMPT, doing: 'send a unit of 9,000 bytes'})
    expect(large.message).toBe(
      'could not send a unit of 9,000 bytes: the unit is larger than max.message.bytes of topic logs',
    )
  })

  test.each(['KafkaJSConnectionError', 'KafkaJSRequestTimeoutError', 'KafkaJSConnectionClosedError'])(
    '%s becomes BUS_UNREACHABLE',
    (name) => {
      const known = toLogflowError(wrapped(Object.assign(new Error('x'), {name})), ATTEMPT)
      expect([known.code, known.message]).toEqual(['BUS_UNREACHABLE', 'no Kafka broker answered at k1:9092, k2:9092'])
    },
  )

  test('about a certificate names the setting', () => {
    const error = Object.assign(new Error('self-signed'), {
      name: 'KafkaJSConnectionError',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    const known = toLogflowError(error, ATTEMPT)
    expect([known.code, known.suggestions]).toEqual([
      'BUS_UNREACHABLE',
      ['Name its certificate authority: kafka.ca_file'],
    ])
  })

  test('that is a fault of ours stays one, and our own errors pass through', () => {
    expect(toLogflowError(new TypeError('x is not a function'), ATTEMPT).code).toBe('INTERNAL')
    const own = new LogflowError('LOCK_HELD', 'held')
    expect(toLogflowError(own, ATTEMPT)).toBe(own)
  })

  test('about size and lost producer state is told apart', () => {
    expect([isTooLarge(wrapped(protocol('MESSAGE_TOO_LARGE'))), isTooLarge(protocol('UNKNOWN'))]).toEqual([true, false])
    expect(isProducerStateLost(protocol('UNKNOWN_PRODUCER_ID'))).toBe(true)
    expect(isProducerStateLost(new Error('UNKNOWN_PRODUCER_ID'))).toBe(false)
  })
})

test.each([
  [Buffer.from('HTTP/1.1 400 Bad Request'), 'is an HTTP server, not a Kafka broker'],
  [Buffer.from([0x15, 0x03, 0x03, 0, 2, 2, 70]), 'talks TLS: set kafka.ssl to true'],
  [Buffer.from('SSH-2.0-OpenSSH_9'), 'is not a Kafka broker'],
  [Buffer.from([0, 0, 0, 10, 0, 0, 0, 1]), undefined],
])('a stranger is known by its first bytes', (bytes, expected) => {
  expect(strangerIn(bytes)).toBe(expected)
})
