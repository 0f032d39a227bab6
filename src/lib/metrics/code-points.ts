const SURROGATE = /[\ud800-\udfff]/

/** Compares texts by code point, which is the order of their UTF-8 bytes, as stores sort. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : 1
  const length = Math.min(a.length, b.length)
  let at = 0
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++
  if (at === length) return a.length - b.length
  return aboveSurrogates(a.charCodeAt(at)) - aboveSurrogates(b.charCodeAt(at))
}

/** A unit of a pair stands for a code point above all that take one unit. */
function aboveSurrogates(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
