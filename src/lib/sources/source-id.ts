import {createHash} from 'node:crypto'

/** Letters and digits of an id that is made here. */
const ID_LENGTH = 12

/** What an id is derived from where no table knows the file: the same again after the table was lost. */
export interface SourceOrigin {
  host: string
  device: string
  inode: string
  /** First bytes of what is inside. */
  head: Buffer
}

/** Twelve characters of base 36, 62 bits. */
export function deriveSourceId({host, device, inode, head}: SourceOrigin): string {
  const hash = createHash('sha256').update(`${host}\0${device}\0${inode}\0`).update(firstLine(head)).digest()
  return toId(hash.readBigUInt64BE(0))
}

/** For what has no place of its own (stdin). @param random numbers in [0, 1) */
export function randomSourceId(random: () => number): string {
  const part = () => BigInt(Math.floor(random() * 2 ** 32))
  return toId((part() << 32n) | part())
}

/** For what was posted whole: the same again for the same sender, key and bytes, and for no others. */
export function postedSourceId({sender, key, body}: {sender: string; key: string; body: Buffer}): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([sender, key]))
    .update(body)
    .digest()
  return toId(hash.readBigUInt64BE(0))
}

function toId(bits: bigint): string {
  return bits.toString(36).padStart(ID_LENGTH, '0').slice(-ID_LENGTH)
}

/** The first line with its end; all there is where it has none. */
export function firstLine(head: Buffer): Buffer {
  const end = head.indexOf(10)
  return end < 0 ? head : head.subarray(0, end + 1)
}

/** Short enough to store, long enough that no two contents share one by chance. */
export function fingerprint(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
}

const COMPRESSED = /\.(gz|gzip|zst|zstd)$/i

/** The name without what compressing adds. */
export function uncompressedName(name: string): string {
  return name.replace(COMPRESSED, '')
}

/** What stays the same when a file is rotated: `app.log`, `app.log.1`, `app-20260101.log.gz` → `app.log`. */
export function rotationStem(name: string): string {
  return uncompressedName(name).replace(/[-_.]\d[\dTZ:_.-]*(?=\.|$)/g, '')
}
