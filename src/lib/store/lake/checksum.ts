import {readSync} from 'node:fs'
import {createRequire} from 'node:module'
import {LogflowError} from '../../errors/logflow-error.js'

type Checksum = (bytes: Buffer, initial?: number) => number

const CHUNK = 1 << 20

let crc32c: Checksum | undefined

/** CRC-32C. Native, and loaded where it is needed only. */
export function checksum(): Checksum {
  crc32c ??= (createRequire(import.meta.url)('@node-rs/crc32') as {crc32c: Checksum}).crc32c
  if (!crc32c) throw new LogflowError('INTERNAL', 'no CRC-32C on this platform')
  return crc32c
}

/** The checksum of the bytes [from, to) of a file; `undefined` where it ends before. Constant memory. */
export function checksumOf(fd: number, from: number, to: number): number | undefined {
  const crc = checksum()
  const chunk = Buffer.allocUnsafe(Math.max(1, Math.min(CHUNK, to - from)))
  let sum = 0
  for (let at = from; at < to; ) {
    const size = readSync(fd, chunk, 0, Math.min(chunk.length, to - at), at)
    if (size === 0) return undefined
    sum = crc(chunk.subarray(0, size), sum)
    at += size
  }
  return sum
}
