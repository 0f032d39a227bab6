import {LONGEST_USUAL_ROW} from './layout.js'

const FIRST_BYTES = 4 * 2 ** 20
/** A larger buffer than this, made for a huge batch, is not kept. */
const MOST_KEPT = 32 * 2 ** 20
/** Lines are measured only where they may be longer than what readers reckon with anyway. */
const LONG = LONGEST_USUAL_ROW / 4

/**
 * Lines on their way to a file, encoded one by one into one buffer that is used again: joining them first, and encoding
 * the whole, takes twice the time.
 */
export class LineBuffer {
  #buffer = Buffer.alloc(0)
  #used = 0
  count = 0
  /** Bytes of the longest line, if longer than usual; else 0. */
  longest = 0

  /** Forgets the lines before; `bytes` handed out earlier are overwritten. */
  begin(): this {
    if (this.#buffer.length > MOST_KEPT) this.#buffer = Buffer.alloc(0)
    this.#used = 0
    this.count = 0
    this.longest = 0
    return this
  }

  add(line: string): void {
    const most = this.#used + line.length * 3
    if (most > this.#buffer.length) this.#grow(most)
    const size = this.#buffer.write(line, this.#used)
    this.#used += size
    this.count++
    if (size > LONG && size > this.longest) this.longest = size
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#used)
  }

  #grow(atLeast: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(atLeast, this.#buffer.length * 2, FIRST_BYTES))
    this.#buffer.copy(larger, 0, 0, this.#used)
    this.#buffer = larger
  }
}
