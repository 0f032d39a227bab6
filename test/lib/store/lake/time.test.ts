import {expect, test} from 'vitest'
import {readBound, TimeReader, TimeWriter} from '../../../../src/lib/store/lake/time.js'

test('a time comes back as it went in, digit by digit', () => {
  const reader = new TimeReader()
  const writer = new TimeWriter()
  for (const second of [
    '2026-11-20T10:00:59',
    '1970-01-01T00:00:00',
    '1969-12-31T23:59:59',
    '0001-01-01T00:00:00',
    '9999-12-31T23:59:59',
    '2024-02-29T12:00:00',
  ]) {
    for (const fraction of [
      '',
      '.0',
      '.5',
      '.000',
      '.999',
      '.120',
      '.000001',
      '.123456',
      '.000000001',
      '.999999999',
      '.100000000',
    ]) {
      const text = `${second}${fraction}Z`
      const time = reader.read(text)
      expect(time && writer.write(time)).toBe(text)
      expect(readBound(text)).toEqual({ms: time?.ms, ns: time?.ns})
    }
  }
})

test('what is no time in UTC is refused', () => {
  const reader = new TimeReader()
  const bad = [
    '',
    'yesterday',
    '2026-11-20',
    '2026-11-20T10:00:00',
    '2026-11-20T10:00:00+01:00',
    '2026-11-20 10:00:00Z',
    '2026-13-20T10:00:00Z',
    '2026-11-20T25:00:00Z',
    '2026-11-20T10:00:61Z',
    '2026-11-20T10:00:00.Z',
    '2026-11-20T10:00:00.1234567890Z',
    '12026-11-20T10:00:00Z',
  ]
  for (const text of bad) expect([text, reader.read(text)]).toEqual([text, undefined])
})

test('bounds may have a zone', () => {
  expect(readBound('2026-11-20T12:00:00.5+02:00')).toEqual(readBound('2026-11-20T10:00:00.500Z'))
})
