import {describe, expect, test} from 'vitest'
import {PositionWriter, readPosition} from '../../../../src/lib/bus/kafka/unit-headers.js'

const NUMBERS = [0, 1, 9, 10, 35, 36, 1_295, 1_296, 36 ** 5 - 1, 36 ** 5, 2 ** 31, 2 ** 32 + 7, Number.MAX_SAFE_INTEGER]

describe('the position of a unit', () => {
  const writer = new PositionWriter()

  test('is offset, line and span in base 36, and reads back', () => {
    for (const offset of NUMBERS) {
      for (const line of NUMBERS) {
        for (const span of NUMBERS) {
          writer.set(offset, line, span)
          const text = Buffer.from(writer.bytes.subarray(1, writer.length))
          expect(text.toString()).toBe([offset, line, span].map((n) => n.toString(36)).join(','))
          expect(writer.bytes[0]).toBe(2 * text.length)
          const back = {offset: -1, line: -1, span: -1}
          expect(readPosition(text, 0, text.length, back)).toBe(true)
          expect(back).toEqual({offset, line, span})
        }
      }
    }
  })

  test.each([
    '',
    '1',
    '1,2',
    '1,2,',
    ',1,2',
    '1,,2',
    '1,2,3,4',
    '1,2,3 ',
    '-1,2,3',
    '1,2,A',
    '1.5,2,3',
    'zzzzzzzzzzzz,1,1',
  ])('is not read from %j', (text) => {
    const into = {offset: 7, line: 7, span: 7}
    expect(readPosition(Buffer.from(`1${text}1`), 1, 1 + text.length, into)).toBe(false)
    expect(into).toEqual({offset: 7, line: 7, span: 7})
  })
})
