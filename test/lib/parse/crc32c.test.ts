import {crc32c as native} from '@node-rs/crc32'
import {expect, test} from 'vitest'
import {crc32c} from '../../../src/lib/parse/crc32c.js'
import {seededRandom} from '../../support/random.js'

test('CRC-32C of the examples of RFC 3720, B.4, and of nothing', () => {
  expect(crc32c(Buffer.from('xx123456789yy'), 2, 11)).toBe(0xe3069283)
  expect(crc32c(Buffer.alloc(32), 0, 32)).toBe(0x8a9136aa)
  expect(crc32c(Buffer.alloc(32, 0xff), 0, 32)).toBe(0x62a8ab43)
  expect(crc32c(Buffer.alloc(0), 0, 0)).toBe(0)
})

test('short and long stretches, wherever they begin, have the sum that native code gives', () => {
  const random = seededRandom(3)
  const data = Buffer.from(Array.from({length: 2_000}, () => Math.floor(random() * 256)))
  for (let length = 0; length <= 900; length++) {
    const start = Math.floor(random() * (data.length - length))
    expect(crc32c(data, start, start + length)).toBe(native(data.subarray(start, start + length)) >>> 0)
  }
})
