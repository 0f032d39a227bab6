import type {BigIntStats} from 'node:fs'
import {createReadStream, readSync} from 'node:fs'
import {open} from 'node:fs/promises'
import type {Readable} from 'node:stream'
import {LogflowError} from '../errors/logflow-error.js'
import {type ByteSource, openFileBytes, readHead, streamBytes, withHead} from './byte-source.js'
import {decompressed} from './decompress.js'
import {type Input, inputName} from './input.js'
import {type Compression, compressionOf, encodingOf} from './inspect-head.js'
import {utf16Decoded} from './utf16.js'

/** Longest prefix by which a file is known again. */
export const HEAD_BYTES = 16 << 10

/** An input ready to be read. Whoever opened it reads `bytes` to its end or closes it. */
export interface OpenInput {
  /** Plain text from `firstOffset` on. */
  bytes: ByteSource
  /** First bytes inside, decompressed, as they lie there; for pipes what was there at once, with a whole line. */
  head: Buffer
  /** Offset of the first byte that `bytes` gives: 3 after a UTF-8 byte order mark. */
  firstOffset: number
  /** Size in the offsets of units: of plain files that when opened, else Infinity. */
  size: number
  compression?: Compression
  /** Of the open file; absent for pipes. */
  stat?: BigIntStats
  /** Bytes at an offset of a plain file, for knowing it again. */
  readAt?: (offset: number, length: number) => Buffer
  /** Somebody may be writing while we read. */
  live: boolean
}

export interface OpenOptions {
  /** What `-` reads. */
  stdin?: Readable
  signal?: AbortSignal
}

/** Opens an input and finds out what it is. Rejects with the system's error, or a LogflowError. */
export async function openInput(input: Input, options: OpenOptions): Promise<OpenInput> {
  if (input.kind === 'file') return openFile(input.path)
  const stream = input.kind === 'stdin' ? options.stdin : createReadStream(input.path)
  if (!stream) throw new LogflowError('INTERNAL', 'stdin was named as an input, but no stream was given for it')
  return openStream(inputName(input), streamBytes(stream, options.signal))
}

async function openFile(path: string): Promise<OpenInput> {
  const handle = await open(path, 'r')
  try {
    const stat = await handle.stat({bigint: true})
    const size = Number(stat.size)
    const {bytes: head, failure} = await readHead(openFileBytes(handle, path, 0, size), HEAD_BYTES, () => false)
    if (failure) throw failure.error
    const compression = compressionOf(head)
    const readAt = (offset: number, length: number) => {
      const buffer = Buffer.alloc(length)
      return buffer.subarray(0, readSync(handle.fd, buffer, 0, length, offset))
    }
    const plain = (position: number) => openFileBytes(handle, path, position, size)
    if (!compression) {
      const {encoding, markBytes} = encodingOf(head)
      const common = {head, stat, live: false}
      if (encoding === 'utf-8') return {...common, bytes: plain(markBytes), firstOffset: markBytes, size, readAt}
      return {...common, bytes: utf16Decoded(plain(2), encoding), firstOffset: 0, size: Number.POSITIVE_INFINITY}
    }
    const reopen = async () => ({...plain(0), close: async () => {}})
    return {...(await openInside(await decompressed(plain(0), {path, compression, reopen}), true)), compression, stat}
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function openStream(path: string, source: ByteSource): Promise<OpenInput> {
  const first = await readHead(source, HEAD_BYTES, (head) => head.length >= 4)
  const compression = compressionOf(first.bytes)
  const whole = withHead(first, source)
  if (!compression) return openInside(whole, false)
  return {...(await openInside(await decompressed(whole, {path, compression}), true)), compression}
}

/** What no offset of a file leads to: pipes, and the inside of compressed files. */
async function openInside(source: ByteSource, whole: boolean): Promise<OpenInput> {
  const head = await readHead(source, HEAD_BYTES, (seen) => !whole && seen.includes(10))
  const {encoding, markBytes} = encodingOf(head.bytes)
  const rest = withHead(head, source, markBytes)
  const common = {head: head.bytes, size: Number.POSITIVE_INFINITY, live: !whole}
  if (encoding === 'utf-8') return {...common, bytes: rest, firstOffset: markBytes}
  return {...common, bytes: utf16Decoded(rest, encoding), firstOffset: 0}
}
