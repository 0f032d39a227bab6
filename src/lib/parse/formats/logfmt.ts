import {FieldSet} from '../fields.js'
import type {ParseContext, Parsed, Parser} from '../parser.js'

/** `key=value key="a \"quoted\" value" flag`: the line begins with a pair, and pairs outnumber bare words. */
export const logfmt: Parser = {name: 'logfmt', parse: (text, context) => parseLogfmt(text, 0, context)}

const FIRST_KEY = /[A-Za-z_@][\w.@/-]*=(?!=)/y
const KEY_END = /[\s="]/g

/** Reads from `start` to the end of the text; `undefined` where that is not logfmt throughout. */
export function parseLogfmt(text: string, start: number, context: ParseContext): Parsed | undefined {
  FIRST_KEY.lastIndex = start
  if (!FIRST_KEY.test(text) || text.includes('\n')) return undefined
  const pairs = readPairs(text, start)
  if (!pairs) return undefined
  const fields = new FieldSet(context)
  // Of a key given twice the last value counts.
  const last = new Map(pairs.map(({key, value}) => [key, value]))
  for (const [key, value] of last) fields.add(key, value)
  const parsed = fields.finish()
  if (last.size < pairs.length) parsed.lost = true
  return parsed
}

interface Pair {
  key: string
  value: unknown
}

function readPairs(text: string, start: number): Pair[] | undefined {
  const pairs: Pair[] = []
  let bare = 0
  let at = start
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 32 || code === 9) {
      at++
      continue
    }
    KEY_END.lastIndex = at
    const stop = KEY_END.exec(text)?.index ?? text.length
    if (stop === at) return undefined
    const key = text.slice(at, stop)
    if (text.charCodeAt(stop) !== 61) {
      if (text.charCodeAt(stop) === 34 || ++bare > 3) return undefined
      pairs.push({key, value: true})
      at = stop
      continue
    }
    const end = valueEnd(text, stop + 1)
    if (end === undefined) return undefined
    pairs.push({key, value: readValue(text, stop + 1, end)})
    at = end
  }
  return bare * 2 > pairs.length ? undefined : pairs
}

/** Index after the value that begins at `at`; `undefined` for a quote that never closes. */
function valueEnd(text: string, at: number): number | undefined {
  if (text.charCodeAt(at) !== 34) {
    let end = at
    while (end < text.length && text.charCodeAt(end) !== 32 && text.charCodeAt(end) !== 9) end++
    return end
  }
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 92) i++
    else if (code === 34) return i + 1
  }
  return undefined
}

function readValue(text: string, start: number, end: number): unknown {
  if (text.charCodeAt(start) === 34) return unquote(text.slice(start, end))
  const value = text.slice(start, end)
  if (value === 'true') return true
  if (value === 'false') return false
  const first = value.charCodeAt(0)
  if ((first >= 48 && first <= 57) || first === 45) {
    const number = Number(value)
    // Only what prints the same again is a number: `007`, `1e3` and nineteen digits are text.
    if (Number.isFinite(number) && String(number) === value) return number
  }
  return value
}

const ESCAPES: Record<string, string> = {n: '\n', t: '\t', r: '\r', b: '\b', f: '\f'}

function unquote(quoted: string): string {
  const body = quoted.slice(1, -1)
  if (!body.includes('\\')) return body
  return body.replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/g, (_, unicode, byte, plain: string) =>
    plain === undefined ? String.fromCharCode(Number.parseInt(unicode ?? byte, 16)) : (ESCAPES[plain] ?? plain),
  )
}
