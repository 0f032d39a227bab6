export type Compression = 'gzip' | 'zstd'
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/** Bytes looked at to tell text from what is none. */
export const INSPECTED_BYTES = 64 << 10

/** What a file is compressed with, by its first bytes; its name does not count. */
export function compressionOf(head: Buffer): Compression | undefined {
  if (head.length >= 3 && head[0] === 0x1f && head[1] === 0x8b && head[2] === 8) return 'gzip'
  if (head.length < 4) return undefined
  const magic = head.readUInt32LE(0)
  const skippable = magic >= 0x184d2a50 && magic <= 0x184d2a5f
  return magic === 0xfd2fb528 || skippable ? 'zstd' : undefined
}

/** By byte order mark; without one, bytes pass as they are. */
export function encodingOf(head: Buffer): {encoding: Encoding; markBytes: number} {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return {encoding: 'utf-8', markBytes: 3}
  if (head[0] === 0xff && head[1] === 0xfe) return {encoding: 'utf-16le', markBytes: 2}
  if (head[0] === 0xfe && head[1] === 0xff) return {encoding: 'utf-16be', markBytes: 2}
  return {encoding: 'utf-8', markBytes: 0}
}

const FORMATS: Array<{name: string; magic: number[]; at?: number; unpack?: string}> = [
  {name: 'xz compressed', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], unpack: 'xz -dc'},
  {name: 'bzip2 compressed', magic: [0x42, 0x5a, 0x68], unpack: 'bzip2 -dc'},
  {name: 'lz4 compressed', magic: [0x04, 0x22, 0x4d, 0x18], unpack: 'lz4 -dc'},
  {name: 'a zip archive', magic: [0x50, 0x4b, 0x03, 0x04], unpack: 'unzip -p'},
  {
    name: 'a systemd journal',
    magic: [0x4c, 0x50, 0x4b, 0x53, 0x48, 0x48, 0x52, 0x48],
    unpack: 'journalctl -o json --file',
  },
  {name: 'a tar archive', magic: [...Buffer.from('ustar')], at: 257, unpack: 'tar -xOf'},
  {name: 'a program', magic: [0x7f, 0x45, 0x4c, 0x46]},
  {name: 'a PNG image', magic: [0x89, 0x50, 0x4e, 0x47]},
  {name: 'a JPEG image', magic: [0xff, 0xd8, 0xff]},
  {name: 'a SQLite database', magic: [...Buffer.from('SQLite format 3\0')]},
  {name: 'a Parquet file', magic: [...Buffer.from('PAR1')]},
  {name: 'a PDF document', magic: [...Buffer.from('%PDF-')]},
]

export interface Binary {
  /** What the bytes look like. */
  reason: string
  /** The command that would make text of the file named after it. */
  unpack?: string
}

/** Why these first bytes are no log text; `undefined` where they are. */
export function whyBinary(head: Buffer): Binary | undefined {
  const format = FORMATS.find(({magic, at = 0}) => magic.every((byte, i) => head[at + i] === byte))
  if (format && (format.magic.length > 3 || looksBinary(head))) return {reason: format.name, unpack: format.unpack}
  if (encodingOf(head).encoding !== 'utf-8') return undefined
  return looksBinary(head) ? {reason: 'binary data'} : undefined
}

/** Long runs of NUL are left aside: they are holes that a crash leaves in a log. */
const HOLE = 16
/** A short sample of text may hold a stray control byte or two. */
const SMALL_SAMPLE = 512

/**
 * Text in any encoding has few control bytes; random bytes have a tenth of them and are mostly no UTF-8; programs
 * and UTF-16 without a mark are full of NUL. A log with some NUL bytes, in Latin-1 or in GBK stays text.
 */
function looksBinary(head: Buffer): boolean {
  let holes = 0
  let nulls = 0
  let controls = 0
  for (let i = 0; i < head.length; i++) {
    const byte = head[i] as number
    if (byte === 0) {
      let end = i + 1
      while (head[end] === 0) end++
      if (end - i >= HOLE) holes += end - i
      else nulls += end - i
      i = end - 1
    } else if (byte < 32 ? !(byte >= 7 && byte <= 13) && byte !== 27 : byte === 127) controls++
  }
  const rest = head.length - holes
  if (rest === 0) return head.length > 0
  const odd = nulls + controls
  if (odd <= rest * (rest < SMALL_SAMPLE ? 0.2 : 0.05)) return false
  const broken = head.toString('utf8').split('\ufffd').length - 1
  return nulls + broken > rest * 0.1
}
