import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {describe, expect, test} from 'vitest'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {parseSpan, parseTime} from '../../../src/lib/query/parse-time.js'
import {LOCAL, zoneOf} from '../../../src/lib/record/zone.js'

const NOW = new Date('2026-11-21T09:41:07.118Z')
const FILE = resolve(import.meta.dirname, '../../cases/times/times.txt')

interface Case {
  zone: string
  typed: string
  expected: string
}

const cases: Case[] = []
let zone = 'UTC'
for (const line of readFileSync(FILE, 'utf8').split('\n')) {
  if (line === '' || line.startsWith('#')) continue
  const named = /^\[([^\]/]+(?:\/[A-Z]\w+)?)\]$/.exec(line)
  const [typed, expected] = line.split(' => ')
  if (expected !== undefined) cases.push({zone, typed: (typed as string).trimEnd(), expected})
  else if (named) zone = named[1] as string
  else throw new Error(`${FILE}: what is ${line}?`)
}

describe('times people type', () => {
  test.each(cases)('$zone: $typed', ({zone, typed, expected}) => {
    const [, why, fix] = /^error: (.*?)(?: \| (.*))?$/.exec(expected) ?? []
    if (why === undefined) return expect(parseTime(typed, NOW, zoneOf(zone))).toBe(expected)
    let thrown: unknown
    try {
      thrown = parseTime(typed, NOW, zoneOf(zone))
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(LogflowError)
    const {message, suggestions, code} = thrown as LogflowError
    expect(code).toBe('USAGE')
    expect(message.endsWith(why), message).toBe(true)
    if (fix !== undefined) expect(suggestions).toEqual([fix])
  })
})

test('without a zone, days and times are those of this machine', () => {
  const midnight = new Date(NOW)
  midnight.setHours(0, 0, 0, 0)
  expect(parseTime('today', NOW)).toBe(midnight.toISOString())
  expect(parseTime('2026-07-20 12:00', NOW)).toBe(new Date(2026, 6, 20, 12).toISOString())
  for (const utc of [0, Date.UTC(2026, 2, 29, 3), Date.UTC(2026, 6, 1)])
    expect(LOCAL.toUtc(utc + LOCAL.offsetAt(utc))).toBe(utc)
})

test('a span is given in milliseconds', () => {
  expect(parseSpan('1m30s')).toBe(90_000)
  expect(parseSpan('30 seconds')).toBe(30_000)
  for (const text of ['soon', '', '15', '1mo', '5m!']) expect(parseSpan(text), text).toBeUndefined()
})

test('nothing typed takes long or ends the program', () => {
  const parts = [
    'now',
    '-',
    '15',
    'm',
    ' ',
    'ago',
    '2026',
    ':',
    '/',
    'T',
    'nov',
    '21',
    '@',
    '+',
    'z',
    '日',
    'last',
    '.',
  ]
  let seed = 7
  for (let round = 0; round < 3_000; round++) {
    let text = ''
    for (let i = 0; i < 6; i++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      text += parts[seed % parts.length]
    }
    try {
      expect(parseTime(text, NOW, zoneOf('Europe/Berlin'))).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z$/)
    } catch (error) {
      expect(error, text).toBeInstanceOf(LogflowError)
    }
  }
  expect(() => parseTime('1'.repeat(60_000), NOW)).toThrow(LogflowError)
  expect(() => parseTime(`${'1h '.repeat(20_000)}x`, NOW)).toThrow(LogflowError)
})
