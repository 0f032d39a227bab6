import {expect, test} from 'vitest'
import {Growing} from '../../../src/lib/tui/growing.js'

test('an older list stays what it was, whoever goes on from it', () => {
  const one = Growing.empty<number>(10).append([1, 2, 3])
  const left = one.append([4])
  const right = one.append([5, 6])
  expect(one.slice(0, 99)).toEqual([1, 2, 3])
  expect(left.slice(0, 99)).toEqual([1, 2, 3, 4])
  expect(right.slice(0, 99)).toEqual([1, 2, 3, 5, 6])
})

test('places never change, and what is forgotten is not there any more', () => {
  let list = Growing.empty<number>(100)
  for (let at = 0; at < 1_000; at += 7) list = list.append(Array.from({length: 7}, (_, index) => at + index))
  expect(list.size).toBe(100)
  expect(list.at(list.first)).toBe(list.first)
  expect(list.at(list.end - 1)).toBe(list.end - 1)
  expect(list.at(list.first - 1)).toBeUndefined()
  expect(list.at(list.end)).toBeUndefined()
  expect(list.slice(list.end - 3, list.end)).toEqual([list.end - 3, list.end - 2, list.end - 1])
})

test('more than it keeps at once: the last of them', () => {
  const list = Growing.empty<number>(3).append([1, 2, 3, 4, 5])
  expect(list.slice(0, 9)).toEqual([3, 4, 5])
  expect(list.first).toBe(2)
})

test('across chunks: every place and every slice is what a plain array has', () => {
  let list = Growing.empty<number>(2_500)
  const plain: number[] = []
  for (const size of [1, 999, 1_000, 1_001, 3, 2_600, 700, 1, 1_999]) {
    const more = Array.from({length: size}, (_, index) => plain.length + index)
    list = list.append(more)
    plain.push(...more)
    const first = Math.max(0, plain.length - 2_500)
    expect([list.first, list.end]).toEqual([first, plain.length])
    expect(list.slice(0, Number.POSITIVE_INFINITY)).toEqual(plain.slice(first))
    for (const place of [first, plain.length - 1]) expect(list.at(place)).toBe(place)
    for (const from of [first, first + 998, first + 1_000]) {
      expect(list.slice(from, from + 1_500)).toEqual(plain.slice(from, from + 1_500))
    }
  }
})

test('an old list holds nothing of what came after it', () => {
  const held = (list: Growing<object>) => (list as unknown as {chunks: object[][]}).chunks.flat().length
  const empty = Growing.empty<object>(100_000)
  let list = empty
  for (let at = 0; at < 5_000; at++) list = list.append([{at}])
  expect(held(list)).toBe(5_000)
  expect(held(empty)).toBe(0)
})
