import {expect, test} from 'vitest'
import type {Level} from '../../../src/lib/record/level.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {msBetween, traceTimeline} from '../../../src/lib/trace/trace-timeline.js'

function record(time: string, service: string | undefined, level: Level): LogRecord {
  return {
    id: `s-${time}-00000000`,
    '@timestamp': time,
    observed_timestamp: time,
    level,
    ...(service === undefined ? {} : {service}),
    message: 'm',
    attributes: {},
    source: {id: 's', offset: 0, format: 'json'},
  }
}

test('offsets, services in order of appearance, errors and the first of them', () => {
  const timeline = traceTimeline('t', [
    record('2026-11-21T09:41:07.000Z', 'gateway', 'INFO'),
    record('2026-11-21T09:41:07.003500Z', 'auth', 'INFO'),
    record('2026-11-21T09:41:07.287Z', 'payment', 'ERROR'),
    record('2026-11-21T09:41:07.412Z', 'gateway', 'FATAL'),
    record('2026-11-21T09:41:08.412Z', undefined, 'INFO'),
  ])
  expect(timeline).toMatchObject({id: 't', services: ['gateway', 'auth', 'payment'], errors: 2, durationMs: 1412})
  expect(timeline.start).toBe('2026-11-21T09:41:07.000Z')
  expect(timeline.entries.map((entry) => entry.offsetMs)).toEqual([0, 3.5, 287, 412, 1412])
  expect(timeline.entries.map((entry) => entry.firstError)).toEqual([false, false, true, false, false])
})

test('no records make an empty timeline', () => {
  expect(traceTimeline('t', [])).toEqual({
    id: 't',
    services: [],
    errors: 0,
    start: undefined,
    durationMs: 0,
    entries: [],
  })
})

test('spans are exact to the nanosecond', () => {
  expect(msBetween('2026-11-21T09:41:07.999999999Z', '2026-11-21T09:41:08.000000001Z')).toBe(0.000002)
})
