import {expect, test} from 'vitest'
import {scanTime} from '../../../src/lib/record/scan-time.js'
import {parseTime} from '../../../src/lib/record/timestamp.js'
import {timeFromDigits, timeFromNumber, timeFromParts} from '../../../src/lib/record/timestamp-number.js'
import {UTC, zoneOf} from '../../../src/lib/record/zone.js'

const context = {zone: UTC, observedMs: Date.parse('2026-11-21T08:00:00Z')}
const berlin = {...context, zone: zoneOf('Europe/Berlin')}

test.each([
  // RFC 3339 and what is written almost so
  ['2026-01-05T10:00:00Z', '2026-01-05T10:00:00.000Z'],
  ['2026-01-05T10:00:00.1Z', '2026-01-05T10:00:00.100Z'],
  ['2026-01-05T10:00:00.123Z', '2026-01-05T10:00:00.123Z'],
  ['2026-01-05T10:00:00.1234Z', '2026-01-05T10:00:00.123400Z'],
  ['2026-01-05T10:00:00.123456789Z', '2026-01-05T10:00:00.123456789Z'],
  ['2026-01-05T10:00:00.123456789123Z', '2026-01-05T10:00:00.123456789Z'],
  ['2026-01-05T10:00:00+05:30', '2026-01-05T04:30:00.000Z'],
  ['2026-01-05T10:00:00-0330', '2026-01-05T13:30:00.000Z'],
  ['2026-01-05T10:00:00+02', '2026-01-05T08:00:00.000Z'],
  ['2026-01-05t10:00:00z', '2026-01-05T10:00:00.000Z'],
  ['2026-01-05 10:00:00,5', '2026-01-05T10:00:00.500Z'],
  ['2026-01-05 10:00:00 +0100', '2026-01-05T09:00:00.000Z'],
  ['2026-01-05 10:00:00 UTC', '2026-01-05T10:00:00.000Z'],
  ['2026-01-05 10:00:00 PST', '2026-01-05T18:00:00.000Z'],
  ['2026-01-05 10:00', '2026-01-05T10:00:00.000Z'],
  ['2026-01-05', '2026-01-05T00:00:00.000Z'],
  ['2026/01/05 10:00:00', '2026-01-05T10:00:00.000Z'],
  ['2026-01-05T10:00:00.000+01:00[Europe/Paris]', '2026-01-05T09:00:00.000Z'],
  ['20260105T100000Z', '2026-01-05T10:00:00.000Z'],
  ['20260105 10:00:00.5', '2026-01-05T10:00:00.500Z'],
  ['2026-12-31T23:59:60Z', '2027-01-01T00:00:00.000Z'],
  // Names of months and days
  ['Sun Dec 04 04:47:44 2005', '2005-12-04T04:47:44.000Z'],
  ['Sun Dec  4 04:47:44.123456 2005', '2005-12-04T04:47:44.123456Z'],
  ['Mon Jan  5 10:00:00 CET 2026', '2026-01-05T09:00:00.000Z'],
  ['Mon, 05 Jan 2026 10:00:00 GMT', '2026-01-05T10:00:00.000Z'],
  ['Mon, 5 Jan 2026 10:00:00 +0200', '2026-01-05T08:00:00.000Z'],
  ['05/Jan/2026:10:00:00 -0700', '2026-01-05T17:00:00.000Z'],
  ['05-Jan-2026 10:00:00.123', '2026-01-05T10:00:00.123Z'],
  ['Jan 05, 2026 3:23:29 PM', '2026-01-05T15:23:29.000Z'],
  ['Jan 5, 2026 12:00:00 AM', '2026-01-05T00:00:00.000Z'],
  ['Jan  5 10:00:00', '2026-01-05T10:00:00.000Z'],
  ['Dec 31 10:00:00', '2025-12-31T10:00:00.000Z'],
  ['Nov 22 07:59:59', '2026-11-22T07:59:59.000Z'],
  ['Nov 22 09:00:00', '2025-11-22T09:00:00.000Z'],
  // Digits in other orders
  ['01/05/2026 10:00:00', '2026-01-05T10:00:00.000Z'],
  ['25/01/2026 10:00:00', '2026-01-25T10:00:00.000Z'],
  ['05.01.2026 10:00:00', '2026-01-05T10:00:00.000Z'],
  ['1/5/2026 3:04:05 PM', '2026-01-05T15:04:05.000Z'],
  ['17/06/09 20:10:40', '2017-06-09T20:10:40.000Z'],
  ['081109 203615', '2008-11-09T20:36:15.000Z'],
  ['161209 14:18:50', '2016-12-09T14:18:50.000Z'],
  ['03-17 16:13:38.811', '2026-03-17T16:13:38.811Z'],
  ['1767225600', '2026-01-01T00:00:00.000Z'],
  ['1767225600.123456', '2026-01-01T00:00:00.123456Z'],
  // The ends of what can be stored
  ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
  ['1970-01-01T00:59:59+01:00', undefined],
  ['1969-12-31T23:59:59Z', undefined],
  ['2262-04-11T23:00:00Z', '2262-04-11T23:00:00.000Z'],
  ['2262-04-12T00:00:00Z', undefined],
  ['9999-12-31T23:59:59Z', undefined],
  // No times
  ['2026-02-30T10:00:00Z', undefined],
  ['2026-13-01T10:00:00Z', undefined],
  ['2026-01-05T25:00:00Z', undefined],
  ['2026-01-05T10:60:00Z', undefined],
  ['2026-01-05T10:00:00Zulu', undefined],
  ['2026-01-05T10:00:00Z and more', undefined],
  ['10:00:00', undefined],
  ['soon', undefined],
  ['', undefined],
  ['Maybe 5 10:00:00', undefined],
  ['1.2.3.4', undefined],
  ['2026-01-05T1a:00:00Z', undefined],
  ['２０２６-01-05T10:00:00Z', undefined],
])('%s', (text, expected) => {
  expect(parseTime(text, context)).toBe(expected)
})

test('a zone-less time is read in the zone given, a time with one is not', () => {
  expect(parseTime('2026-07-05 10:00:00', berlin)).toBe('2026-07-05T08:00:00.000Z')
  expect(parseTime('2026-01-05 10:00:00', berlin)).toBe('2026-01-05T09:00:00.000Z')
  expect(parseTime('2026-07-05 10:00:00Z', berlin)).toBe('2026-07-05T10:00:00.000Z')
  expect(parseTime('2026-07-05 10:00:00', {...context, zone: zoneOf('-03:30')})).toBe('2026-07-05T13:30:00.000Z')
})

test('the fast way and the slow way agree', () => {
  let seed = 7
  const next = (n: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % n
  }
  const pad = (n: number, width = 2): string => String(n).padStart(width, '0')
  for (let i = 0; i < 5000; i++) {
    const date = `${1970 + next(292)}-${pad(next(14))}-${pad(next(33))}`
    const clock = `${pad(next(26))}:${pad(next(62))}:${pad(next(60))}.${pad(next(1000), 3)}`
    expect(parseTime(`${date}T${clock}Z`, context), `${date}T${clock}`).toBe(
      parseTime(`${date}T${clock}+00:00`, context),
    )
  }
})

test('numbers tell their unit by their size', () => {
  expect(timeFromNumber(1767225600)).toBe('2026-01-01T00:00:00.000Z')
  expect(timeFromNumber(1767225600.25)).toBe('2026-01-01T00:00:00.250Z')
  expect(timeFromNumber(1767225600123)).toBe('2026-01-01T00:00:00.123Z')
  expect(timeFromNumber(1767225600123.5)).toBe('2026-01-01T00:00:00.123500Z')
  expect(timeFromNumber(1767225600123456)).toBe('2026-01-01T00:00:00.123456Z')
  expect(timeFromDigits('1767225600123456789')).toBe('2026-01-01T00:00:00.123456789Z')
  expect(timeFromDigits('1767225600.0')).toBe('2026-01-01T00:00:00.000Z')
})

test('small, negative and endless numbers are no times', () => {
  for (const value of [0, 42, 1e7, -1767225600, Number.NaN, Number.POSITIVE_INFINITY, 1e19, 9_223_372_037_000])
    expect(timeFromNumber(value)).toBeUndefined()
  expect(timeFromDigits('99999999999999999999')).toBeUndefined()
  expect(timeFromDigits('12a')).toBeUndefined()
})

test('seconds and nanoseconds apart', () => {
  expect(timeFromParts(1663977609, 484_000_000)).toBe('2022-09-24T00:00:09.484Z')
  expect(timeFromParts(1663977619, 222_000_123)).toBe('2022-09-24T00:00:19.222000123Z')
  expect(timeFromParts(1663977619, 1e9)).toBeUndefined()
})

test('a time at the beginning of a line says where it ends', () => {
  const end = (line: string): string | undefined => {
    const found = scanTime(line, 0, context)
    return found && line.slice(found.end)
  }
  expect(end('2026-01-05 10:00:00,123 - INFO')).toBe(' - INFO')
  expect(end('2026-01-05 10:00:00 INFO x')).toBe(' INFO x')
  expect(end('2026-01-05T10:00:00-05 x')).toBe(' x')
  expect(end('2026-01-05 10:00:00 -5 x')).toBe(' -5 x')
  expect(end('2026-01-05 and so on')).toBeUndefined()
  expect(end('Jan  5 10:00:00 2026-host x')).toBe(' 2026-host x')
  expect(end('1767225600 apples')).toBeUndefined()
  expect(end('1767225600.5 apples')).toBe(' apples')
  expect(scanTime('2026-99-05 10:00:00 x', 0, context)).toEqual({end: 19})
})

test('the 29th of February without a year is in a year that has one', () => {
  expect(parseTime('Feb 29 10:00:00', context)).toBe('2024-02-29T10:00:00.000Z')
  expect(parseTime('Feb 30 10:00:00', context)).toBeUndefined()
})

test('around New Year the year follows the zone', () => {
  const january = {zone: zoneOf('America/Los_Angeles'), observedMs: Date.parse('2026-01-01T05:00:00Z')}
  expect(parseTime('Dec 31 20:59:00', january)).toBe('2026-01-01T04:59:00.000Z')
  expect(parseTime('Jan  1 00:30:00', january)).toBe('2026-01-01T08:30:00.000Z')
})
