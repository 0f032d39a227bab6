import {expect, test} from 'vitest'
import type {ExpectedTrace} from '../../../../src/lib/flows/expect/read-truth-expected.js'
import {recordsOf, TraceEvidence} from '../../../../src/lib/flows/expect/trace-evidence.js'
import type {LogRecord} from '../../../../src/lib/record/record.js'
import {memoryStore} from '../../../support/memory-store.js'

let made = 0

function record(trace: string, service?: string): LogRecord {
  const id = `r-${made++}`
  return {
    id,
    '@timestamp': '2026-01-01T10:00:00.000Z',
    observed_timestamp: '2026-01-01T10:00:00.000Z',
    message: 'made up',
    trace_id: trace,
    ...(service ? {service} : {}),
    attributes: {},
    source: {id: 'r', offset: made, format: 'json'},
  }
}

function evidenceOf(records: LogRecord[], traces: ConstructorParameters<typeof TraceEvidence>[1]): TraceEvidence {
  const store = memoryStore()
  for (const one of records) store.add({record: one} as Parameters<typeof store.add>[0])
  return new TraceEvidence(store, traces, {horizon: async () => async () => 0})
}

test('each service of each trace is counted by itself: too many of one stand for none of another', async () => {
  const traces: ExpectedTrace[] = [
    {id: 'a', records: {gateway: 1, orders: 2}},
    {id: 'b', records: {gateway: 1}},
  ]
  const records = [record('a', 'gateway'), record('a', 'gateway'), record('a', 'orders'), record('c', 'gateway')]
  const evidence = evidenceOf(records, traces)
  expect(recordsOf(traces)).toBe(4)
  expect(await evidence.count()).toBe(2)
  expect(evidence.missing).toEqual([
    {trace_id: 'a', service: 'orders', expected: 2, found: 1},
    {trace_id: 'b', service: 'gateway', expected: 1, found: 0},
  ])
})

test('a record that names no service stands for one that is missing, once', async () => {
  const evidence = evidenceOf([record('a'), record('a', 'orders')], [{id: 'a', records: {orders: 2, mail: 1}}])
  expect(await evidence.count()).toBe(2)
  expect(evidence.missing).toEqual([{trace_id: 'a', service: 'mail', expected: 1, found: 0}])
})

test('a truth that does not say how many asks for one of any service, or of none', async () => {
  const evidence = evidenceOf([record('a'), record('b', 'mail')], [{id: 'a'}, {id: 'b'}, {id: 'c'}])
  expect(await evidence.count()).toBe(2)
  expect(evidence.missing).toEqual([{trace_id: 'c', expected: 1, found: 0}])
})

test('more traces than one question takes are all asked about', async () => {
  const ids = Array.from({length: 1_005}, (_, index) => `t${index}`)
  const records = ids.filter((id) => id !== 't1004').map((id) => record(id, 'orders'))
  const evidence = evidenceOf(
    records,
    ids.map((id) => ({id, records: {orders: 1}})),
  )
  expect(await evidence.count()).toBe(1_004)
  expect(evidence.missing).toEqual([{trace_id: 't1004', service: 'orders', expected: 1, found: 0}])
})
