import type {ByteSource} from './byte-source.js'
import type {Encoding} from './inspect-head.js'

const READ = 64 << 10

/**
 * UTF-16 as UTF-8. What is no UTF-16 becomes U+FFFD. Offsets of units count bytes of this decoded stream, not of
 * the file. The source must begin after the byte order mark.
 */
export function utf16Decoded(source: ByteSource, encoding: Exclude<Encoding, 'utf-8'>): ByteSource {
  const decoder = new TextDecoder(encoding, {ignoreBOM: true})
  const raw = Buffer.allocUnsafeSlow(READ)
  let rest: Buffer = Buffer.alloc(0)
  let ended = false
  return {
    get consumed() {
      return source.consumed
    },
    async read(into, at, length) {
      while (rest.length === 0 && !ended) {
        const n = await source.read(raw, 0, READ)
        ended = n === 0
        rest = Buffer.from(ended ? decoder.decode() : decoder.decode(raw.subarray(0, n), {stream: true}))
      }
      const taken = rest.copy(into, at, 0, Math.min(length, rest.length))
      rest = rest.subarray(taken)
      return taken
    },
    close: () => source.close(),
  }
}
