/**
 * A stream of random numbers that is the same on every system: integers and the four basic operations only
 * (`Math.exp`, `Math.log` and their kind may differ in the last bit between engines). The generator is sfc32.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #d = 1
  readonly #bytes = Buffer.alloc(16)
  readonly #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, 16)

  /** Equal seeds give equal streams; any text is a seed. */
  constructor(seed: string) {
    this.#a = hash(seed, 0x811c9dc5)
    this.#b = hash(seed, 0x9e3779b9)
    this.#c = hash(seed, 0x85ebca6b)
    for (let i = 0; i < 16; i++) this.uint32()
  }

  /** 0 to 2^32 - 1. */
  uint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t
    this.#c |= 0
    return t >>> 0
  }

  /** 0 to n - 1. */
  below(n: number): number {
    return Math.floor((this.uint32() * n) / 0x1_0000_0000)
  }

  /** Between min (inclusive) and max (exclusive), whole numbers, all alike. */
  between(min: number, max: number): number {
    return min + this.below(max - min)
  }

  /** Like `between`, but mostly near min with a long tail: the way latencies are. */
  skewed(min: number, max: number): number {
    const u = this.uint32() / 0x1_0000_0000
    return min + Math.floor((max - min) * u * u * u)
  }

  /** True `share` of the time. */
  chance(share: number): boolean {
    return this.uint32() < share * 0x1_0000_0000
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** Hex digits, a multiple of eight and at most 32. */
  hex(digits: number): string {
    for (let byte = 0; byte < digits / 2; byte += 4) this.#view.setUint32(byte, this.uint32())
    return this.#bytes.toString('hex', 0, digits / 2)
  }

  /** The form of a version 4 UUID. */
  uuid(): string {
    const h = this.hex(32)
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`
  }
}

/** FNV-1a over the UTF-16 code units, stirred at the end. */
function hash(text: string, basis = 0x811c9dc5): number {
  let h = basis | 0
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
