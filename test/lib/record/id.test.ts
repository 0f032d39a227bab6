import {expect, test} from 'vitest'
import {formatId, parseId} from '../../../src/lib/record/id.js'

test('an id is made of source, offset in base 36 and sum in hex, and read back', () => {
  expect(formatId('src', 0, 0)).toBe('src-0-00000000')
  expect(formatId('a-b', 1295, 255)).toBe('a-b-zz-000000ff')
  expect(parseId('a-b-zz-000000ff')).toEqual({source: 'a-b', offset: 1295, crc: 255})
  for (const id of ['', 'a', 'a-0', 'a-0-1', 'a-0-0000000g', '-0-00000000']) expect(parseId(id), id).toBeUndefined()
})

test('offsets and sums of every size agree with the runtime’s own conversion', () => {
  const offsets = [0, 1, 35, 36, 1295, 1296, 1297, 46_655, 46_656, 2 ** 31, 2 ** 32 + 1, 1e12, Number.MAX_SAFE_INTEGER]
  for (let i = 0; i < 2000; i++) offsets.push(i * 7919 * (i % 97))
  for (const offset of offsets) {
    const crc = ((offset * 2_654_435_761) % 4_294_967_296) >>> 0
    expect(formatId('s', offset, crc)).toBe(`s-${offset.toString(36)}-${crc.toString(16).padStart(8, '0')}`)
  }
  expect(parseId(formatId('s', Number.MAX_SAFE_INTEGER, 0xffffffff))).toEqual({
    source: 's',
    offset: Number.MAX_SAFE_INTEGER,
    crc: 0xffffffff,
  })
})
