import {expect, test} from 'vitest'
import {RecentIds} from '../../../src/lib/flows/recent-ids.js'

test('remembers the last ids, at least as many as asked, and forgets the old', () => {
  const ids = new RecentIds(10)
  for (let i = 0; i < 100; i++) {
    expect(ids.add(`id${i}`)).toBe(true)
    for (let back = Math.max(0, i - 9); back <= i; back++) expect(ids.add(`id${back}`)).toBe(false)
  }
  expect(ids.add('id0')).toBe(true)
})
