// The codecs of Kafka, both ways: synchronous compression for our record batches (for batches of this size the hand
// over to a thread costs more than it saves), and decompression for kafkajs, which knows only gzip by itself.

import {createRequire} from 'node:module'
import {gzipSync} from 'node:zlib'
import type {Compressor} from './record-batch.js'
import type {Codec} from './settings.js'

const require = createRequire(import.meta.url)

export const CODEC_IDS: Record<Codec, number> = {none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4}

const ZSTD_LEVEL = 1

interface Snappy {
  compress(bytes: Buffer): Buffer
}
interface Lz4 {
  compressFrameSync(bytes: Buffer): Buffer
  decompressFrameSync(bytes: Buffer): Buffer
}
interface Zstd {
  Encoder: new (level: number) => {encodeSync(bytes: Buffer): Buffer}
  Decoder: new () => {decodeSync(bytes: Buffer): Buffer}
}

/** Loads the library of a codec, so that only the one in use costs time. */
export function compressorFor(codec: Codec): Compressor {
  return {id: CODEC_IDS[codec], compress: compressFunction(codec)}
}

function compressFunction(codec: Codec): (records: Buffer) => Buffer {
  switch (codec) {
    case 'none':
      return (records) => records
    case 'gzip':
      return (records) => gzipSync(records)
    case 'snappy': {
      // the library inside kafkajs-snappy, whose own face is asynchronous
      const {compress} = createRequire(require.resolve('kafkajs-snappy'))('snappyjs') as Snappy
      return (records) => compress(records)
    }
    case 'lz4': {
      const {compressFrameSync} = require('lz4-napi') as Lz4
      return (records) => compressFrameSync(records)
    }
    case 'zstd': {
      const encoder = new (require('@toondepauw/node-zstd') as Zstd).Encoder(ZSTD_LEVEL)
      return (records) => encoder.encodeSync(records)
    }
  }
}

/** What kafkajs wants of a codec. */
export interface KafkajsCodec {
  compress(encoder: {buffer: Buffer}): Promise<Buffer>
  decompress(bytes: Buffer): Promise<Buffer>
}

/** The codecs kafkajs lacks, by Kafka's number; each loads its library when it is first used. */
export function kafkajsCodecs(): Record<number, () => KafkajsCodec> {
  const both = (codec: Codec, decompressor: () => (bytes: Buffer) => Buffer | Promise<Buffer>) => {
    let loaded: KafkajsCodec | undefined
    return () => {
      if (!loaded) {
        const compress = compressFunction(codec)
        const decompress = decompressor()
        loaded = {compress: async ({buffer}) => compress(buffer), decompress: async (bytes) => decompress(bytes)}
      }
      return loaded
    }
  }
  return {
    [CODEC_IDS.snappy]: both('snappy', () => {
      // kafkajs-snappy also reads the framed form that Java producers write
      const codec = (require('kafkajs-snappy') as () => KafkajsCodec)()
      return (bytes) => codec.decompress(bytes)
    }),
    [CODEC_IDS.lz4]: both('lz4', () => (require('lz4-napi') as Lz4).decompressFrameSync),
    [CODEC_IDS.zstd]: both('zstd', () => {
      const decoder = new (require('@toondepauw/node-zstd') as Zstd).Decoder()
      return (bytes) => decoder.decodeSync(bytes)
    }),
  }
}
