import {expect, test} from 'vitest'
import {halve, PendingSend, type Slice, unitsOf} from '../../../../src/lib/bus/kafka/send-group.js'
import {toUnitBatch} from '../../../../src/lib/units/unit-batch.js'

const ENVELOPE = {source: 's', host: 'h', timezone: 'UTC', observed: ''}

function sendOf(count: number): PendingSend {
  const units = Array.from({length: count}, (_, i) => ({bytes: Buffer.from(`${i}`), offset: i}))
  return new PendingSend(toUnitBatch(ENVELOPE, units), Buffer.alloc(0), 2)
}

const whole = (send: PendingSend): Slice => ({send, from: 0, to: send.batch.count})

test('a group is halved by units, through the middle of a send where it has to be', () => {
  const [a, b, c] = [sendOf(3), sendOf(4), sendOf(2)]
  const [first, second] = halve([whole(a), whole(b), whole(c)])
  expect(first).toEqual([whole(a), {send: b, from: 0, to: 1}])
  expect(second).toEqual([{send: b, from: 1, to: 4}, whole(c)])
})

test('halving goes down to one unit, losing and repeating none', () => {
  const sends = [sendOf(5), sendOf(1), sendOf(7)]
  const pieces: Slice[][] = []
  const split = (slices: Slice[]) => {
    if (unitsOf(slices) === 1) pieces.push(slices)
    else for (const half of halve(slices)) split(half)
  }
  split(sends.map(whole))
  const units = pieces.flat().map(({send, from, to}) => [sends.indexOf(send), from, to])
  expect(units).toEqual(sends.flatMap(({batch}, s) => Array.from({length: batch.count}, (_, i) => [s, i, i + 1])))
})

test('a send that went out in pieces is one receipt, from its first unit to its last', async () => {
  const send = sendOf(5)
  send.acknowledge(100, 2)
  expect(send.settled).toBe(false)
  send.acknowledge(140, 3)
  expect(await send.receipt).toEqual({partition: 2, firstOffset: 100, nextOffset: 143})
})

test('a send that failed stays failed, whatever becomes of its other units', async () => {
  const send = sendOf(2)
  send.acknowledge(100, 1)
  send.fail(new Error('too large'))
  send.acknowledge(101, 1)
  await expect(send.receipt).rejects.toThrow('too large')
})
