import {expect, test} from 'vitest'
import {decodeUnit} from '../../../src/lib/parse/decode-unit.js'

const decode = (...bytes: Array<number | string>) => {
  const data = Buffer.concat(bytes.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))))
  return decodeUnit(data, 0, data.length)
}

test('text of any script comes through', () => {
  expect(decode('aäλ漢😀')).toEqual({text: 'aäλ漢😀', lossy: false})
  expect(decode('')).toEqual({text: '', lossy: false})
  expect(decodeUnit(Buffer.from('xxäyy'), 2, 4)).toEqual({text: 'ä', lossy: false})
})

test('a byte order mark at the beginning is no text, elsewhere it is', () => {
  expect(decode(0xef, 0xbb, 0xbf, 'a')).toEqual({text: 'a', lossy: false})
  expect(decode('a', 0xef, 0xbb, 0xbf).text).toBe('a\ufeff')
})

test('what is no UTF-8 stays as bytes in raw', () => {
  expect(decode('a', 0xff, 'b')).toEqual({text: 'a\ufffdb', raw: 'a\\xffb', lossy: true})
  expect(decode(0xc3)).toEqual({text: '\ufffd', raw: '\\xc3', lossy: true})
  expect(decode(0xe4, 0xbd, 'x').raw).toBe('\\xe4\\xbdx')
  expect(decode(0xed, 0xa0, 0x80).raw).toBe('\\xed\\xa0\\x80')
  expect(decode(0xf5, 0x80, 0x80, 0x80).raw).toBe('\\xf5\\x80\\x80\\x80')
  expect(decode('\\x41', 0xff).raw).toBe('\\\\x41\\xff')
  expect(decode('😀', 0x80).raw).toBe('😀\\x80')
})

test('a replacement character that the line itself holds loses nothing', () => {
  expect(decode('a\ufffdb')).toEqual({text: 'a\ufffdb', lossy: false})
})
