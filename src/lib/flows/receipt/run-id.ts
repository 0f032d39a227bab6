/** Crockford's base 32: no I, L, O or U, so that an id can be read out loud. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * The id of a run, a ULID: 26 characters of Crockford's base 32, the first 10 the time in milliseconds since 1970 and
 * the other 16 random (80 bits), so that ids sort by when their runs began.
 * @param random numbers in [0, 1)
 */
export function newRunId(now: Date, random: () => number): string {
  let time = ''
  for (let i = 0, rest = now.getTime(); i < 10; i++, rest = Math.floor(rest / 32))
    time = (DIGITS[rest % 32] as string) + time
  const chance = Array.from({length: 16}, () => DIGITS[Math.floor(random() * 32)] as string)
  return time + chance.join('')
}
