// A digest of a set of units that does not depend on their order and adds up: the digest of two stretches is the sum
// of theirs. It tells accidents apart (a unit that is missing, doubled or another), not forgeries.

/** What a unit's id says besides its source. */
export interface UnitKey {
  offset: number
  /** CRC-32C of its bytes, unsigned. */
  crc: number
}

const TWO_32 = 2 ** 32

/** The sums over some units: how many, two 32-bit sums of a hash of each, and the plain sums of offset and checksum. */
export class UnitDigest {
  count = 0
  /** Sum of the offsets: with that of the checksums, what names the one unit that is missing. */
  offsets = 0
  crcs = 0
  private high = 0
  private low = 0

  static of(keys: Iterable<UnitKey>): UnitDigest {
    const digest = new UnitDigest()
    for (const {offset, crc} of keys) digest.add(offset, crc)
    return digest
  }

  /** Of what `toString` gave beside the plain sums; `undefined` where the text is none. */
  static parse(text: string, sums: {count: number; offsets: number; crcs: number}): UnitDigest | undefined {
    if (!/^[0-9a-f]{16}$/.test(text)) return undefined
    const digest = Object.assign(new UnitDigest(), sums)
    digest.high = Number.parseInt(text.slice(0, 8), 16)
    digest.low = Number.parseInt(text.slice(8), 16)
    return digest
  }

  add(offset: number, crc: number): void {
    this.count++
    this.offsets += offset
    this.crcs += crc
    // What multiplies takes the lowest 32 bits of a number itself.
    const place = Math.imul(offset, 0x9e3779b1) ^ Math.imul(offset / TWO_32, 0x85ebca77)
    this.high = (this.high + scramble(place ^ crc)) >>> 0
    this.low = (this.low + scramble(place + Math.imul(crc, 0xc2b2ae3d))) >>> 0
  }

  merge(other: UnitDigest): void {
    this.count += other.count
    this.offsets += other.offsets
    this.crcs += other.crcs
    this.high = (this.high + other.high) >>> 0
    this.low = (this.low + other.low) >>> 0
  }

  equals(other: UnitDigest): boolean {
    return this.count === other.count && this.high === other.high && this.low === other.low
  }

  /** Sixteen hex digits; the sums are not part of it. */
  toString(): string {
    return this.high.toString(16).padStart(8, '0') + this.low.toString(16).padStart(8, '0')
  }
}

/** The finishing mix of MurmurHash3: every bit of the input reaches every bit of the output. */
function scramble(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
