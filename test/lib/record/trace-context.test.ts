import {existsSync, readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {expect, test} from 'vitest'
import {isNoId, parseB3, parseGoogleTrace, parseTraceparent, parseXray} from '../../../src/lib/record/trace-context.js'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

test('traceparent', () => {
  const good = {traceId: TRACE, spanId: SPAN}
  expect(parseTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual(good)
  expect(parseTraceparent(` 00-${TRACE}-${SPAN}-00 `)).toEqual(good)
  // A later version may have more; version 00 may not.
  expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-the-future-brings`)).toEqual(good)
  for (const bad of [
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}`,
    `cc-${TRACE}-${SPAN}-01.more`,
    '',
  ])
    expect(parseTraceparent(bad), bad).toBeUndefined()
})

test('B3', () => {
  expect(parseB3(`${TRACE}-${SPAN}-1-05e3ac9a4f6e3b90`)).toEqual({
    traceId: TRACE,
    spanId: SPAN,
    parentSpanId: '05e3ac9a4f6e3b90',
  })
  expect(parseB3(`4aaba1a52cf8ee09-${SPAN}`)?.traceId).toBe('00000000000000004aaba1a52cf8ee09')
  for (const bad of ['0', 'd', `${TRACE}`, `${TRACE}-${'0'.repeat(16)}`, `${TRACE}-${SPAN}-x`])
    expect(parseB3(bad)).toBeUndefined()
})

test('X-Ray', () => {
  const id = '8a3c60f7d188f8fa79d48a391a778fa6'
  expect(parseXray('Root=1-8a3c60f7-d188f8fa79d48a391a778fa6;Parent=53995c3f42cd8ad8;Sampled=0')).toEqual({
    traceId: id,
    spanId: '53995c3f42cd8ad8',
  })
  expect(parseXray('Self=1-1-1;Root=1-8a3c60f7-d188f8fa79d48a391a778fa6')).toEqual({traceId: id})
  for (const bad of ['', 'Root=2-8a3c60f7-d188f8fa79d48a391a778fa6', 'Root=1-8a3c60f7', 'Parent=53995c3f42cd8ad8'])
    expect(parseXray(bad), bad).toBeUndefined()
})

test('Google', () => {
  expect(parseGoogleTrace(`projects/p/traces/${TRACE}`)?.traceId).toBe(TRACE)
  expect(parseGoogleTrace(TRACE)?.traceId).toBe(TRACE)
  expect(parseGoogleTrace('projects/p')).toBeUndefined()
})

test('ids that mean none', () => {
  for (const id of ['', '-', '0', '0000000000000000', 'null', 'none']) expect(isNoId(id), id).toBe(true)
  for (const id of ['1', '0001', 'nullable', '-1', SPAN]) expect(isNoId(id), id).toBe(false)
})

const SHARED = resolve(import.meta.dirname, '../../../../shared/data/trace')
const rows = (file: string): Array<Record<string, unknown>> =>
  readFileSync(resolve(SHARED, file), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)

test.skipIf(!existsSync(SHARED))('the propagators’ own test data', () => {
  for (const {id, headers, trace_id, span_id} of rows('b3-xray.jsonl')) {
    const {b3, 'x-amzn-trace-id': xray} = headers as Record<string, string | undefined>
    const found = b3 === undefined ? parseXray(xray ?? '') : parseB3(b3)
    expect([found?.traceId ?? null, found?.spanId ?? null], String(id)).toEqual([trace_id, span_id])
  }
  let looked = 0
  for (const {id, headers, expect: outcome, trace_id} of rows('traceparent.jsonl')) {
    const own = (headers as Array<[string, string]>).filter(([name]) => name.toLowerCase() === 'traceparent')
    if (own.length !== 1) continue
    looked++
    const found = parseTraceparent((own[0] as [string, string])[1])
    expect(found?.traceId ?? null, String(id)).toBe(outcome === 'continue' ? trace_id : null)
  }
  expect(looked).toBeGreaterThan(10)
})
