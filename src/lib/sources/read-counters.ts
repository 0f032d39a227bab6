/** Live figures; they add up over several files. `lines + pieces = units + joined + blank`. */
export interface ReadCounters {
  /** Bytes taken from the file or pipe, compressed where it is. */
  bytes: number
  lines: number
  /** Lines of nothing but white space, outside of multi-line units. */
  blank: number
  units: number
  /** Lines that became part of the unit before them. */
  joined: number
  /** Units cut off at MAX_UNIT_BYTES or MAX_UNIT_LINES. */
  oversize: number
  /** Units that begin inside a line, because the line is longer than MAX_UNIT_BYTES. */
  pieces: number
  /** Last lines without a line end. */
  unterminated: number
}

export function newCounters(): ReadCounters {
  return {bytes: 0, lines: 0, blank: 0, units: 0, joined: 0, oversize: 0, pieces: 0, unterminated: 0}
}

/** Adds the figures of `more` to those of `sum`. */
export function addCounters(sum: ReadCounters, more: ReadCounters): void {
  for (const key of Object.keys(newCounters()) as Array<keyof ReadCounters>) sum[key] += more[key]
}
