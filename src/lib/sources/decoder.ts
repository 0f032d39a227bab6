import {createGunzip, type ZlibOptions} from 'node:zlib'
import type {Compression} from './inspect-head.js'

/** Takes compressed bytes piece by piece, one call at a time. */
export interface Decoder {
  /** Bytes to give to one `write`: bounds what it can make of them, however hard they are compressed. */
  readonly piece: number
  write(piece: Buffer): Promise<void>
  /** Rejects when the stream was cut short. */
  end(): Promise<void>
  /** What has been made since the last call. Still answers after a rejection. */
  take(): Buffer[]
  close(): void
}

export async function newDecoder(compression: Compression): Promise<Decoder> {
  return compression === 'gzip' ? gzipDecoder() : zstdDecoder()
}

/** Deflate makes at most 1,032 bytes of one, so 17 MB of a piece. */
const GZIP_PIECE = 16 << 10
/** Zstandard makes 128 kB of four bytes, so 64 MB of a piece. */
const ZSTD_PIECE = 2 << 10

/** Node's own stream, driven by hand, because piping loses what is still queued when an error comes. */
function gzipDecoder(): Decoder {
  // The high mark lies above what one piece can become, so that a `write` never waits for a reader.
  const stream = createGunzip({chunkSize: 256 << 10, highWaterMark: 128 << 20} as ZlibOptions)
  let fail: (error: Error) => void = () => {}
  stream.on('error', (error) => fail(error))
  const settled = (start: (done: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      fail = reject
      start((error) => (error ? reject(error) : resolve()))
    })
  const chunks: Buffer[] = []
  const take = () => {
    for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) chunks.push(chunk as Buffer)
    return chunks.splice(0)
  }
  return {
    piece: GZIP_PIECE,
    write: (bytes) => settled((done) => stream.write(bytes, done)),
    // 'finish' comes before the last check, 'end' after it, and only to one who listens for data.
    end: () =>
      settled((done) => {
        if (stream.readableEnded) return done()
        stream.once('end', done).on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.end()
      }),
    take,
    close: () => void stream.destroy(),
  }
}

/**
 * Not the zlib of Node 22 and 24, twice as fast: it says nothing when the stream is cut short, nor when a second
 * frame follows the first, which it leaves out. fzstd does not check the checksum of the content.
 */
async function zstdDecoder(): Promise<Decoder> {
  const {Decompress} = await import('fzstd')
  let made: Buffer[] = []
  const stream = new Decompress((data) => {
    if (data.length > 0) made.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
  })
  return {
    piece: ZSTD_PIECE,
    write: async (bytes) => void stream.push(bytes),
    end: async () => void stream.push(new Uint8Array(0), true),
    take() {
      const chunks = made
      made = []
      return chunks
    },
    close() {},
  }
}
