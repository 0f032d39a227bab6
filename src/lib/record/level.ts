/** Severities, least severe first. */
export const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const

export type Level = (typeof LEVELS)[number]

/** Levels that make a record an error. */
export const ERROR_LEVELS: readonly Level[] = ['ERROR', 'FATAL']

/** A level and its place on OpenTelemetry's scale (1 to 24); the level is always the number's own range. */
export interface Severity {
  level: Level
  number: number
}

/** The severity at `number` (1 to 24) of OpenTelemetry's scale: four steps a level. */
function at(number: number): Severity {
  return {level: LEVELS[(number - 1) >> 2] as Level, number}
}

const SEVERITIES: Severity[] = Array.from({length: 24}, (_, i) => at(i + 1))

const severity = (number: number): Severity => SEVERITIES[number - 1] as Severity

/**
 * Words by severity number, after the appendix of OpenTelemetry's log data model. Where systems disagree the
 * commoner use wins: `critical` is Python's and .NET's worst level, `crit` and `alert` are syslog's.
 */
const WORDS: Record<number, string> = {
  1: 'trace trc finest all silly trace1 v vrb xdebug debug5',
  2: 'trace2 debug4',
  3: 'trace3 debug3',
  4: 'trace4 trace5 trace6 trace7 trace8 debug2',
  5: 'debug verbose dbg deb debug1 d finer',
  6: 'fine',
  7: 'config conf',
  9: 'info information informational inf i log http statement detail hint success ok inform system',
  10: 'notice note ntc notic',
  13: 'warn warning wrn w warns deprecation deprecated',
  17: 'error err e eror errors severe failure fail failed',
  18: 'crit dpanic',
  19: 'alert',
  21: 'fatal ftl f critical emerg emergency panic fatl off disaster',
}

const BY_WORD = new Map<string, Severity>()
for (const [number, words] of Object.entries(WORDS))
  for (const word of words.split(' ')) BY_WORD.set(word, severity(Number(number)))

/** Words that are levels only where a field or a fixed column says so, never in running text. */
const NOT_IN_TEXT = new Set(
  'all v d i w e f silly log http system statement detail hint success ok inform config conf fine off failed fail note failure errors warns deb deprecated off deprecation'.split(
    ' ',
  ),
)

/** Spellings already looked up, as they come: lines repeat a handful of them. */
const SEEN = new Map<string, Severity | undefined>()

/**
 * The severity a field's text means, in any spelling: words, letters, numbers of pino and syslog as text,
 * slog's `ERROR+2`. `undefined` where it means none.
 */
export function severityFromText(text: string): Severity | undefined {
  if (SEEN.has(text)) return SEEN.get(text)
  const found = lookUp(text)
  if (SEEN.size < 500) SEEN.set(text, found)
  return found
}

function lookUp(text: string): Severity | undefined {
  const word = text.trim().toLowerCase()
  const known = BY_WORD.get(word)
  if (known) return known
  const slog = /^(debug|info|warn|error)([+-]\d{1,2})$/.exec(word)
  if (slog) {
    const base = BY_WORD.get(slog[1] as string) as Severity
    return severity(Math.min(24, Math.max(1, base.number + Number(slog[2]))))
  }
  if (/^\d{1,2}$/.test(word)) return severityFromNumber(Number(word))
  return BY_WORD.get(word.replace(/^(?:level|loglevel|log|sev|severity)[._-]?/, '').replace(/[^a-z]+$/, ''))
}

/** The severity of a word that stands in running text, where `ok` or `log` mean no level. */
export function severityFromWord(word: string): Severity | undefined {
  const lower = word.toLowerCase()
  return NOT_IN_TEXT.has(lower) ? undefined : BY_WORD.get(lower)
}

/** A bare number called `level`: pino and bunyan from 10 up, syslog below 8. */
export function severityFromNumber(value: number): Severity | undefined {
  if (!Number.isInteger(value) || value < 0) return undefined
  if (value < 8) return severityFromSyslog(value)
  if (value < 10 || value > 100) return undefined
  if (value <= 10) return severity(1)
  if (value <= 20) return severity(5)
  if (value <= 30) return severity(9)
  if (value <= 40) return severity(13)
  return value <= 50 ? severity(17) : severity(21)
}

const SYSLOG = [21, 19, 18, 17, 13, 10, 9, 5]

/** Syslog's 0 (emergency) to 7 (debug); journald's PRIORITY and GELF's level are the same. */
export function severityFromSyslog(value: number): Severity | undefined {
  const number = SYSLOG[value]
  return number === undefined ? undefined : severity(number)
}

/** OpenTelemetry's own 1 to 24. */
export function severityFromOtel(value: number): Severity | undefined {
  return SEVERITIES[value - 1]
}

/** Python's `levelno`: 10 DEBUG, 20 INFO, 30 WARNING, 40 ERROR, 50 CRITICAL. */
export function severityFromPython(value: number): Severity | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined
  return severity(value < 10 ? 1 : value < 20 ? 5 : value < 30 ? 9 : value < 40 ? 13 : value < 50 ? 17 : 21)
}

/** Of an HTTP status: a server's error is ERROR, a client's WARN, the rest INFO. */
export function severityFromStatus(status: number): Severity {
  return severity(status >= 500 ? 17 : status >= 400 ? 13 : 9)
}
