/** Compares texts by code points, as UTF-8 bytes do; JavaScript's own order is by UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; i++) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left === right) continue
    // A surrogate stands for a code point beyond all that need none.
    const order = Number(isSurrogate(left)) - Number(isSurrogate(right))
    return order || left - right
  }
  return a.length - b.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}
