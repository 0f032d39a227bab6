/** Milliseconds, exact to the nanosecond for 100 days and more, from one RFC 3339 time in UTC to others. */
export function millisecondsAfter(zero: string): (time: string) => number {
  const zeroSecond = Date.parse(`${zero.slice(0, 19)}Z`)
  const zeroFraction = fractionNs(zero)
  let second = zero.slice(0, 19)
  let whole = 0
  return (time) => {
    // Neighbours share their second.
    if (!time.startsWith(second)) {
      second = time.slice(0, 19)
      whole = (Date.parse(`${second}Z`) - zeroSecond) * 1e6
    }
    return (whole + fractionNs(time) - zeroFraction) / 1e6
  }
}

/** The RFC 3339 time so many milliseconds after `zero`, to a microsecond. */
export function timeAfter(zero: string, ms: number): string {
  const ns = fractionNs(zero) + Math.round(ms * 1000) * 1000
  const second = Math.floor(ns / 1e9)
  const rest = ns - second * 1e9
  const base = Date.parse(`${zero.slice(0, 19)}Z`) + second * 1000
  const text = new Date(base).toISOString().slice(0, 19)
  const fraction = String(Math.floor(rest / 1000)).padStart(6, '0')
  return `${text}.${fraction.endsWith('000') ? fraction.slice(0, 3) : fraction}Z`
}

function fractionNs(time: string): number {
  return time.length === 24 ? Number(time.slice(20, 23)) * 1e6 : Number(time.slice(20, -1).padEnd(9, '0'))
}
