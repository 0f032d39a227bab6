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
