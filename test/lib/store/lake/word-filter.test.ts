import {expect, test} from 'vitest'
import {tokenize} from '../../../../src/lib/query/tokenize.js'
import {decodeWords, encodeWords, type WordBlock} from '../../../../src/lib/store/lake/segment-words.js'
import {hashValue, hashWord, mayHold, WordCollector} from '../../../../src/lib/store/lake/word-filter.js'

const ASCII = [
  'Request to /api/orders completed in 12 ms',
  'user_name=O_Brien;ID=7 "quoted" <tag>',
  'ENDS_WITH_A_WORD',
  ' \t\n ',
  '',
  `long ${'x'.repeat(1_023)} ${'Y'.repeat(1_024)} ${'z9_'.repeat(700)} end`,
]
const OTHER = [
  'Zahlung für Straße ÄÖÜ №5 fehlgeschlagen',
  'ﬁnal ｆｕｌｌ １２ 数据库 超时',
  `${'é'.repeat(1_500)} ok`,
  '😀 a😀b',
]

function collect(): WordCollector {
  const collector = new WordCollector()
  for (const text of ASCII) collector.addAscii(text)
  for (const text of OTHER) collector.addCut(` ${tokenize(text).join(' ')} `)
  return collector
}

test('no word of any text is missed, however it is spelt or cut', () => {
  const filter = collect().finish()
  const words = [...ASCII, ...OTHER].flatMap(tokenize)
  expect(words.length).toBeGreaterThan(30)
  expect(words.filter((word) => !mayHold(filter, hashWord(word)))).toEqual([])
})

test('words are counted once, and what is in no text is mostly told from what is', () => {
  const collector = new WordCollector()
  for (let i = 0; i < 20_000; i++) collector.addAscii(`order ${i} taken, order ord_${i * 7_919}`)
  const filter = collector.finish()
  expect(filter.bits).toBe(14 * (2 + 20_000 + 20_000))
  const seeming = Array.from({length: 20_000}, (_, i) => `absent${i}`).filter((word) => mayHold(filter, hashWord(word)))
  expect(seeming.length).toBeLessThan(60)
  expect(seeming.length).toBeGreaterThan(2)
})

test('values of fields are told from words, and from those of other fields', () => {
  const collector = new WordCollector()
  collector.addAscii('abc')
  collector.addValues('trace_id', '4BF9\n\nÄé x')
  const filter = collector.finish()
  expect(filter.bits).toBe(64)
  for (const value of ['4BF9', '', 'Äé x']) expect(mayHold(filter, hashValue('trace_id', value))).toBe(true)
  const others = [hashValue('trace_id', 'abc'), hashValue('request_id', '4BF9'), hashWord('4bf9'), hashWord('4BF9')]
  expect(others.filter((hash) => mayHold(filter, hash))).toEqual([])
})

test('a filter of another size, as an older logflow wrote them with 10 bits a word, holds what it was made of', () => {
  const bytes = Buffer.from('768f70db441346dcb7011a5193ea4ef1c9ff1a', 'hex')
  const old = {bits: 150, bytes: new Uint8Array(bytes)}
  const hashes = Array.from({length: 12}, (_, i) => hashWord(`ord_${i * 7_919}`))
  hashes.push(hashWord('order'), hashWord('taken'), hashValue('trace_id', '4BF9'))
  expect(hashes.filter((hash) => !mayHold(old, hash))).toEqual([])
  const absent = Array.from({length: 100}, (_, i) => hashWord(`absent${i}`))
  expect(absent.filter((hash) => mayHold(old, hash)).length).toBeLessThan(20)
})

test('a filter without words holds none, and the collector begins anew', () => {
  const collector = collect()
  collector.finish()
  const empty = collector.finish()
  expect(empty).toEqual({bits: 0, bytes: new Uint8Array()})
  expect(mayHold(empty, hashWord('a'))).toBe(false)
})

const SEGMENT = {seq: 3, rows: 30, bytes: 4_000}
const BLOCKS: WordBlock[] = [
  {from: 1_000, to: 2_000.5, rows: 20, words: collect().finish()},
  {from: 2_000.5, to: 3_000, rows: 9, words: undefined},
  {from: 3_000, to: 3_000, rows: 1, words: {bits: 0, bytes: new Uint8Array()}},
]

test('a file of words comes back as it was written', () => {
  const read = decodeWords(encodeWords(SEGMENT, BLOCKS), SEGMENT)
  const plain = read?.map(({words, ...block}) => ({
    ...block,
    words: words && {...words, bytes: new Uint8Array(words.bytes)},
  }))
  expect(plain).toEqual(BLOCKS)
})

test('one that is torn, rotten, foreign or of a later version is none', () => {
  const file = encodeWords(SEGMENT, BLOCKS)
  for (let length = 0; length < file.length; length += 7)
    expect(decodeWords(file.subarray(0, length), SEGMENT)).toBeUndefined()
  for (let at = 0; at < file.length; at += 11) {
    const rotten = Buffer.from(file)
    rotten[at] = (rotten[at] as number) ^ 0x10
    expect(decodeWords(rotten, SEGMENT)).toBeUndefined()
  }
  for (const other of [{seq: 4}, {rows: 31}, {bytes: 4_001}])
    expect(decodeWords(file, {...SEGMENT, ...other})).toBeUndefined()
})
