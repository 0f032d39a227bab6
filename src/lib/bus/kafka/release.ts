// Which release of Kafka answers. Brokers do not say; since 3.3 they tell the newest `metadata.version` they support
// (ApiVersions v3), and every release has its own. kafkajs asks with v2 at most, so this question is put by hand,
// over a connection of kafkajs that has TLS and sign-in done.

import {createRequire} from 'node:module'
import type {Kafka} from 'kafkajs'
import {createCluster} from './internal-cluster.js'

const require = createRequire(import.meta.url)

const API_VERSIONS = 18
const FLEXIBLE_VERSION = 3
/** Number of the tagged field with the features a broker supports. */
const SUPPORTED_FEATURES = 0
/** The last `metadata.version` of each release (org.apache.kafka.server.common.MetadataVersion). */
const RELEASES: ReadonlyArray<readonly [last: number, release: string]> = [
  [7, '3.3'],
  [8, '3.4'],
  [11, '3.5'],
  [14, '3.6'],
  [19, '3.7'],
  [20, '3.8'],
  [21, '3.9'],
  [25, '4.0'],
  [27, '4.1'],
  [29, '4.2'],
  [30, '4.3'],
]
const OLDER = '3.2 or older'

interface Encoder {
  writeUVarInt(value: number): Encoder
  writeUVarIntString(value: string): Encoder
}
/** `4.3`, `4.3 or newer`, `3.2 or older`. Rejects with the error of kafkajs where no broker answers. */
export async function askRelease(kafka: Kafka): Promise<string> {
  const cluster = createCluster(kafka)
  try {
    await cluster.connect()
    const Encoding = require('kafkajs/src/protocol/encoder') as new () => Encoder
    const level = await cluster.brokerPool.seedBroker.connectionPool.send({
      request: {
        apiKey: API_VERSIONS,
        apiVersion: FLEXIBLE_VERSION,
        apiName: 'ApiVersions',
        // the first 0 ends the request's head, the last one its body: no tagged fields
        encode: async () =>
          new Encoding().writeUVarInt(0).writeUVarIntString('logflow').writeUVarIntString('1').writeUVarInt(0),
      },
      response: {decode: async (answer: Buffer) => readMetadataVersion(answer), parse: async (level: unknown) => level},
    })
    return releaseOf(level)
  } finally {
    await cluster.disconnect().catch(() => undefined)
  }
}

export function releaseOf(level: number | undefined): string {
  if (level === undefined) return OLDER
  const known = RELEASES.find(([last]) => level <= last)
  return known ? known[1] : `${RELEASES.at(-1)?.[1]} or newer`
}

/** The newest `metadata.version` in an answer to ApiVersions v3; undefined where it names none. */
export function readMetadataVersion(answer: Buffer): number | undefined {
  const reader = new FlexibleReader(answer)
  if (reader.int16() !== 0) return undefined
  reader.array(() => reader.skip(6))
  reader.skip(4)
  let level: number | undefined
  reader.tags((tag) => {
    if (tag !== SUPPORTED_FEATURES) return
    reader.array(() => {
      const name = reader.text()
      reader.skip(2)
      const newest = reader.int16()
      if (name === 'metadata.version') level = newest
    })
  })
  return level
}

/** Reads the compact forms of Kafka's flexible protocol versions. */
class FlexibleReader {
  #at = 0

  constructor(private readonly bytes: Buffer) {}

  skip(count: number): void {
    this.#at += count
  }

  int16(): number {
    this.#at += 2
    return this.bytes.readInt16BE(this.#at - 2)
  }

  varint(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes.readUInt8(this.#at++)
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }

  text(): string {
    const end = this.varint() - 1 + this.#at
    const text = this.bytes.toString('utf8', this.#at, end)
    this.#at = end
    return text
  }

  /** Each element is followed by its own tagged fields. */
  array(element: () => void): void {
    for (let left = this.varint() - 1; left > 0; left--) {
      element()
      this.tags(() => undefined)
    }
  }

  tags(field: (tag: number) => void): void {
    for (let left = this.varint(); left > 0; left--) {
      const tag = this.varint()
      const length = this.varint()
      const end = this.#at + length
      field(tag)
      this.#at = end
    }
  }
}
