import {expect, test} from 'vitest'
import {Ledger, readMark, toMarks} from '../../../../src/lib/flows/dlq/ledger.js'
import {unitBytes} from '../../../../src/lib/units/unit-batch.js'
import {seededRandom} from '../../../support/random.js'

const letter = (id: string, offset: number, partition = 0) => ({id, offset, partition, at: offset, chosen: false})
const pendingOf = (ledger: Ledger) => [...ledger.pending()].map(({id, offset}) => `${id}@${offset}`)
const end = (nextOffset: number, partition = 0) => ({topic: 'logs.dlq', partition, nextOffset})

test('a letter is pending until a mark settles it', () => {
  const ledger = new Ledger()
  ledger.add(letter('a', 0))
  ledger.add(letter('b', 1))
  ledger.settle({id: 'a', partition: 0, offset: 0}, 0)
  expect(pendingOf(ledger)).toEqual(['b@1'])
  expect(ledger.needed([end(3)])).toEqual([end(1)])
  ledger.settle({id: 'b', partition: 0, offset: 1}, 0)
  expect(ledger.count).toBe(0)
  expect(ledger.needed([end(4)])).toEqual([end(4)])
})

test('a letter put there twice is one, its later place counts, and one mark settles both', () => {
  const ledger = new Ledger()
  for (const each of [letter('a', 0), letter('b', 1), letter('a', 2)]) ledger.add(each)
  expect(pendingOf(ledger)).toEqual(['b@1', 'a@2'])
  ledger.settle({id: 'a', partition: 0, offset: 2}, 0)
  expect(pendingOf(ledger)).toEqual(['b@1'])
})

test('a letter that was refused again after it was sent back stays, also where its mark comes late', () => {
  const ledger = new Ledger()
  ledger.add(letter('a', 0))
  ledger.add(letter('a', 1))
  ledger.settle({id: 'a', partition: 0, offset: 0}, 0)
  expect(pendingOf(ledger)).toEqual(['a@1'])
})

test('a mark in another partition than its letter settles it in whatever order they are read', () => {
  const mark = {id: 'a', partition: 1, offset: 7}
  const before = new Ledger()
  before.settle(mark, 0)
  before.add(letter('a', 7, 1))
  before.add(letter('b', 8, 1))
  expect(pendingOf(before)).toEqual(['b@8'])
  const after = new Ledger()
  after.add(letter('a', 7, 1))
  after.settle(mark, 0)
  expect(after.count).toBe(0)
  before.add(letter('a', 9, 1))
  expect(pendingOf(before)).toEqual(['b@8', 'a@9'])
})

test('marks of letters that are cut off already change nothing', () => {
  const ledger = new Ledger()
  ledger.settle({id: 'gone', partition: 0, offset: 3}, 0)
  ledger.add(letter('a', 9))
  expect(pendingOf(ledger)).toEqual(['a@9'])
})

test('marks go round, source by source', () => {
  const marks = [
    {id: 'src-1-z-00000001', partition: 0, offset: 4},
    {id: 'other-10-00000002', partition: 3, offset: 5},
    {id: 'src-1-10-00000003', partition: 0, offset: 6},
    {id: 'no id of ours', partition: 2, offset: 0},
  ]
  const batches = toMarks(marks, {how: 'dropped', at: '2026-11-21T09:41:07.000Z'})
  expect(batches.map(({envelope, count}) => [envelope.source, envelope.settled?.how, count])).toEqual([
    ['src-1', 'dropped', 2],
    ['other', 'dropped', 1],
    ['', 'dropped', 1],
  ])
  const back = batches.flatMap((batch) => Array.from({length: batch.count}, (_, i) => readMark(unitBytes(batch, i))))
  expect(back).toEqual([marks[0], marks[2], marks[1], marks[3]])
  for (const garbage of [
    '',
    '{',
    'null',
    '{"id":1}',
    '{"id":"a","partition":0}',
    '{"id":"a","partition":0,"offset":0.5}',
  ])
    expect(readMark(Buffer.from(garbage))).toBeUndefined()
})

test('cutting off what is not needed never brings a letter back nor takes one away: random histories', () => {
  const random = seededRandom(7)
  for (let round = 0; round < 200; round++) {
    const topic: Array<{id: string; settles?: number}> = []
    for (let step = 0; step < 40; step++) {
      const id = `id${Math.floor(random() * 6)}`
      const known = topic.findLastIndex((unit) => unit.id === id && unit.settles === undefined)
      topic.push(random() < 0.5 || known < 0 ? {id} : {id, settles: known})
    }
    const fold = (from: number) => {
      const ledger = new Ledger()
      topic.forEach(({id, settles}, offset) => {
        if (offset < from) return
        if (settles === undefined) ledger.add(letter(id, offset))
        else ledger.settle({id, partition: 0, offset: settles}, 0)
      })
      return ledger
    }
    const whole = fold(0)
    const expected = [...new Set(topic.map(({id}) => id))].filter((id) => {
      const last = topic.findLastIndex((unit) => unit.id === id && unit.settles === undefined)
      return !topic.some((unit) => unit.id === id && unit.settles !== undefined && unit.settles >= last)
    })
    expect(
      pendingOf(whole)
        .map((text) => text.split('@')[0])
        .sort(),
    ).toEqual(expected.sort())
    const [{nextOffset} = end(0)] = whole.needed([end(topic.length)])
    expect(pendingOf(fold(nextOffset))).toEqual(pendingOf(whole))
  }
})
