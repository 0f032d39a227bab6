import {expect, test} from 'vitest'
import {isZone, parseOffset, zoneOf} from '../../../src/lib/record/zone.js'

const HOUR = 3_600_000
const wall = (text: string): number => Date.parse(`${text}Z`)
const utc = (zone: string, text: string): string => new Date(zoneOf(zone).toUtc(wall(text))).toISOString()

test('winter and summer', () => {
  expect(utc('Europe/Berlin', '2026-01-05T10:00:00')).toBe('2026-01-05T09:00:00.000Z')
  expect(utc('Europe/Berlin', '2026-07-05T10:00:00')).toBe('2026-07-05T08:00:00.000Z')
  expect(utc('Asia/Kolkata', '2026-07-05T10:00:00')).toBe('2026-07-05T04:30:00.000Z')
  expect(utc('America/St_Johns', '2026-01-05T10:00:00')).toBe('2026-01-05T13:30:00.000Z')
  expect(utc('Africa/Monrovia', '1971-01-05T10:00:00')).toBe('1971-01-05T10:44:30.000Z')
})

test('a time that the clocks skip moves on by the length of the gap', () => {
  expect(utc('Europe/Berlin', '2026-03-29T01:59:59')).toBe('2026-03-29T00:59:59.000Z')
  expect(utc('Europe/Berlin', '2026-03-29T02:00:00')).toBe('2026-03-29T01:00:00.000Z')
  expect(utc('Europe/Berlin', '2026-03-29T02:59:59')).toBe('2026-03-29T01:59:59.000Z')
  expect(utc('Europe/Berlin', '2026-03-29T03:00:00')).toBe('2026-03-29T01:00:00.000Z')
  expect(utc('America/New_York', '2026-03-08T02:30:00')).toBe('2026-03-08T07:30:00.000Z')
  expect(utc('Australia/Lord_Howe', '2026-10-04T02:15:00')).toBe('2026-10-03T15:45:00.000Z')
})

test('a time that comes twice is the first of the two', () => {
  expect(utc('Europe/Berlin', '2026-10-25T01:59:59')).toBe('2026-10-24T23:59:59.000Z')
  expect(utc('Europe/Berlin', '2026-10-25T02:00:00')).toBe('2026-10-25T00:00:00.000Z')
  expect(utc('Europe/Berlin', '2026-10-25T02:59:59')).toBe('2026-10-25T00:59:59.000Z')
  expect(utc('Europe/Berlin', '2026-10-25T03:00:00')).toBe('2026-10-25T02:00:00.000Z')
  expect(utc('America/New_York', '2026-11-01T01:30:00')).toBe('2026-11-01T05:30:00.000Z')
})

test('a day that a zone left out altogether', () => {
  // Samoa had no 30 December 2011.
  expect(utc('Pacific/Apia', '2011-12-29T12:00:00')).toBe('2011-12-29T22:00:00.000Z')
  expect(utc('Pacific/Apia', '2011-12-31T12:00:00')).toBe('2011-12-30T22:00:00.000Z')
})

test('every half hour of a year, back to its wall clock', () => {
  for (const name of ['Europe/Berlin', 'Australia/Lord_Howe']) {
    const clock = new Intl.DateTimeFormat('sv-SE', {timeZone: name, dateStyle: 'short', timeStyle: 'medium'})
    const zone = zoneOf(name)
    let gaps = 0
    for (let at = wall('2026-01-01T00:00:00'); at < wall('2027-01-01T00:00:00'); at += HOUR / 2) {
      const shown = `${clock.format(zone.toUtc(at)).replace(' ', 'T')}Z`
      if (Date.parse(shown) !== at) gaps++
    }
    expect(gaps, name).toBe(name === 'Europe/Berlin' ? 2 : 1)
  }
})

test('offsets and names', () => {
  expect(['Z', '+02:00', '-0330', '+2', 'UTC', 'GMT', 'UTC+5'].map(parseOffset)).toEqual([0, 120, -210, 120, 0, 0, 300])
  expect(['', '+25', '+02:75', 'Berlin', '02:00'].map(parseOffset)).toEqual(Array(5).fill(undefined))
  expect(utc('+02:00', '2026-01-05T10:00:00')).toBe('2026-01-05T08:00:00.000Z')
  expect(utc('No/Such_Zone', '2026-01-05T10:00:00')).toBe('2026-01-05T10:00:00.000Z')
  expect(['Europe/Berlin', '+02:00', 'No/Such_Zone', ''].map(isZone)).toEqual([true, true, false, false])
})
