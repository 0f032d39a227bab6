import type {Joiner} from '../../../src/lib/sources/split-units.js'

export interface NaiveUnit {
  text: string
  offset: number
  span: number
  line: number
}

export interface NaiveLimits {
  bytes: number
  joined: number
  lines: number
}

/** The same rules over a whole text of one-byte characters, written as plainly as they can be said. */
export function naiveSplit(text: string, joiner: Joiner | undefined, limits: NaiveLimits): NaiveUnit[] {
  const units: Array<{start: number; end: number; line: number; lines: number; open: boolean}> = []
  let at = 0
  let number = 0
  while (at < text.length) {
    const found = text.indexOf('\n', at)
    const terminator = found < 0 ? text.length : found
    const next = found < 0 ? text.length : found + 1
    number++
    const last = units.at(-1)
    if (terminator - at > limits.bytes) {
      for (let from = at; from < terminator; from += limits.bytes) {
        const to = Math.min(from + limits.bytes, terminator)
        const end = to === terminator ? trimmed(text, from, to) : to
        if (text.slice(from, end).trim()) units.push({start: from, end, line: number, lines: 1, open: false})
      }
      const latest = units.at(-1)
      if (latest) latest.open = false
      joiner?.reset()
    } else {
      const end = trimmed(text, at, terminator)
      const line = Buffer.from(text.slice(at, end), 'latin1')
      if (!text.slice(at, end).trim()) {
        if (last) {
          last.lines++
          if (last.lines >= limits.lines || at - last.start > limits.joined) last.open = false
        }
      } else {
        let joins = (joiner?.continues(line, 0, line.length) ?? false) && last !== undefined
        if (joins && last && !(last.open && last.lines < limits.lines && end - last.start <= limits.joined)) {
          joins = false
          joiner?.reset()
          joiner?.continues(line, 0, line.length)
        }
        if (joins && last) {
          last.end = end
          last.lines++
        } else units.push({start: at, end, line: number, lines: 1, open: true})
      }
    }
    at = next
  }
  return units.map((unit, i) => ({
    text: text.slice(unit.start, unit.end),
    offset: unit.start,
    span: (units[i + 1]?.start ?? text.length) - unit.start,
    line: unit.line,
  }))
}

function trimmed(text: string, from: number, to: number): number {
  return to > from && text[to - 1] === '\r' ? to - 1 : to
}

/** Joins lines that begin with white space, but none to a line that begins with `!`: enough state to get wrong. */
export function indentJoiner(): Joiner {
  let deaf = false
  return {
    open: true,
    continues(data, start) {
      const first = data[start]
      const joins = (first === 32 || first === 9) && !deaf
      if (!joins) deaf = first === 33
      return joins
    },
    reset() {
      deaf = false
    },
  }
}
