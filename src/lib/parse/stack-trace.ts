// What a stack trace says was thrown: its name, message and causes. Pure text; the trace itself stays where it stands.

import type {RecordError} from '../record/record.js'

export const MAX_CAUSES = 4

interface Thrown {
  name?: string
  message?: string
}

/** `java.lang.Foo: text`, `TypeError: text`, `MyException`. */
const THROWN = /^((?:[A-Za-z_$][\w$]*(?:\.|::|\\))*[A-Za-z_$][\w$`]*)(?::\s?(.*))?$/
const ERROR_NAME =
  /(?:Error|Exception|Throwable|Failure|Fault|Warning|Interrupt|Exit|Timeout|Abort|Panic|Refused|NotFound)\w*$/
const FRAME =
  /^\s+(?:at |File "|from |\.\.\. \d+ (?:more|common)|\d+: |#\d+ )|^#\d+\s|^goroutine \d+ \[|^[^\s(]+\(.*\)$|^created by |^Traceback \(most recent call last\):|^Stack trace:|^stack backtrace:|^\[stacktrace\]/
const CAUSE = /^(?:\s*Caused by: |\s*Suppressed: |\s*\[cause\]: |\s*Previous exception: | ---> )(.*)$/
const CHAIN =
  /^(?:During handling of the above exception, another exception occurred:|The above exception was the direct cause of the following exception:)$/

/** The error of a unit's text, or `undefined` where the text holds no trace. */
export function errorFromTrace(text: string): RecordError | undefined {
  const lines = text.split('\n', 2000)
  const first = lines.findIndex((line) => FRAME.test(line))
  if (first < 0) return undefined
  if (lines.some((line) => line.includes('Traceback (most recent call last):'))) return fromPython(lines)
  const panic = lines.find((line) => /^(?:.*\s)?panic: |^thread '.*' panicked at /.test(line))
  if (panic !== undefined) return fromPanic(panic, lines)
  return fromFrames(lines, first)
}

/** What a line like `2026-… ERROR java.lang.Foo: text` or `Caused by: Foo: text` throws. */
export function thrownIn(line: string): Thrown | undefined {
  const text = line
    .trim()
    .replace(/^(?:Uncaught |Unhandled exception\.? |Exception in thread "[^"]*" |\(Session info.*)/, '')
  const whole = THROWN.exec(text)
  if (whole && (ERROR_NAME.test(whole[1] as string) || ((whole[1] as string).includes('.') && whole[2])))
    return {name: whole[1], message: whole[2]?.trim() || undefined}
  // Behind a log line's own words: the last ` Name: text` that reads like an error's.
  const inside =
    /(?:^|[\s'"([])((?:[A-Za-z_$][\w$]*(?:\.|::|\\))*[A-Za-z_$][\w$]*(?:Error|Exception|Throwable)\w*)(?:: (.*))?/.exec(
      text,
    )
  return inside ? {name: inside[1], message: inside[2]?.trim() || undefined} : undefined
}

function fromFrames(lines: string[], first: number): RecordError | undefined {
  const thrown = headOf(lines, first)
  const causes: Thrown[] = []
  for (const line of lines) {
    const cause = CAUSE.exec(line)?.[1]
    if (cause === undefined || causes.length === MAX_CAUSES || line.includes('Suppressed: ')) continue
    causes.push(thrownIn(cause) ?? {message: cause.trim()})
  }
  if (!thrown && causes.length === 0) return {}
  return withCauses(thrown ?? {}, causes)
}

/** The line before the first frame names the error; messages of several lines are looked through upwards. */
function headOf(lines: string[], first: number): Thrown | undefined {
  for (let i = first - 1; i >= 0 && i > first - 20; i--) {
    const thrown = CAUSE.test(lines[i] as string) ? undefined : thrownIn(lines[i] as string)
    if (thrown) return thrown
  }
  const same = thrownIn((lines[first] as string).trim())
  return same
}

function fromPython(lines: string[]): RecordError {
  // Each traceback ends with the first unindented line after its frames; the last one is what was raised in the end.
  const raised: Thrown[] = []
  let inside = false
  for (const line of lines) {
    if (line.includes('Traceback (most recent call last):')) inside = true
    else if (inside && line !== '' && !/^\s/.test(line) && !CHAIN.test(line)) {
      raised.push(thrownIn(line) ?? splitName(line))
      inside = false
    }
  }
  const last = raised.pop()
  return withCauses(last ?? {}, raised.reverse())
}

function splitName(line: string): Thrown {
  const match = /^([\w.]+)(?:: (.*))?$/.exec(line.trim())
  return match ? {name: match[1], message: match[2] || undefined} : {message: line.trim()}
}

function fromPanic(line: string, lines: string[]): RecordError {
  const rust = /^thread '.*' panicked at (?:'(.*)', )?(.*)$/.exec(line)
  if (!rust) return {name: 'panic', message: line.slice(line.indexOf('panic: ') + 7).trim()}
  const next = lines[lines.indexOf(line) + 1]
  return {name: 'panic', message: rust[1] ?? (next && !FRAME.test(next) ? next.trim() : rust[2])}
}

function withCauses(thrown: Thrown, causes: Thrown[]): RecordError {
  const error: RecordError = {}
  if (thrown.name) error.name = thrown.name
  if (thrown.message) error.message = thrown.message
  if (causes.length > 0)
    error.causes = causes
      .slice(0, MAX_CAUSES)
      .map(({name, message}) => ({...(name && {name}), ...(message && {message})}))
  return error
}
