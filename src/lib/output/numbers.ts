const COUNT = /\B(?=(\d{3})+$)/g

/** `1,000,412`. */
export function formatCount(value: number): string {
  const rounded = Math.round(value)
  return rounded < 0 ? `-${formatCount(-rounded)}` : String(rounded).replace(COUNT, ',')
}

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Decimal units, two or three digits: `512 B`, `4.2 kB`, `311 MB`. */
export function formatBytes(bytes: number): string {
  const {text, unit} = inUnit(bytes)
  return `${text} ${BYTES[unit]}`
}

/** Both in the unit of the second: `212 / 311 MB`. */
export function formatBytesOf(done: number, total: number): string {
  const {unit} = inUnit(total)
  return `${digits(done / 1000 ** unit)} / ${digits(total / 1000 ** unit)} ${BYTES[unit]}`
}

function inUnit(bytes: number): {text: string; unit: number} {
  let unit = 0
  // 999.5 would be shown as 1000 of the smaller unit.
  while (bytes / 1000 ** unit >= 999.5 && unit < BYTES.length - 1) unit++
  return {text: digits(bytes / 1000 ** unit, unit), unit}
}

function digits(value: number, unit = 1): string {
  return value > 0 && value < 9.95 && unit > 0 ? value.toFixed(1) : String(Math.round(value))
}

/** `38 ms`, `1.8 s`, `42 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${ms < 9.95 && ms % 1 !== 0 ? ms.toFixed(1) : Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return two(Math.floor(whole / 60), 'min', whole % 60, 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return two(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.round(seconds / 3600)
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function two(first: number, firstUnit: string, second: number, secondUnit: string): string {
  return second === 0 ? `${first} ${firstUnit}` : `${first} ${firstUnit} ${second} ${secondUnit}`
}

/** `0:02`, `12:40`, `1:02:40`. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

/** Events a second to three digits: `184,000`, `41.3`, `0.52`. */
export function formatRate(count: number, ms: number): string {
  const rate = ms > 0 ? (count / ms) * 1000 : 0
  if (rate >= 100) {
    const step = 10 ** (Math.floor(Math.log10(rate)) - 2)
    return formatCount(Math.round(rate / step) * step)
  }
  return rate >= 10 ? rate.toFixed(1) : rate === 0 ? '0' : rate.toFixed(2)
}

/** `3 records`, `1 record`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
