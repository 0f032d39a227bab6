// What kafkajs and the brokers say, turned into our codes: the only file that reads their names and codes.

import {type ErrorCode, LogflowError} from '../../errors/logflow-error.js'

/** What was being done, on what; `doing` completes "could not …". */
export interface Attempt {
  doing: string
  brokers: string[]
  topic?: string
  /** Tries made and milliseconds they took, where that is known. */
  tries?: number
  ms?: number
}

/** The fields kafkajs puts on its errors. */
interface ForeignError {
  name?: string
  message?: string
  /** Kafka's name of a refusal: `TOPIC_AUTHORIZATION_FAILED`. */
  type?: string
  /** Kafka's number of a refusal, or the system's name of a network failure: `ECONNREFUSED`. */
  code?: number | string
  retriable?: boolean
  cause?: unknown
  errors?: unknown[]
  retryCount?: number
}

const SIGN_IN = ['SASL_AUTHENTICATION_FAILED', 'ILLEGAL_SASL_STATE', 'UNSUPPORTED_SASL_MECHANISM']
const FORBIDDEN = [
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
]
const BAD_USE = ['INVALID_TOPIC_EXCEPTION', 'INVALID_GROUP_ID', 'INVALID_REPLICATION_FACTOR', 'INVALID_PARTITIONS']
const NO_ANSWER = [
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSBrokerNotFound',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSPartialMessageError',
]
const LOST_STATE = [
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
]
const CERTIFICATE = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/
const NO_TLS = ['ERR_SSL_WRONG_VERSION_NUMBER', 'EPROTO', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']

/** The refusal of a batch for its size, by the broker or before. */
export function isTooLarge(error: unknown): boolean {
  return ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'].includes(rootOf(error).type ?? '')
}

/** The broker no longer knows what this producer sent before: a new producer id is needed. */
export function isProducerStateLost(error: unknown): boolean {
  return LOST_STATE.includes(rootOf(error).type ?? '')
}

export function isUnknownTopic(error: unknown): boolean {
  return rootOf(error).type === 'UNKNOWN_TOPIC_OR_PARTITION'
}

/** The position asked for lies before the oldest offset kept, or behind the end. */
export function isOutOfRange(error: unknown): boolean {
  return rootOf(error).type === 'OFFSET_OUT_OF_RANGE'
}

/** Every error of ours passes through unchanged. */
export function toLogflowError(error: unknown, attempt: Attempt): LogflowError {
  if (error instanceof LogflowError) return error
  const root = rootOf(error)
  const type = root.type ?? ''
  const at = attempt.brokers.join(', ')
  const make = (code: ErrorCode, message: string, suggestions: string[], retriable = false) =>
    new LogflowError(code, message, {cause: error, retriable, suggestions})

  if (SIGN_IN.includes(type) || root.name === 'KafkaJSSASLAuthenticationError') {
    return make('UNAUTHORISED', `Kafka at ${at} refused the sign-in: ${said(root)}`, [
      'Check kafka.sasl.mechanism, kafka.sasl.username and kafka.sasl.password',
    ])
  }
  if (FORBIDDEN.includes(type)) {
    return make('UNAUTHORISED', `could not ${attempt.doing}: Kafka at ${at} says ${said(root)}`, [
      `Ask for the right to ${attempt.doing}`,
    ])
  }
  if (isTooLarge(error)) {
    return make(
      'BACKEND_REFUSED',
      `could not ${attempt.doing}: the unit is larger than max.message.bytes of ${topicOf(attempt)}`,
      ['Raise max.message.bytes of the topic'],
    )
  }
  if (BAD_USE.includes(type)) {
    return make('USAGE', `could not ${attempt.doing}: ${said(root)}`, [
      'Check the topic, group, partitions and replication',
    ])
  }
  if (isProducerStateLost(error)) {
    return make('BACKEND_REFUSED', `could not ${attempt.doing}: ${said(root)}`, ['Send it again'], true)
  }
  if (typeof root.code === 'string' && CERTIFICATE.test(root.code)) {
    return make('BUS_UNREACHABLE', `the certificate of Kafka at ${at} is not trusted: ${said(root)}`, [
      'Name its certificate authority: kafka.ca_file',
    ])
  }
  if (typeof root.code === 'string' && NO_TLS.includes(root.code)) {
    return make('BUS_UNREACHABLE', `Kafka at ${at} does not talk TLS: ${said(root)}`, ['Set kafka.ssl to false'])
  }
  if (NO_ANSWER.includes(root.name ?? '') || typeof root.code === 'string') return unreachable(error, attempt)
  if (root.type) {
    const refused = `could not ${attempt.doing}: Kafka at ${at} says ${said(root)}`
    return make('BACKEND_REFUSED', refused, ['logflow doctor'], root.retriable === true)
  }
  if (root.name?.startsWith('KafkaJS')) {
    return make(
      'BACKEND_REFUSED',
      `could not ${attempt.doing}: ${said(root)}`,
      ['logflow doctor'],
      root.retriable === true,
    )
  }
  return make('INTERNAL', `could not ${attempt.doing}: ${said(root)}`, [])
}

/** "no Kafka broker answered at localhost:9092 (tried 3 times in 6 s)", with a reason where one was seen. */
export function unreachable(error: unknown, attempt: Attempt, reason?: string): LogflowError {
  const tried = attempt.tries === undefined ? '' : ` (tried ${times(attempt.tries)} in ${seconds(attempt.ms ?? 0)} s)`
  const why = reason ? `: ${reason}` : ''
  return new LogflowError(
    'BUS_UNREACHABLE',
    `no Kafka broker answered at ${attempt.brokers.join(', ')}${tried}${why}`,
    {
      cause: error,
      // what is no Kafka will not become one
      retriable: reason === undefined,
      suggestions: ['logflow doctor  to see what is reachable', 'Use --bus embedded to work without Kafka'],
    },
  )
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

function seconds(ms: number): string {
  return ms < 950 ? (ms / 1_000).toFixed(1) : String(Math.round(ms / 1_000))
}

function topicOf({topic}: Attempt): string {
  return topic === undefined ? 'its topic' : `topic ${topic}`
}

function said({type, message, name}: ForeignError): string {
  const text = (message || name || 'nothing').replace(/\s+/g, ' ').trim()
  return type && !text.includes(type) ? `${type} (${text})` : text
}

/** The innermost error that says something: kafkajs wraps what it gave up on. */
function rootOf(error: unknown): ForeignError {
  let current = asForeign(error)
  for (let depth = 0; depth < 8; depth++) {
    if (current.type || current.name === 'KafkaJSSASLAuthenticationError') return current
    const inner = current.errors?.[0] ?? current.cause
    if (typeof inner !== 'object' || inner === null || inner === current) return current
    current = asForeign(inner)
  }
  return current
}

function asForeign(error: unknown): ForeignError {
  return typeof error === 'object' && error !== null ? (error as ForeignError) : {message: String(error)}
}
