import {escapeLine} from '../output/escape-controls.js'

const LONGEST = 100

/** What every value beyond the bound is counted as. */
export const OTHER = 'other'

/**
 * Keeps the values of a label few: the first `most` distinct ones stand for themselves, all that come later are
 * `other`, so that names made up by strangers cannot grow the registry. Values are cut at 100 characters, and control
 * characters in them are escaped, since people look at metrics in terminals.
 */
export class Bounded {
  private readonly admitted = new Map<string, string>()

  constructor(private readonly most: number) {}

  admit(value: string): string {
    const known = this.admitted.get(value)
    if (known !== undefined) return known
    if (this.admitted.size >= this.most) return OTHER
    const shown = escapeLine(value.slice(0, LONGEST)) || OTHER
    this.admitted.set(value, shown)
    return shown
  }
}

/** One of a known few, or `other`. */
export function oneOf(known: ReadonlySet<string>, value: string): string {
  return known.has(value) ? value : OTHER
}
