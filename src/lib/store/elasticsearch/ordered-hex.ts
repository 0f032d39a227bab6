const double = new Float64Array(1)
const halves = new Uint32Array(double.buffer)
/** Which half of a double holds its sign. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0
const HEX = Array.from({length: 65_536}, (_, i) => i.toString(16).padStart(4, '0'))

/** A finite double as hexadecimal digits, without the zeros at its end, that sort as the numbers do. */
export function orderedHex(value: number): string {
  // -0 equals 0.
  double[0] = value + 0
  let high = halves[HIGH] as number
  let low = halves[1 - HIGH] as number
  if (high >>> 31 === 1) {
    // All bits turned round: the least negative number comes last.
    high = ~high >>> 0
    low = ~low >>> 0
  } else high = (high | 0x80000000) >>> 0
  const upper = (HEX[high >>> 16] as string) + (HEX[high & 0xffff] as string)
  const digits = low === 0 ? upper : upper + (HEX[low >>> 16] as string) + (HEX[low & 0xffff] as string)
  let end = digits.length
  while (digits.charCodeAt(end - 1) === 48) end--
  return digits.slice(0, end)
}
