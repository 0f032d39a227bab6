import {describe, expect, test} from 'vitest'
import {describeLimit, LIMITS, readLimits} from '../../../src/lib/api/limits.js'

const ROUTES = ['auth.login', 'logs.search', 'logs.get', 'health', 'metrics.overview']
const MINUTE = 60_000
const HOUR = 3_600_000

describe('limits of routes', () => {
  test.each([
    ['auth.register', 10, HOUR],
    ['auth.login', 20, HOUR],
    ['auth.me', 100, MINUTE],
    ['auth.me.update', 30, HOUR],
    ['auth.users', 50, MINUTE],
    ['logs.search', 50, MINUTE],
    ['logs.recent', 100, MINUTE],
    ['logs.get', 200, MINUTE],
    ['metrics.overview', 100, MINUTE],
  ])('%s: %d, as the contract says', (name, limit, windowMs) => {
    expect(readLimits([], ROUTES)({name})).toEqual({limit, windowMs})
  })

  test('a route may say its own, or none', () => {
    const limitOf = readLimits([], ROUTES)
    expect(limitOf({name: 'health', limit: false})).toBeUndefined()
    expect(limitOf({name: 'health', limit: {limit: 5, windowMs: 1_000}})).toEqual({limit: 5, windowMs: 1_000})
  })

  test.each([
    ['auth.login=5/hour', {limit: 5, windowMs: HOUR}],
    ['auth.login = 5 / minutes', {limit: 5, windowMs: MINUTE}],
    ['auth.login=5/s', {limit: 5, windowMs: 1_000}],
    ['auth.login=5/15m', {limit: 5, windowMs: 15 * MINUTE}],
    ['auth.login=5/2 Days', {limit: 5, windowMs: 48 * HOUR}],
    ['auth.login=5/min', {limit: 5, windowMs: MINUTE}],
    ['auth.login=0/day', {limit: 0, windowMs: 24 * HOUR}],
    ['auth.login=off', undefined],
  ])('%j', (written, expected) => {
    expect(readLimits([written], ROUTES)({name: 'auth.login'})).toEqual(expected)
  })

  test('what is configured goes before what a route says; the rest stays', () => {
    const limitOf = readLimits(['health=1/minute', 'logs.search=off'], ROUTES)
    expect(limitOf({name: 'health', limit: false})).toEqual({limit: 1, windowMs: MINUTE})
    expect(limitOf({name: 'logs.search'})).toBeUndefined()
    expect(limitOf({name: 'logs.get'})).toEqual(LIMITS['logs.get'])
  })

  test('default is for routes without a limit of their own', () => {
    const limitOf = readLimits(['default=300/minute'], ROUTES)
    expect(limitOf({name: 'metrics.overview'})).toEqual({limit: 300, windowMs: MINUTE})
    expect(limitOf({name: 'logs.get'})).toEqual(LIMITS['logs.get'])
    expect(limitOf({name: 'health', limit: false})).toBeUndefined()
  })

  test('off alone is off for all', () => {
    const limitOf = readLimits(['logs.get=5/minute', 'off'], ROUTES)
    for (const name of ROUTES) expect(limitOf({name})).toBeUndefined()
  })

  test.each([
    ['logs.serach=5/minute', 'there is no endpoint "logs.serach"', 'Did you mean logs.search?'],
    ['zzz=5/minute', 'there is no endpoint "zzz"', 'Endpoints: auth.login, health, logs.get, logs.search'],
    ['auth.login', 'it must be endpoint=requests/period, or off', 'Write it as auth.login=20/hour'],
    ['=5/hour', 'it must be endpoint=requests/period, or off', 'Write it as auth.login=20/hour'],
    ['auth.login=many', '"many" is no limit', 'Write it as 20/hour'],
    ['auth.login=5', '"5" is no limit', 'Write it as 20/hour'],
    ['auth.login=5/0m', '"5/0m" is no limit', 'Write it as 20/hour'],
    ['auth.login=-5/hour', '"-5/hour" is no limit', 'Write it as 20/hour'],
    ['auth.login=5/fortnight', '"5/fortnight" is no limit', 'Write it as 20/hour'],
    ['auth.login=5/constructor', '"5/constructor" is no limit', 'Write it as 20/hour'],
  ])('%j is refused with what to write', (written, message, suggestion) => {
    const read = () => readLimits([written], ROUTES)
    expect(read).toThrow(expect.objectContaining({code: 'BAD_CONFIG', message: expect.stringContaining(message)}))
    expect(read).toThrow(expect.objectContaining({suggestions: [expect.stringContaining(suggestion)]}))
  })

  test('the same endpoint twice is refused', () => {
    expect(() => readLimits(['logs.get=5/m', 'logs.get=6/m'], ROUTES)).toThrow('logs.get is there twice')
  })

  test.each([
    [{limit: 60, windowMs: MINUTE}, '60 per 1 minute'],
    [{limit: 20, windowMs: HOUR}, '20 per 1 hour'],
    [{limit: 5, windowMs: 15 * MINUTE}, '5 per 15 minutes'],
    [{limit: 1, windowMs: 48 * HOUR}, '1 per 2 days'],
    [{limit: 1, windowMs: 1_000}, '1 per 1 second'],
  ])('%j is said as %j', (limit, text) => {
    expect(describeLimit(limit)).toBe(text)
  })
})
