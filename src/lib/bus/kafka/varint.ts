// Kafka's variable-length integers: zigzag, seven bits a byte, lowest first. Any safe integer fits.

/** Longest encoding of a safe integer, in bytes. */
export const LONGEST_VARINT = 10

const INT32_MIN = -(2 ** 31)
const INT32_MAX = 2 ** 31 - 1

export function sizeOfVarint(value: number): number {
  if (value < INT32_MIN || value > INT32_MAX) return sizeOfVarlong(value)
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0
  if (zigzag < 0x80) return 1
  if (zigzag < 0x4000) return 2
  if (zigzag < 0x20_0000) return 3
  return zigzag < 0x1000_0000 ? 4 : 5
}

/** Writes `value` at `at` and returns the place behind it. */
export function writeVarint(to: Buffer, at: number, value: number): number {
  if (value < INT32_MIN || value > INT32_MAX) return writeVarlong(to, at, value)
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0
  let next = at
  while (zigzag > 0x7f) {
    to[next++] = (zigzag & 0x7f) | 0x80
    zigzag >>>= 7
  }
  to[next++] = zigzag
  return next
}

function zigzag64(value: number): bigint {
  const wide = BigInt(value)
  return wide < 0n ? -wide * 2n - 1n : wide * 2n
}

function sizeOfVarlong(value: number): number {
  let size = 1
  for (let left = zigzag64(value) >> 7n; left > 0n; left >>= 7n) size++
  return size
}

function writeVarlong(to: Buffer, at: number, value: number): number {
  let left = zigzag64(value)
  let next = at
  while (left > 0x7fn) {
    to[next++] = Number(left & 0x7fn) | 0x80
    left >>= 7n
  }
  to[next++] = Number(left)
  return next
}

/** Reads one after another; past the end of the bytes it reads zeros. */
export class VarintReader {
  position = 0

  constructor(private readonly bytes: Buffer) {}

  /** A call, not `position +=`: that would read the position before an argument that reads on. */
  skip(count: number): void {
    this.position += count
  }

  next(): number {
    const {bytes} = this
    const first = bytes[this.position++] ?? 0
    if (first < 0x80) return (first >>> 1) ^ -(first & 1)
    let zigzag = first & 0x7f
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = bytes[this.position++] ?? 0
      zigzag |= (byte & 0x7f) << shift
      if (byte < 0x80) return (zigzag >>> 1) ^ -(zigzag & 1)
    }
    return this.#wide(zigzag)
  }

  /** What does not fit into 28 bits. */
  #wide(low: number): number {
    let zigzag = BigInt(low)
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = bytes64(this.bytes[this.position++])
      zigzag |= (byte & 0x7fn) << shift
      if (byte < 0x80n) break
    }
    return Number((zigzag >> 1n) ^ -(zigzag & 1n))
  }
}

function bytes64(byte: number | undefined): bigint {
  return BigInt(byte ?? 0)
}
