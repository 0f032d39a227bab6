// A regular expression as a tree of what it means, free of any engine's spelling: parse-regex.ts makes it,
// print-regex.ts prints it.

/** Code points from and to, both among them. Sets are kept sorted, with no two ranges touching. */
export type Ranges = ReadonlyArray<readonly [from: number, to: number]>

export type RegexTree =
  /** One character: of these, or of all others. */
  | {kind: 'one'; of: Ranges; negated: boolean}
  /** The beginning or end of the text, or a place between a word character and none: letters, digits, _ of ASCII. */
  | {kind: 'start' | 'end' | 'boundary'}
  | {kind: 'row'; parts: RegexTree[]}
  | {kind: 'choice'; parts: RegexTree[]}
  | {kind: 'repeat'; part: RegexTree; min: number; max: number; lazy: boolean}

export const DIGITS: Ranges = [[0x30, 0x39]]
export const WORD: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]
export const SPACES: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
]
export const NEWLINE: Ranges = [[0x0a, 0x0a]]

export const LAST_CODE_POINT = 0x10ffff

/** Sorted, with what overlaps or touches joined. */
export function union(...sets: Ranges[]): Ranges {
  const sorted = sets.flat().sort((a, b) => a[0] - b[0])
  const joined: Array<[number, number]> = []
  for (const [from, to] of sorted) {
    const last = joined.at(-1)
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else joined.push([from, to])
  }
  return joined
}

/** All other code points. */
export function complement(ranges: Ranges): Ranges {
  const others: Array<[number, number]> = []
  let next = 0
  for (const [from, to] of ranges) {
    if (from > next) others.push([next, from - 1])
    next = to + 1
  }
  if (next <= LAST_CODE_POINT) others.push([next, LAST_CODE_POINT])
  return others
}
