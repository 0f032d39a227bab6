import {expect, test} from 'vitest'
import {shareOut} from '../../../../src/lib/bus/kafka/assigner.js'

const PARTITIONS: Record<string, number[]> = {logs: [2, 0, 1, 3], audit: [0, 1], gone: []}
const share = (...members: Array<[string, ...string[]]>) =>
  Object.fromEntries(
    shareOut(
      members.map(([memberId, ...topics]) => ({memberId, topics})),
      (topic) => PARTITIONS[topic] ?? [],
    ),
  )

test('one member has all', () => {
  expect(share(['a', 'logs'])).toEqual({a: {logs: [0, 1, 2, 3]}})
})

test('two have half each, whoever comes first', () => {
  const halves = {a: {logs: [0, 2]}, b: {logs: [1, 3]}}
  expect(share(['a', 'logs'], ['b', 'logs'])).toEqual(halves)
  expect(share(['b', 'logs'], ['a', 'logs'])).toEqual(halves)
})

test('members on different topics have their own', () => {
  expect(share(['a', 'logs'], ['b', 'audit'])).toEqual({a: {logs: [0, 1, 2, 3]}, b: {audit: [0, 1]}})
})

test('a topic goes to those who have least', () => {
  expect(share(['a', 'audit', 'logs'], ['b', 'logs'])).toEqual({a: {audit: [0, 1], logs: [2]}, b: {logs: [0, 1, 3]}})
})

test("more members than partitions leave some with nothing, and a topic without partitions is nobody's", () => {
  expect(share(['a', 'audit'], ['b', 'audit'], ['c', 'audit'])).toEqual({a: {audit: [0]}, b: {audit: [1]}, c: {}})
  expect(share(['a', 'gone'])).toEqual({a: {}})
})
