import {LogflowError} from '../errors/logflow-error.js'
import type {ByteSource} from './byte-source.js'
import {type Decoder, newDecoder} from './decoder.js'
import type {Compression} from './inspect-head.js'

export interface DecompressOptions {
  /** For messages. */
  path: string
  compression: Compression
  /** Opens the compressed bytes from their begin a second time; absent where that cannot be done (stdin). */
  reopen?: () => Promise<ByteSource>
}

/**
 * The bytes inside a compressed stream of any number of members or frames. Where it is damaged or cut short, what
 * lies before that place is given first, then `read` rejects. A decoder gives nothing of the call that fails, so the
 * last piece is decoded again byte by byte; where it cannot be read again, pieces are small instead.
 */
export async function decompressed(source: ByteSource, options: DecompressOptions): Promise<ByteSource> {
  const decoder = await newDecoder(options.compression)
  const piece = Buffer.allocUnsafeSlow(options.reopen ? decoder.piece : SMALL_PIECE)
  const queue: Buffer[] = []
  /** Compressed bytes given to the decoder without an error, and bytes it has made. */
  let fed = 0
  let made = 0
  let ended = false
  let failure: {error: unknown} | undefined

  const collect = () => {
    for (const chunk of decoder.take()) {
      queue.push(chunk)
      made += chunk.length
    }
  }
  const feed = async () => {
    const length = await source.read(piece, 0, piece.length)
    try {
      if (length > 0) await decoder.write(Buffer.from(piece.subarray(0, length)))
      else await decoder.end()
      collect()
      fed += length
      ended = length === 0
    } catch (error) {
      collect()
      failure = {error: damaged(options, error, length === 0)}
      if (length > 0 && options.reopen) queue.push(...(await salvage(options.compression, options.reopen, fed, made)))
    }
  }
  return {
    get consumed() {
      return source.consumed
    },
    async read(into, at, length) {
      while (queue.length === 0 && !ended && !failure) await feed()
      const first = queue[0]
      if (first) {
        const taken = first.copy(into, at, 0, Math.min(length, first.length))
        if (taken === first.length) queue.shift()
        else queue[0] = first.subarray(taken)
        return taken
      }
      if (failure) throw failure.error
      return 0
    },
    async close() {
      decoder.close()
      await source.close()
    },
  }
}

const SMALL_PIECE = 512

/** What can be had after the first `made` bytes, when the first `fed` compressed ones are good and the next few not all. */
async function salvage(
  compression: Compression,
  reopen: () => Promise<ByteSource>,
  fed: number,
  made: number,
): Promise<Buffer[]> {
  const source = await reopen()
  const decoder = await newDecoder(compression)
  const kept: Buffer[] = []
  let skip = made
  try {
    await replay(source, decoder, fed, () => {
      for (const chunk of decoder.take()) {
        if (skip < chunk.length) kept.push(chunk.subarray(skip))
        skip = Math.max(0, skip - chunk.length)
      }
    })
  } catch {
    // The damaged place again, as expected: everything before it has been collected.
  } finally {
    decoder.close()
    await source.close()
  }
  return kept
}

async function replay(source: ByteSource, decoder: Decoder, fed: number, collect: () => void): Promise<void> {
  const piece = Buffer.allocUnsafeSlow(decoder.piece)
  let at = 0
  for (;;) {
    const length = await source.read(piece, 0, at < fed ? Math.min(piece.length, fed - at) : piece.length)
    if (length === 0) return
    const step = at < fed ? length : 1
    for (let i = 0; i < length; i += step) {
      await decoder.write(Buffer.from(piece.subarray(i, i + step)))
      collect()
    }
    at += length
  }
}

function damaged(options: DecompressOptions, cause: unknown, atEnd: boolean): LogflowError {
  const {path, compression} = options
  const detail = cause instanceof Error ? cause.message : String(cause)
  const what = atEnd
    ? `${path} ends in the middle of its ${compression} stream`
    : `${path} holds a damaged ${compression} stream`
  return new LogflowError('CORRUPT', `${what} (${detail}); what could be read before that place was read`, {
    cause,
    suggestions: [`Check it with: ${compression === 'gzip' ? 'gzip' : 'zstd'} -t`],
  })
}
