import type {FileHandle} from 'node:fs/promises'
import type {Readable} from 'node:stream'
import {LogflowError} from '../errors/logflow-error.js'

/** Bytes in order, pulled into a buffer of the caller's. One `read` at a time. */
export interface ByteSource {
  /** Resolves how many bytes were put at `at`, at most `length`; 0 at the end. Rejects where reading fails. */
  read(into: Buffer, at: number, length: number): Promise<number>
  /** Bytes taken from the file or pipe so far, as they lie there. */
  readonly consumed: number
  /** Lets a file be read beyond the size it was opened at, to the end of a line that was being written. */
  extend?(): void
  close(): Promise<void>
}

/** A plain file from `position` on, up to the size it had when opened. */
export function openFileBytes(handle: FileHandle, path: string, position: number, size: number): ByteSource {
  let at = position
  let limit = size
  return {
    get consumed() {
      return at
    },
    async read(into, start, length) {
      const wanted = Math.min(length, limit - at)
      if (wanted <= 0) return 0
      const {bytesRead} = await handle.read(into, start, wanted, at)
      at += bytesRead
      if (bytesRead === 0 && at < size) throw becameShorter(path, at, size)
      return bytesRead
    },
    extend() {
      limit = Number.POSITIVE_INFINITY
    },
    close: () => handle.close(),
  }
}

function becameShorter(path: string, at: number, size: number): LogflowError {
  return new LogflowError(
    'FILE_UNREADABLE',
    `${path} became shorter while it was read: it had ${size} bytes when opened, and ends at ${at} now`,
    {suggestions: ['Ship it again once nothing writes to it or truncates it']},
  )
}

/** A pipe, or any stream of buffers. Ends quietly when the signal aborts. */
export function streamBytes(stream: Readable, signal?: AbortSignal): ByteSource {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array | string>
  const stop = () => void stream.destroy()
  signal?.addEventListener('abort', stop, {once: true})
  let rest: Uint8Array = new Uint8Array(0)
  let consumed = 0
  const pull = async () => {
    try {
      return await chunks.next()
    } catch (error) {
      if (signal?.aborted) return undefined
      throw error
    }
  }
  return {
    get consumed() {
      return consumed
    },
    async read(into, at, length) {
      while (rest.length === 0) {
        const next = signal?.aborted ? undefined : await pull()
        if (next === undefined || next.done) return 0
        rest = typeof next.value === 'string' ? Buffer.from(next.value) : next.value
        consumed += rest.length
      }
      const taken = Math.min(length, rest.length)
      into.set(taken === rest.length ? rest : rest.subarray(0, taken), at)
      rest = rest.subarray(taken)
      return taken
    },
    async close() {
      signal?.removeEventListener('abort', stop)
      stream.destroy()
    },
  }
}

/** First bytes of a source, read ahead of the rest; `failure` is what stopped that, if anything did. */
export interface Head {
  bytes: Buffer
  failure?: {error: unknown}
}

/** Reads until `enough` says so, `size` bytes are there, or the source ends or fails. */
export async function readHead(source: ByteSource, size: number, enough: (head: Buffer) => boolean): Promise<Head> {
  const buffer = Buffer.alloc(size)
  let filled = 0
  try {
    while (filled < size) {
      const n = await source.read(buffer, filled, size - filled)
      filled += n
      if (n === 0 || enough(buffer.subarray(0, filled))) break
    }
  } catch (error) {
    return {bytes: buffer.subarray(0, filled), failure: {error}}
  }
  return {bytes: buffer.subarray(0, filled)}
}

/** Gives what was read ahead, without its first `skip` bytes, then its failure or the rest of the source. */
export function withHead(head: Head, source: ByteSource, skip = 0): ByteSource {
  let rest = head.bytes.subarray(skip)
  return {
    get consumed() {
      return source.consumed
    },
    async read(into, at, length) {
      if (rest.length === 0) {
        if (head.failure) throw head.failure.error
        return source.read(into, at, length)
      }
      const taken = rest.copy(into, at, 0, Math.min(length, rest.length))
      rest = rest.subarray(taken)
      return taken
    },
    close: () => source.close(),
  }
}
