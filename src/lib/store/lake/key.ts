/** A record's place in the total order: by time, then source, then offset. */
export interface Key {
  ms: number
  ns: number
  source: string
  offset: number
}

export function compareKeys(a: Key, b: Key): number {
  return a.ms - b.ms || a.ns - b.ns || compareText(a.source, b.source) || a.offset - b.offset
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
