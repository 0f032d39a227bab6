// The codecs of Kafka, both ways: synchronous compression for our record batches (for batches of this size the hand
// over to a thread costs more than it saves), and decompression for kafkajs, which knows only gzip by itself.

import {createRequire} from 'node:module'
import {gunzipSync, gzipSync} from 'node:zlib'
import type {Compressor} from './record-batch.js'
import {CODECS, type Codec} from './settings.js'

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

type Decompress = (bytes: Buffer) => Buffer | Promise<Buffer>

/** Loaded when first used, by Kafka's number. */
const loaded = new Map<number, Decompress>()

/** The records of a batch; rejects where the bytes are not of that codec, or no such codec is known. */
export async function decompress(id: number, records: Buffer): Promise<Buffer> {
  let decompressor = loaded.get(id)
  if (!decompressor) {
    const codec = CODECS.find((name) => CODEC_IDS[name] === id)
    if (codec === undefined) throw new Error(`Kafka has no codec ${id}`)
    decompressor = decompressFunction(codec)
    loaded.set(id, decompressor)
  }
  return decompressor(records)
}

function decompressFunction(codec: Codec): Decompress {
  switch (codec) {
    case 'none':
      return (records) => records
    case 'gzip':
      return (records) => gunzipSync(records)
    case 'snappy': {
      // reads the framed form, which Java producers write, as well as the plain one
      const framed = (require('kafkajs-snappy') as () => KafkajsCodec)()
      return (records) => framed.decompress(records)
    }
    case 'lz4':
      return (require('lz4-napi') as Lz4).decompressFrameSync
    case 'zstd': {
      const decoder = new (require('@toondepauw/node-zstd') as Zstd).Decoder()
      return (records) => decoder.decodeSync(records)
    }
  }
}

/** The codecs kafkajs lacks, by Kafka's number. */
export function kafkajsCodecs(): Record<number, () => KafkajsCodec> {
  const codecs = (['snappy', 'lz4', 'zstd'] as const).map((codec) => {
    const id = CODEC_IDS[codec]
    const made: KafkajsCodec = {
      compress: async ({buffer}) => compressorFor(codec).compress(buffer),
      decompress: (bytes) => decompress(id, bytes),
    }
    return [id, () => made] as const
  })
  return Object.fromEntries(codecs)
}
