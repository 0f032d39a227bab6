import {type Ranges, union} from './regex-tree.js'

/**
 * The characters of a set and all that are the same letter in another case: Unicode's simple case folding, one
 * character to one. `k` brings the Kelvin sign, `s` the long s; `ß` brings `ẞ` but never `ss`.
 */
export function withOtherCases(ranges: Ranges): Ranges {
  const others: Array<[number, number]> = []
  for (const [key, letters] of groups()) {
    if (letters.some((letter) => ranges.some(([from, to]) => letter >= from && letter <= to)))
      for (const letter of [key, ...letters]) others.push([letter, letter])
  }
  return others.length === 0 ? ranges : union(ranges, others)
}

let made: Map<number, number[]> | undefined

/** Letters by what they fold to; only groups of two and more. */
function groups(): Map<number, number[]> {
  if (made) return made
  const all = new Map<number, number[]>()
  for (const [from, to] of WITH_CASE) {
    for (let letter = from; letter <= to; letter++) {
      const key = fold(letter)
      if (key === letter) continue
      const group = all.get(key)
      if (group) group.push(letter)
      else all.set(key, [key, letter])
    }
  }
  made = all
  return all
}

/** Blocks that hold letters with case; between them lie scripts without. */
const WITH_CASE = [
  [0x41, 0x588],
  [0x10a0, 0x13ff],
  [0x1c80, 0x1fff],
  [0x2126, 0x2dff],
  [0xa640, 0xabff],
  [0xfb00, 0xfb06],
  [0xff21, 0xff5a],
  [0x10400, 0x10d8f],
  [0x118a0, 0x118df],
  [0x16e40, 0x16eff],
  [0x1e900, 0x1e943],
] as const

const DOTLESS_I = 0x131

function fold(letter: number): number {
  // Its capital is the common I, which folds to the common i; simple folding leaves it alone.
  if (letter === DOTLESS_I) return letter
  return single(single(letter, 'toUpperCase'), 'toLowerCase')
}

/** A change of case that stays one character; others leave the letter as it is. */
function single(letter: number, change: 'toUpperCase' | 'toLowerCase'): number {
  const changed = String.fromCodePoint(letter)[change]()
  const first = changed.codePointAt(0) as number
  return changed.length === String.fromCodePoint(first).length ? first : letter
}
