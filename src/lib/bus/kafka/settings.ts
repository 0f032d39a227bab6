// What an installation says about its Kafka, with the defaults in one place.

import {LogflowError} from '../../errors/logflow-error.js'

export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type Codec = (typeof CODECS)[number]

export interface KafkaSettings {
  /** `host:port` of brokers to begin with. */
  brokers: string[]
  /** Name shown to the brokers, at most 255 bytes. */
  clientId?: string
  /** Talks TLS when present; files are PEM. */
  ssl?: KafkaTls
  sasl?: KafkaSasl
  /** Partitions of a topic that is created; 4 unless said. */
  partitions?: number
  /** Replicas of a topic that is created; three, or the number of brokers where that is less, unless said. */
  replication?: number
  compression?: Codec
  /** Longest wait for a connection, and for each of the first answers on it. */
  connectionTimeoutMs?: number
  /** Longest wait for any other answer; a leader that hangs without closing is given up after it. */
  requestTimeoutMs?: number
  /** Times the brokers are tried at the start before they count as unreachable. */
  connectTries?: number
  /** Times a send or a fetch is tried again, 0.1 to 2 s apart, before it fails. */
  retries?: number
  /** A reader that has no word from Kafka for so long fails, instead of trying on for ever. */
  giveUpAfterMs?: number
}

export interface KafkaTls {
  caFile?: string
  certFile?: string
  keyFile?: string
  /** False takes any certificate; for tests only. */
  rejectUnauthorized?: boolean
}

export interface KafkaSasl {
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  username: string
  password: string
}

/** Settings with every default filled in. */
export type CompleteSettings = Required<Omit<KafkaSettings, 'ssl' | 'sasl' | 'replication'>> &
  Pick<KafkaSettings, 'ssl' | 'sasl' | 'replication'>

const DEFAULTS = {
  clientId: 'logflow',
  partitions: 4,
  compression: 'lz4' as const,
  connectionTimeoutMs: 3_000,
  requestTimeoutMs: 30_000,
  connectTries: 3,
  retries: 30,
  giveUpAfterMs: 60_000,
}

/** Fills in the defaults; USAGE where a value cannot be. */
export function completeSettings(settings: KafkaSettings): CompleteSettings {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
  const complete: CompleteSettings = {...DEFAULTS, ...(given as unknown as KafkaSettings)}
  if (complete.brokers.length === 0) throw unusable('no Kafka broker is named', 'Name one: localhost:9092')
  for (const broker of complete.brokers) {
    if (!/^(\[[^\]]+\]|[^\s:/]+):\d{1,5}$/.test(broker)) {
      throw unusable(`${JSON.stringify(broker)} is no Kafka broker address`, 'Write host:port, as in localhost:9092')
    }
  }
  if (Buffer.byteLength(complete.clientId) > 255) throw unusable('the Kafka client id is longer than 255 bytes')
  if (!CODECS.includes(complete.compression)) {
    throw unusable(`${JSON.stringify(complete.compression)} is no Kafka codec`, `Use one of ${CODECS.join(', ')}`)
  }
  return complete
}

function unusable(message: string, ...suggestions: string[]): LogflowError {
  return new LogflowError('USAGE', message, {suggestions})
}
