import {createHash} from 'node:crypto'
import {expect, test} from 'vitest'
import {fingerprint, type GenerateOptions, generateEvents, generateLines} from '../../../src/lib/generate/generate.js'
import type {LogEvent} from '../../../src/lib/generate/log-event.js'
import {SERVICE_NAMES} from '../../../src/lib/generate/services.js'

const START = Date.UTC(2026, 0, 31, 23, 59, 30)
const options: GenerateOptions = {seed: 'shop', start: START, rate: 200, count: 20_000}

interface Line {
  time: string
  level: string
  service: string
  host: string
  msg: string
  event?: string
  trace_id?: string
  span_id?: string
  parent_span_id?: string
  correlation_id?: string
  request_id?: string
  duration_ms?: number
  http?: {method: string; path: string; status?: number}
  error?: {name: string; message: string; stack: string; cause?: {name: string; message: string}}
}

function text(o: GenerateOptions): string {
  return [...generateLines(o)].join('')
}

function lines(o: GenerateOptions): Line[] {
  return text(o)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

const all = lines(options)

function byTrace(): Line[][] {
  const traces = new Map<string, Line[]>()
  for (const line of all) {
    if (line.trace_id === undefined) continue
    const trace = traces.get(line.trace_id)
    if (trace) trace.push(line)
    else traces.set(line.trace_id, [line])
  }
  return [...traces.values()]
}

function share(of: (line: Line) => boolean): number {
  return all.filter(of).length / all.length
}

test('the same seed and start give the same bytes, and always these', () => {
  const sum = (o: GenerateOptions) => createHash('sha256').update(text(o)).digest('hex')
  expect(sum(options)).toBe(sum({...options}))
  // Changes only when what is generated is changed on purpose: then seeds in use tell other stories.
  expect(sum({...options, count: 2000})).toBe('0d055a80dd60ddd6e9af8108eba19f998be2569a680e229503f7c9d287a6700a')
  expect(sum({...options, count: 2000, format: 'mixed'})).toBe(
    '488fbbab65fc041f256b21a0fae9cdbd55b16da717e64a3322ea6df55096c0cd',
  )
})

test('another seed tells another story, another start the same with other ids', () => {
  const told = (o: GenerateOptions) => [...generateEvents({...o, count: 500})].map((e: LogEvent) => e.durationUs)
  expect(told({...options, seed: 'other'})).not.toEqual(told(options))
  expect(told({...options, start: START + 3_600_000})).toEqual(told(options))
  const later = lines({...options, start: START + 3_600_000, count: 500})
  expect(later.map((line) => line.service)).toEqual(lines({...options, count: 500}).map((line) => line.service))
  const ids = new Set(all.map((line) => line.trace_id).filter(Boolean))
  expect(later.filter((line) => line.trace_id && ids.has(line.trace_id))).toEqual([])
})

test('exactly as many lines as asked for, in order of time, inside the span of count and rate', () => {
  for (const count of [0, 1, 7, 1000]) expect(text({...options, count}).split('\n')).toHaveLength(count + 1)
  expect(all).toHaveLength(20_000)
  const times = all.map((line) => line.time)
  expect([...times].sort()).toEqual(times)
  expect(times[0]! >= new Date(START).toISOString()).toBe(true)
  expect(times.at(-1)! < new Date(START + 100_000).toISOString()).toBe(true)
})

test('the rate holds from the first to the last tenth', () => {
  const tenths = new Array(10).fill(0)
  for (const line of all) tenths[Math.floor((Date.parse(line.time) - START) / 10_000)]++
  for (const tenth of tenths) expect(Math.abs(tenth - 2000)).toBeLessThan(200)
})

test('chunks are whole lines, whatever their size', () => {
  const small = [...generateLines({...options, count: 500}, 1)]
  expect(small).toHaveLength(500)
  expect(small.join('')).toBe(text({...options, count: 500}))
  for (const chunk of generateLines(options, 10_000)) expect(chunk.endsWith('\n')).toBe(true)
})

test('printable ASCII only', () => {
  expect(text(options)).toMatch(/^[\n\x20-\x7e]*$/)
})

test('every line has what a record needs, and a line with a trace has all ids', () => {
  for (const line of all) {
    expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(SERVICE_NAMES).toContain(line.service)
    expect(line.host.startsWith(`${line.service}-`)).toBe(true)
    expect(line.msg).not.toBe('')
    if (line.trace_id === undefined) {
      expect([line.span_id, line.correlation_id, line.request_id, line.parent_span_id]).toEqual(
        Array(4).fill(undefined),
      )
      continue
    }
    expect(line.trace_id).toMatch(/^[0-9a-f]{32}$/)
    expect(line.span_id).toMatch(/^[0-9a-f]{16}$/)
    expect(line.correlation_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(line.request_id).toMatch(/^req_[0-9a-f]{16}$/)
    expect(line.parent_span_id === undefined).toBe(line.service === 'gateway')
  }
  expect(new Set(all.map((line) => line.service)).size).toBe(10)
})

test('levels come in the shares of a healthy system', () => {
  expect(share((line) => line.level === 'info')).toBeGreaterThan(0.5)
  expect(share((line) => line.level === 'debug')).toBeGreaterThan(0.2)
  expect(share((line) => line.level === 'warn')).toBeGreaterThan(0.02)
  expect(share((line) => line.level === 'warn')).toBeLessThan(0.08)
  expect(share((line) => line.level === 'error')).toBeGreaterThan(0.005)
  expect(share((line) => line.level === 'error')).toBeLessThan(0.03)
  expect(share((line) => line.trace_id === undefined)).toBeGreaterThan(0.04)
  expect(share((line) => line.trace_id === undefined)).toBeLessThan(0.15)
})

test('a trace is whole: one request id, one correlation id, one answer of the gateway', () => {
  const traces = byTrace()
  expect(traces.length).toBeGreaterThan(2000)
  for (const trace of traces) {
    expect(new Set(trace.map((line) => line.request_id)).size).toBe(1)
    expect(new Set(trace.map((line) => line.correlation_id)).size).toBe(1)
    expect(trace.filter((line) => line.event === 'request_completed')).toHaveLength(1)
  }
  const visits = new Set(traces.map((trace) => trace[0]?.correlation_id))
  expect(visits.size).toBeLessThan(traces.length / 2)
})

test('what a child took lies inside what its parent took', () => {
  const mail = new Set(['mail'])
  let checked = 0
  for (const trace of byTrace()) {
    const took = new Map<string, {from: number; to: number}>()
    for (const line of trace) {
      if (line.duration_ms === undefined) continue
      const to = Number(line.time.slice(14, 16)) * 60_000 + Number(line.time.slice(17, 26)) * 1000
      took.set(line.span_id!, {from: to - line.duration_ms, to})
    }
    for (const line of trace) {
      const child = took.get(line.span_id!)
      const parent = took.get(line.parent_span_id ?? '')
      if (!child || !parent || mail.has(line.service) || child.to < child.from) continue
      // The hour may turn inside a trace; then the minutes start anew.
      if (Math.abs(child.to - parent.to) > 60_000) continue
      expect(child.from).toBeGreaterThanOrEqual(parent.from - 0.001)
      if (line.event !== 'stock_released') expect(child.to).toBeLessThanOrEqual(parent.to + 0.001)
      checked++
    }
  }
  expect(checked).toBeGreaterThan(1000)
})

test('a declined card is a WARN in payment, an ERROR in orders and a 402 at the gateway', () => {
  const declined = byTrace().filter((trace) => trace.some((line) => line.event === 'card_declined'))
  expect(declined.length).toBeGreaterThan(3)
  for (const trace of declined) {
    expect(trace.find((line) => line.event === 'card_declined')).toMatchObject({service: 'payment', level: 'warn'})
    const orders = trace.find((line) => line.event === 'order_cancelled')
    expect(orders).toMatchObject({service: 'orders', level: 'error', msg: 'payment failed, order cancelled'})
    expect(orders?.error?.cause?.name).toBe('CardDeclinedError')
    expect(orders?.error?.stack).toMatch(
      /^PaymentError: card declined\n {4}at .+\nCaused by: CardDeclinedError: issuer/s,
    )
    expect(trace.find((line) => line.event === 'request_completed')?.http?.status).toBe(402)
    expect(trace.some((line) => line.event === 'stock_released')).toBe(true)
    expect(trace.some((line) => line.event === 'parcel_booked')).toBe(false)
  }
})

test('a provider that does not answer is tried again before it is given up', () => {
  const traces = [...byTrace()]
  const retried = traces.filter((trace) => trace.some((line) => line.event === 'payment_retry'))
  expect(retried.length).toBeGreaterThan(3)
  for (const trace of traces.filter((t) => t.some((line) => line.event === 'payment_unavailable'))) {
    expect(trace.filter((line) => line.event === 'payment_retry')).toHaveLength(2)
    expect(trace.find((line) => line.event === 'request_completed')).toMatchObject({
      level: 'error',
      http: {status: 504},
    })
  }
})

test('only the chosen services write, as many lines as asked for', () => {
  const few = lines({...options, count: 3000, services: ['payment', 'mail']})
  expect(few).toHaveLength(3000)
  expect(new Set(few.map((line) => line.service))).toEqual(new Set(['payment', 'mail']))
  expect(few.filter((line) => line.trace_id !== undefined).length).toBeGreaterThan(1500)
})

test('every service writes in its own format when they are mixed', () => {
  const mixed = text({...options, format: 'mixed'})
  expect(mixed).toMatch(/^time=\S+ level=info service=cart host=cart-\d msg="sku-/m)
  expect(mixed).toMatch(/^\S+Z INFO mail: mail order_confirmed queued for ord_[0-9a-f]{8} event=mail_queued trace_id=/m)
  expect(mixed).toMatch(
    /^[\d.]+ - - \[\d\d\/(?:Jan|Feb)\/2026:\d\d:\d\d:\d\d \+0000\] "GET \S+ HTTP\/1.1" 200 \d+ "-" "/m,
  )
  expect(mixed).toMatch(/^\{"time":"/m)
})

test('a rate or count that cannot be is refused', () => {
  expect(() => text({...options, rate: 0})).toThrow('the rate must be above 0, not 0')
  expect(() => text({...options, rate: Number.NaN})).toThrow('the rate must be above 0')
  expect(() => text({...options, count: 1.5})).toThrow('the count must be a whole number, not 1.5')
  expect(() => text({...options, services: []})).toThrow('no service')
})

test('a fingerprint differs with each option', () => {
  const others: Array<Partial<GenerateOptions>> = [
    {},
    {seed: 'x'},
    {start: START + 1},
    {rate: 201},
    {count: 3},
    {services: ['mail']},
    {format: 'mixed'},
  ]
  expect(new Set(others.map((other) => fingerprint({...options, ...other}))).size).toBe(others.length)
  expect(fingerprint({...options, services: SERVICE_NAMES, format: 'json'})).toBe(fingerprint(options))
})
