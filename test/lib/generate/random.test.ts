import {expect, test} from 'vitest'
import {Random} from '../../../src/lib/generate/random.js'

test('the stream of a seed never changes', () => {
  const random = new Random('seed')
  expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([1201055738, 4071941727, 1403060458])
})

test('numbers keep to their bounds and fill them', () => {
  const random = new Random('bounds')
  const seen = new Set<number>()
  for (let i = 0; i < 5000; i++) seen.add(random.between(3, 9))
  expect([...seen].sort()).toEqual([3, 4, 5, 6, 7, 8])
  const skewed = Array.from({length: 5000}, () => random.skewed(100, 200))
  expect(Math.min(...skewed)).toBe(100)
  expect(Math.max(...skewed)).toBeGreaterThan(190)
  expect(Math.max(...skewed)).toBeLessThan(200)
  expect(skewed.filter((n) => n < 125).length).toBeGreaterThan(2500)
  const hits = Array.from({length: 10_000}, () => random.chance(0.2)).filter(Boolean).length
  expect(Math.abs(hits - 2000)).toBeLessThan(200)
})

test('ids have their form and do not repeat', () => {
  const random = new Random('ids')
  expect(random.hex(32)).toMatch(/^[0-9a-f]{32}$/)
  expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(Array.from({length: 10_000}, () => random.hex(16))).size).toBe(10_000)
  expect(new Random('a').hex(32)).not.toBe(new Random('b').hex(32))
})
