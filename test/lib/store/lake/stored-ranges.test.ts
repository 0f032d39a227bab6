import {expect, test} from 'vitest'
import {StoredRanges} from '../../../../src/lib/store/lake/stored-ranges.js'
import {seededRandom} from '../../../support/random.js'

test('ranges are those of a plain set, whatever the order they come in', () => {
  const random = seededRandom(9)
  for (let round = 0; round < 200; round++) {
    const ranges = new StoredRanges()
    const plain = new Map<string, Set<number>>([
      ['a', new Set()],
      ['b', new Set()],
    ])
    for (let i = 0; i < 40; i++) {
      const source = random() < 0.5 ? 'a' : 'b'
      const from = Math.floor(random() * 60)
      const to = from + 1 + Math.floor(random() * 8)
      const takeOut = random() < 0.2
      if (takeOut) ranges.subtract({[source]: [from, to]})
      else ranges.add(source, from, to)
      for (let at = from; at < to; at++) {
        if (takeOut) plain.get(source)?.delete(at)
        else plain.get(source)?.add(at)
      }
      const [asked, start] = [random() < 0.5 ? 'a' : 'b', Math.floor(random() * 60)]
      const end = start + 1 + Math.floor(random() * 8)
      const expected = Array.from({length: end - start}, (_, k) => start + k).every((at) => plain.get(asked)?.has(at))
      expect(ranges.has(asked, start, end)).toBe(expected)
    }
    for (const pairs of Object.values(ranges.toJSON())) {
      expect(pairs.every((value, i) => i === 0 || value > (pairs[i - 1] as number))).toBe(true)
    }
  }
})

test('a source that grows is one range, and survives JSON', () => {
  const ranges = new StoredRanges()
  for (let i = 0; i < 1_000; i++) ranges.add('app', i * 10, i * 10 + 10)
  expect(ranges.toJSON()).toEqual({app: [0, 10_000]})
  const copy = new StoredRanges()
  copy.merge(JSON.parse(JSON.stringify(ranges)))
  expect(copy.has('app', 500, 10_000)).toBe(true)
  expect(copy.has('app', 500, 10_001)).toBe(false)
  expect(copy.has('other', 0, 1)).toBe(false)
})

test('sources may have any name', () => {
  const ranges = new StoredRanges()
  for (const name of ['__proto__', 'constructor', '', 'a-b']) ranges.add(name, 0, 5)
  const copy = new StoredRanges()
  copy.merge(JSON.parse(JSON.stringify(ranges)))
  for (const name of ['__proto__', 'constructor', '', 'a-b']) expect(copy.has(name, 1, 5)).toBe(true)
  expect(copy.has('toString', 0, 1)).toBe(false)
})
