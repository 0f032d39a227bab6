import {expect, test} from 'vitest'
import {
  LEVELS,
  severityFromNumber,
  severityFromOtel,
  severityFromPython,
  severityFromStatus,
  severityFromSyslog,
  severityFromText,
  severityFromWord,
} from '../../../src/lib/record/level.js'

test.each([
  ['TRACE', 'trace Trace TRACE FINEST silly trc V trace1'],
  ['DEBUG', 'debug DBG deb FINE finer verbose config D'],
  ['INFO', 'info Information INFORMATIONAL inf notice NOTE I http log'],
  ['WARN', 'warn WARNING wrn W DEPRECATION'],
  ['ERROR', 'error ERR eror severe E crit alert dpanic failure'],
  ['FATAL', 'fatal CRITICAL panic emerg EMERGENCY ftl F'],
])('%s', (level, words) => {
  for (const word of words.split(' ')) expect(severityFromText(word)?.level, word).toBe(level)
})

test('the number is always in its level', () => {
  for (const word of 'trace debug fine config info notice warn error crit alert fatal ERROR+2 DEBUG-4 INFO+1'.split(
    ' ',
  )) {
    const found = severityFromText(word)
    expect(LEVELS[((found?.number ?? 0) - 1) >> 2], word).toBe(found?.level)
  }
})

test('slog between two levels, blanks, numbers as text', () => {
  expect(severityFromText('ERROR+2')).toEqual({level: 'ERROR', number: 19})
  expect(severityFromText('DEBUG-4')).toEqual({level: 'TRACE', number: 1})
  expect(severityFromText('INFO-99')).toEqual({level: 'TRACE', number: 1})
  expect(severityFromText(' Warning ')).toEqual({level: 'WARN', number: 13})
  expect(severityFromText('30')).toEqual({level: 'INFO', number: 9})
  expect(severityFromText('LogLevel.Warning')).toEqual({level: 'WARN', number: 13})
})

test('words that are no levels', () => {
  for (const word of ['', 'stats', 'yes', '199', 'errand', 'constructor', '__proto__'])
    expect(severityFromText(word)).toBeUndefined()
  for (const word of ['ok', 'log', 'all', 'e', 'http', 'fine']) expect(severityFromWord(word)).toBeUndefined()
  expect(severityFromWord('Error')?.level).toBe('ERROR')
})

test('numbers of pino, syslog, OpenTelemetry and Python', () => {
  expect([10, 20, 30, 40, 50, 60].map((n) => severityFromNumber(n)?.level)).toEqual([...LEVELS])
  expect([35, 45, 100].map((n) => severityFromNumber(n)?.level)).toEqual(['WARN', 'ERROR', 'FATAL'])
  expect([0, 3, 4, 5, 6, 7].map((n) => severityFromNumber(n)?.number)).toEqual([21, 17, 13, 10, 9, 5])
  expect([8, 9, 101, -1, 1.5, Number.NaN].map(severityFromNumber)).toEqual(Array(6).fill(undefined))
  expect([0, 1, 2, 7, 8].map((n) => severityFromSyslog(n)?.number)).toEqual([21, 19, 18, 5, undefined])
  expect([1, 9, 24].map((n) => severityFromOtel(n)?.level)).toEqual(['TRACE', 'INFO', 'FATAL'])
  expect([0, 25, 1.5].map(severityFromOtel)).toEqual(Array(3).fill(undefined))
  expect([10, 20, 30, 40, 50].map((n) => severityFromPython(n)?.level)).toEqual(LEVELS.slice(1))
  expect([200, 399, 404, 499, 500, 599].map((n) => severityFromStatus(n).level)).toEqual([
    'INFO',
    'INFO',
    'WARN',
    'WARN',
    'ERROR',
    'ERROR',
  ])
})
