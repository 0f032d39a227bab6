import {expect, test} from 'vitest'
import {readTracestate, traceOf} from '../../../../src/lib/api/hooks/trace-headers.js'

const ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const GOOD = `00-${ID}-${SPAN}-01`

test.each([
  ['as it should be', GOOD],
  ['with blanks around it', ` \t${GOOD}\t `],
  ['of a version to come', `cc-${ID}-${SPAN}-01`],
  ['of a version to come, with more behind', `cc-${ID}-${SPAN}-01-later`],
])('a traceparent %s is gone on with, in a span of our own', (_what, traceparent) => {
  const trace = traceOf({traceparent})
  expect(trace.traceId).toBe(ID)
  expect(trace.traceparent).toMatch(new RegExp(`^00-${ID}-[0-9a-f]{16}-01$`))
  expect(trace.traceparent).not.toContain(SPAN)
})

test.each([
  ['version ff', `ff-${ID}-${SPAN}-01`],
  ['more than version 00 has', `${GOOD}-more`],
  ['a later version without its dash', `cc-${ID}-${SPAN}-01.more`],
  ['capitals', GOOD.toUpperCase()],
  ['no trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
  ['no span', `00-${ID}-${'0'.repeat(16)}-01`],
  ['flags that are no hexadecimal', `00-${ID}-${SPAN}-0.`],
  ['two of them', `${GOOD}, ${GOOD}`],
  ['nothing', ''],
])('a traceparent with %s begins a new trace, without the tracestate', (_what, traceparent) => {
  const trace = traceOf({traceparent, tracestate: 'foo=1'})
  expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(trace.traceId).not.toBe(ID)
  expect(trace.traceparent).toContain(trace.traceId)
  expect(trace.tracestate).toBeUndefined()
})

test('of the flags, sampled and random are passed on', () => {
  expect(traceOf({traceparent: `00-${ID}-${SPAN}-00`}).traceparent).toMatch(/-00$/)
  expect(traceOf({traceparent: `00-${ID}-${SPAN}-02`}).traceparent).toMatch(/-02$/)
  expect(traceOf({traceparent: `cc-${ID}-${SPAN}-ff`}).traceparent).toMatch(/-03$/)
})

test.each([
  ['foo=1,bar=2', 'foo=1,bar=2'],
  [['foo=1', 'bar=2', ''], 'foo=1,bar=2'],
  [' foo=1\t ,\t bar=2', 'foo=1,bar=2'],
  ['foo=1,foo=2', 'foo=1'],
  ['t@v=1,a/b*c-d_e=x y', 't@v=1,a/b*c-d_e=x y'],
  [`${'k'.repeat(256)}=1`, `${'k'.repeat(256)}=1`],
  [Array.from({length: 32}, (_, i) => `k${i}=v`).join(','), Array.from({length: 32}, (_, i) => `k${i}=v`).join(',')],
  [Array.from({length: 33}, (_, i) => `k${i}=v`).join(','), undefined],
  [`${'k'.repeat(257)}=1`, undefined],
  ['foo =1', undefined],
  ['FOO=1', undefined],
  ['foo', undefined],
  ['foo=', undefined],
  ['foo=a=b', undefined],
  ['foo=1\r\nevil: 1', undefined],
  ['', undefined],
])('tracestate %j is passed on as %j', (header, passedOn) => {
  expect(readTracestate(header)).toBe(passedOn)
})

test.each([
  ['B3 in one header', {b3: `${ID}-${SPAN}-1`}, ID],
  ['a short B3', {b3: `${ID.slice(16)}-${SPAN}`}, `${'0'.repeat(16)}${ID.slice(16)}`],
  ['B3 in several', {'x-b3-traceid': ID, 'x-b3-spanid': SPAN}, ID],
  ['X-Ray', {'x-amzn-trace-id': `Root=1-${ID.slice(0, 8)}-${ID.slice(8)};Parent=${SPAN};Sampled=0`}, ID],
  ['X-Trace-Id', {'x-trace-id': ID.toUpperCase()}, ID],
  [
    'a traceparent before all others',
    {traceparent: GOOD, 'x-trace-id': 'f'.repeat(32), b3: `${'e'.repeat(32)}-${SPAN}`},
    ID,
  ],
])('the trace is taken from %s', (_what, headers, traceId) => {
  expect(traceOf(headers).traceId).toBe(traceId)
})

test('an id that is none begins a new trace', () => {
  for (const id of ['0'.repeat(32), 'x'.repeat(32), ID.slice(1), `${ID}\r\nevil: 1`])
    expect(traceOf({'x-trace-id': id}).traceId).not.toBe(id)
})
