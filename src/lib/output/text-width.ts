// First and last code point of ranges that terminals draw two columns wide (Unicode East Asian Width W and F,
// emoji presentation included).
const WIDE: ReadonlyArray<readonly [number, number]> = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x23f0, 0x23f0],
  [0x23f3, 0x23f3],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x267f, 0x267f],
  [0x2693, 0x2693],
  [0x26a1, 0x26a1],
  [0x26aa, 0x26ab],
  [0x26bd, 0x26be],
  [0x26c4, 0x26c5],
  [0x26ce, 0x26ce],
  [0x26d4, 0x26d4],
  [0x26ea, 0x26ea],
  [0x26f2, 0x26f3],
  [0x26f5, 0x26f5],
  [0x26fa, 0x26fa],
  [0x26fd, 0x26fd],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x274e, 0x274e],
  [0x2753, 0x2755],
  [0x2757, 0x2757],
  [0x2795, 0x2797],
  [0x27b0, 0x27b0],
  [0x27bf, 0x27bf],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b50],
  [0x2b55, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2fb],
  [0x1f004, 0x1f004],
  [0x1f0cf, 0x1f0cf],
  [0x1f18e, 0x1f18e],
  [0x1f191, 0x1f19a],
  [0x1f200, 0x1f320],
  [0x1f32d, 0x1f335],
  [0x1f337, 0x1f37c],
  [0x1f37e, 0x1f393],
  [0x1f3a0, 0x1f3ca],
  [0x1f3cf, 0x1f3d3],
  [0x1f3e0, 0x1f3f0],
  [0x1f3f4, 0x1f3f4],
  [0x1f3f8, 0x1f43e],
  [0x1f440, 0x1f440],
  [0x1f442, 0x1f4fc],
  [0x1f4ff, 0x1f53d],
  [0x1f54b, 0x1f54e],
  [0x1f550, 0x1f567],
  [0x1f57a, 0x1f57a],
  [0x1f595, 0x1f596],
  [0x1f5a4, 0x1f5a4],
  [0x1f5fb, 0x1f64f],
  [0x1f680, 0x1f6c5],
  [0x1f6cc, 0x1f6cc],
  [0x1f6d0, 0x1f6d2],
  [0x1f6d5, 0x1f6d7],
  [0x1f6dc, 0x1f6df],
  [0x1f6eb, 0x1f6ec],
  [0x1f6f4, 0x1f6fc],
  [0x1f7e0, 0x1f7eb],
  [0x1f7f0, 0x1f7f0],
  [0x1f90c, 0x1f93a],
  [0x1f93c, 0x1f945],
  [0x1f947, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x2fffd],
  [0x30000, 0x3fffd],
]

const PLAIN = /^[\x20-\x7e]*$/
const NO_COLUMN = /^[\p{Mn}\p{Me}\p{Cf}]$/u

/** Columns a text takes on a terminal. The text holds no control characters and no colours. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const char of text) width += charWidth(char)
  return width
}

export function charWidth(char: string): number {
  const code = char.codePointAt(0) as number
  if (code < 0x300) return code === 0xad ? 0 : 1
  if (NO_COLUMN.test(char)) return 0
  return isWide(code) ? 2 : 1
}

function isWide(code: number): boolean {
  let low = 0
  let high = WIDE.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const [first, last] = WIDE[middle] as readonly [number, number]
    if (code < first) high = middle - 1
    else if (code > last) low = middle + 1
    else return true
  }
  return false
}

/** Fills up with spaces to a width; a wider text is left as it is. */
export function padTo(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const gap = width - textWidth(text)
  if (gap <= 0) return text
  return align === 'left' ? text + ' '.repeat(gap) : ' '.repeat(gap) + text
}

/**
 * As much of a text as is looked at to fill so many columns: lines of a megabyte come, and marks without width, of which a
 * terminal would get any number.
 */
export function beginningOf(text: string, columns: number): string {
  const most = columns * 4 + 64
  return text.length > most ? `${text.slice(0, most)}…` : text
}

/** Cuts to at most `width` columns, the last of them an ellipsis where something was cut. */
export function cutTo(text: string, width: number): string {
  if (text.length <= width && PLAIN.test(text)) return text
  if (textWidth(text) <= width) return text
  let used = 0
  let end = 0
  for (const char of text) {
    const next = used + charWidth(char)
    if (next > width - 1) break
    used = next
    end += char.length
  }
  return width > 0 ? `${text.slice(0, end)}…` : ''
}

/**
 * Breaks into lines of at most `width` columns, at a space where there is one in the later half. Of more than
 * `most` lines the rest is left in the last one, unbroken.
 */
export function wrapTo(text: string, width: number, most = Number.POSITIVE_INFINITY): string[] {
  const lines: string[] = []
  let rest = text
  while (lines.length < most - 1) {
    const end = fitting(rest, width)
    if (end === rest.length) break
    const space = rest.lastIndexOf(' ', end)
    const at = space > end / 2 ? space : end
    lines.push(rest.slice(0, at).trimEnd())
    rest = rest.slice(at).replace(/^ /, '')
  }
  if (rest !== '' || lines.length === 0) lines.push(rest)
  return lines
}

/** Characters at the beginning of a text that fit `width` columns, one at least: looks no further than that. */
function fitting(text: string, width: number): number {
  let used = 0
  let end = 0
  for (const char of text) {
    used += charWidth(char)
    if (used > width && end > 0) return end
    end += char.length
  }
  return end
}
