import type {Level} from '../record/level.js'
import type {LogEvent} from './log-event.js'
import type {LineFormat} from './services.js'

const THREE_DIGITS = Array.from({length: 1000}, (_, n) => String(n).padStart(3, '0'))
const LOWER = Object.fromEntries(
  (['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] satisfies Level[]).map((level) => [level, level.toLowerCase()]),
) as Record<Level, string>
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Access logs have no room for ids. */
export function namesTrace({span, http}: LogEvent, format: LineFormat): boolean {
  return span !== undefined && !(format === 'access' && http?.status !== undefined)
}

/** Writes events as lines; holds the text of the running second, which most neighbours share. */
export class LineWriter {
  #second = Number.NaN
  #prefix = ''

  /** One line (an error's frames follow on lines of their own in `text`), without its terminator. ASCII only. */
  write(e: LogEvent, format: LineFormat): string {
    switch (format) {
      case 'json':
        return this.#json(e)
      case 'logfmt':
        return this.#logfmt(e)
      case 'text':
        return this.#text(e)
      case 'access':
        return e.http?.status === undefined ? this.#text(e) : this.#access(e)
    }
  }

  #time(at: number): string {
    const second = Math.floor(at / 1_000_000)
    if (second !== this.#second) {
      this.#second = second
      this.#prefix = new Date(second * 1000).toISOString().slice(0, 20)
    }
    const us = at - second * 1_000_000
    return `${this.#prefix}${THREE_DIGITS[Math.floor(us / 1000)]}${THREE_DIGITS[us % 1000]}Z`
  }

  #json(e: LogEvent): string {
    let line = `{"time":"${this.#time(e.stamp ?? e.at)}","level":"${LOWER[e.level]}","service":"${e.service.name}","host":"${e.host}","msg":"${e.message}"`
    if (e.event !== undefined) line += `,"event":"${e.event}"`
    if (e.span !== undefined) {
      const {request, id, parentId} = e.span
      line += `,"trace_id":"${request.traceId}","span_id":"${id}"`
      if (parentId !== undefined) line += `,"parent_span_id":"${parentId}"`
      line += `,"correlation_id":"${request.correlationId}","request_id":"${request.requestId}"`
    }
    if (e.http !== undefined) {
      line += `,"http":{"method":"${e.http.method}","path":"${e.http.path}"`
      if (e.http.status !== undefined) line += `,"status":${e.http.status}`
      if (e.http.clientIp !== undefined) line += `,"client_ip":"${e.http.clientIp}"`
      line += '}'
    }
    if (e.durationUs !== undefined) line += `,"duration_ms":${milliseconds(e.durationUs)}`
    if (e.fields !== undefined) {
      for (let i = 0; i < e.fields.length; i += 2) {
        const value = e.fields[i + 1]
        line += typeof value === 'string' ? `,"${e.fields[i]}":"${value}"` : `,"${e.fields[i]}":${value}`
      }
    }
    if (e.error !== undefined) line += `,"error":${JSON.stringify(e.error)}`
    return `${line}}`
  }

  #logfmt(e: LogEvent): string {
    let line = `time=${this.#time(e.stamp ?? e.at)} level=${LOWER[e.level]} service=${e.service.name} host=${e.host} msg="${e.message}"`
    line += pairs(e)
    if (e.error !== undefined) {
      line += ` error.name=${e.error.name} error.message=${JSON.stringify(e.error.message)}`
      line += ` error.stack=${JSON.stringify(e.error.stack)}`
    }
    return line
  }

  #text(e: LogEvent): string {
    const line = `${this.#time(e.stamp ?? e.at)} ${e.level} ${e.service.name}: ${e.message}${pairs(e)}`
    return e.error === undefined ? line : `${line}\n${e.error.stack}`
  }

  /** The combined format of Apache and nginx, whose seconds have no fraction and whose zone is UTC here. */
  #access(e: LogEvent): string {
    const iso = this.#time(e.stamp ?? e.at)
    const month = MONTHS[Number(iso.slice(5, 7)) - 1]
    const time = `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`
    const http = e.http
    return `${http?.clientIp ?? '-'} - - [${time}] "${http?.method} ${http?.path} HTTP/1.1" ${http?.status} ${http?.bytes ?? 0} "-" "${http?.userAgent ?? '-'}"`
  }
}

function pairs(e: LogEvent): string {
  let text = ''
  if (e.event !== undefined) text += ` event=${e.event}`
  if (e.span !== undefined) {
    const {request, id, parentId} = e.span
    text += ` trace_id=${request.traceId} span_id=${id}`
    if (parentId !== undefined) text += ` parent_span_id=${parentId}`
    text += ` correlation_id=${request.correlationId} request_id=${request.requestId}`
  }
  if (e.http !== undefined) {
    text += ` http.method=${e.http.method} http.path=${quoted(e.http.path)}`
    if (e.http.status !== undefined) text += ` http.status=${e.http.status}`
  }
  if (e.durationUs !== undefined) text += ` duration_ms=${milliseconds(e.durationUs)}`
  const fields = e.fields ?? []
  for (let i = 0; i < fields.length; i += 2) text += ` ${fields[i]}=${quoted(String(fields[i + 1]))}`
  return text
}

function quoted(value: string): string {
  return /[ ="]/.test(value) ? `"${value}"` : value
}

function milliseconds(us: number): string {
  return `${Math.floor(us / 1000)}.${THREE_DIGITS[us % 1000]}`
}
