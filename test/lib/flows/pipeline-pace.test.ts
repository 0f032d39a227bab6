import {expect, test} from 'vitest'
import {PaceMeter} from '../../../src/lib/flows/pipeline-pace.js'

const topic = (next: number, committed: number | undefined, {incarnation = 'a', earliest = 0} = {}) => ({
  topic: 'logs',
  incarnation,
  partitions: [{partition: 0, earliest, next, ...(committed === undefined ? {} : {committed})}],
})

test('tells how quickly units come and go, and how long the rest takes', () => {
  const meter = new PaceMeter()
  expect(meter.look(topic(1_000, 900), 0)).toEqual({behind: 100})
  expect(meter.look(topic(3_000, 1_900), 2_000)).toEqual({
    coming: 1_000,
    processed: 500,
    behind: 1_100,
    behindMs: 2_200,
  })
  expect(meter.look(topic(3_000, 3_000), 4_000)).toEqual({coming: 500, processed: 525, behind: 0})
})

test('forgets what is long past', () => {
  const meter = new PaceMeter()
  meter.look(topic(0, 0), 0)
  meter.look(topic(10_000, 10_000), 2_000)
  for (let at = 4_000; at <= 12_000; at += 2_000) meter.look(topic(10_000, 10_000), at)
  expect(meter.look(topic(10_000, 10_000), 14_000)).toEqual({coming: 0, processed: 0, behind: 0})
})

test('says since when nothing is processed', () => {
  const meter = new PaceMeter()
  meter.look(topic(100, 100), 0)
  expect(meter.look(topic(200, 150), 2_000).stalledSince).toBeUndefined()
  expect(meter.look(topic(300, 150), 4_000).stalledSince).toBe(2_000)
  expect(meter.look(topic(400, 150), 6_000)).toMatchObject({behind: 250, stalledSince: 2_000})
  expect(meter.look(topic(400, 160), 8_000).stalledSince).toBeUndefined()
  expect(meter.look(topic(400, 400), 60_000).stalledSince).toBeUndefined()
})

test('a group that has processed nothing yet is behind by all that is kept', () => {
  const meter = new PaceMeter()
  expect(meter.look(topic(500, undefined, {earliest: 100}), 0)).toEqual({behind: 400})
  expect(meter.look(topic(500, 500, {earliest: 100}), 2_000)).toMatchObject({behind: 0, processed: 200})
})

test('a topic that begins anew has no speed yet', () => {
  const meter = new PaceMeter()
  meter.look(topic(1_000, 1_000), 0)
  expect(meter.look(topic(5_000, 10, {incarnation: 'b'}), 2_000)).toEqual({behind: 4_990})
  expect(meter.look(topic(7, 7, {incarnation: 'b'}), 4_000)).toEqual({behind: 0})
  expect(meter.look({topic: 'logs', partitions: []}, 6_000)).toEqual({behind: 0})
})
