// Lengths of time as people type them: `15m`, `1h30m`, `2 hours`, `1 day, 3 hours`, `an hour`, `3 months`.

/** A length of time: milliseconds, and months, which are not all of one length. */
export interface Span {
  ms: number
  months: number
}

const UNITS: Array<[names: string, ms: number, months: number]> = [
  ['ms msec msecs millisecond milliseconds', 1, 0],
  ['s sec secs second seconds', 1_000, 0],
  ['m min mins minute minutes', 60_000, 0],
  ['h hr hrs hour hours', 3_600_000, 0],
  ['d day days', 86_400_000, 0],
  ['w wk wks week weeks', 604_800_000, 0],
  ['mo month months', 0, 1],
  ['y yr yrs year years', 0, 12],
]
const UNIT = new Map(
  UNITS.flatMap(([names, ms, months]) => names.split(' ').map((name) => [name, {ms, months}] as const)),
)

const PART = /(\d+(?:\.\d+)?|an?(?= )) ?([a-z]+)(?:,? and |, ?| |(?=\d)|$)/iy

/** A length of time; `undefined` where the text is none. `M` alone is none: it is read as minute and as month. */
export function readSpan(text: string): Span | undefined {
  const span = {ms: 0, months: 0}
  if (text === '') return undefined
  for (let at = 0; at < text.length; at = PART.lastIndex) {
    PART.lastIndex = at
    const [, amount = '', name = ''] = PART.exec(text) ?? []
    const unit = name === 'M' ? undefined : UNIT.get(name.toLowerCase())
    if (!unit) return undefined
    const count = /^a/i.test(amount) ? 1 : Number(amount)
    if (unit.months > 0 && !Number.isInteger(count * unit.months)) return undefined
    span.ms += count * unit.ms
    span.months += count * unit.months
  }
  return span
}

/** A length of time such as `15m`, `1h30m` or `250 ms`, in milliseconds; `undefined` where it is none, or months. */
export function parseSpan(text: string): number | undefined {
  const span = readSpan(text.trim())
  return span === undefined || span.months > 0 ? undefined : span.ms
}
