import {writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join} from 'node:path'
import {Readable} from 'node:stream'
import {gzipSync} from 'node:zlib'
import {expect, test} from 'vitest'
import {seededRandom} from '../../support/random.js'
import {tempFolder} from '../../support/temp-folder.js'
import {fileInput, readInput} from './read-path.js'

const {Encoder} = createRequire(import.meta.url)('@toondepauw/node-zstd') as {
  Encoder: new (level: number) => {encodeSync(data: Buffer): Buffer}
}
const zstd = (data: Buffer) => new Encoder(3).encodeSync(data)

function read(bytes: Buffer) {
  const path = join(tempFolder(), 'log')
  writeFileSync(path, bytes)
  return readInput(fileInput(path))
}

/** Lines that do not compress to nothing. */
function lines(count: number, seed = 1): string[] {
  const random = seededRandom(seed)
  return Array.from({length: count}, (_, i) => `line ${i} ${random().toString(36)} ${random().toString(36)}`)
}

const textOf = (list: string[]) => Buffer.from(list.map((line) => `${line}\n`).join(''))

test('a plain file', async () => {
  const {texts, counters} = await read(Buffer.from('a\nb\n'))
  expect(texts).toEqual(['a', 'b'])
  expect(counters.bytes).toBe(4)
})

test('an empty file has no units and no problems', async () => {
  const {texts, problems, counters} = await read(Buffer.alloc(0))
  expect({texts, problems, bytes: counters.bytes}).toEqual({texts: [], problems: [], bytes: 0})
})

test('a UTF-8 byte order mark is no part of the first line; offsets stay those of the file', async () => {
  const {units} = await read(Buffer.from('\ufeffa\nb\n'))
  expect(units).toEqual([
    {text: 'a', offset: 3, span: 2},
    {text: 'b', offset: 5, span: 2},
  ])
})

test('UTF-16 in either order is read as UTF-8, offsets count decoded bytes', async () => {
  const text = 'größe 1\r\n世界\n'
  const little = Buffer.from(`\ufeff${text}`, 'utf16le')
  const big = Buffer.from(little).swap16()
  for (const bytes of [little, big]) {
    const {units} = await read(bytes)
    expect(units.map((unit) => Buffer.from(unit.text, 'latin1').toString())).toEqual(['größe 1', '世界'])
    expect(units.map((unit) => unit.offset)).toEqual([0, 11])
  }
})

test('a character of UTF-16 may straddle two reads', async () => {
  const list = lines(20_000).map((line) => `${line} \u{1f600}`)
  const {texts} = await read(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(list.join('\n'), 'utf16le')]))
  expect(texts.map((text) => Buffer.from(text, 'latin1').toString())).toEqual(list)
})

test.each([
  ['gzip', (data: Buffer) => gzipSync(data)],
  ['zstd', zstd],
])('%s is known by its bytes, of several members, with offsets of what is inside', async (name, compress) => {
  const list = lines(30_000)
  const half = list.length / 2
  const bytes = Buffer.concat([compress(textOf(list.slice(0, half))), compress(textOf(list.slice(half)))])
  const {texts, units, problems, counters, opened} = await read(bytes)
  expect(texts).toEqual(list)
  expect(problems).toEqual([])
  expect(opened.compression).toBe(name)
  expect(counters.bytes).toBe(bytes.length)
  expect(units.at(-1)?.offset).toBe(textOf(list).length - textOf(list.slice(-1)).length)
})

test.each([
  ['gzip', (data: Buffer) => gzipSync(data)],
  ['zstd', zstd],
])('%s through stdin', async (_, compress) => {
  const list = lines(5_000)
  const bytes = compress(textOf(list))
  const pieces = Array.from({length: Math.ceil(bytes.length / 999)}, (_, i) => bytes.subarray(i * 999, (i + 1) * 999))
  const {texts, problems} = await readInput(
    {kind: 'stdin'},
    Readable.from([bytes.subarray(0, 1), bytes.subarray(1, 3), Buffer.concat(pieces).subarray(3)]),
  )
  expect(texts).toEqual(list)
  expect(problems).toEqual([])
})

test('many small gzip members, wherever their borders fall among the reads', async () => {
  const list = lines(3_000)
  const members = list.map((line) => gzipSync(textOf([line])))
  const {texts, problems} = await read(Buffer.concat(members))
  expect(texts).toEqual(list)
  expect(problems).toEqual([])
})

test.each([
  ['gzip', (data: Buffer) => gzipSync(data)],
  ['zstd', zstd],
])('%s that was cut short: what is there is read, and the rest is a problem', async (name, compress) => {
  const list = lines(30_000)
  const whole = compress(textOf(list))
  const {texts, problems} = await read(whole.subarray(0, Math.floor(whole.length * 0.6)))
  expect(texts.length).toBeGreaterThan(list.length * 0.5)
  expect(texts.slice(0, -1)).toEqual(list.slice(0, texts.length - 1))
  expect(problems.map((problem) => problem.error.code)).toEqual(['CORRUPT'])
  expect(problems[0]?.error.message).toContain(`ends in the middle of its ${name} stream`)
})

test('gzip with a wrong checksum at its end is read to its last line', async () => {
  const list = lines(30_000)
  const bytes = gzipSync(textOf(list))
  bytes[bytes.length - 8] = (bytes[bytes.length - 8] as number) ^ 1
  const {texts, problems} = await read(bytes)
  expect(texts).toEqual(list)
  expect(problems.map((problem) => problem.error.message)).toEqual([
    expect.stringContaining('holds a damaged gzip stream (incorrect data check)'),
  ])
})

test('gzip with damage in the middle is read up to it', async () => {
  const list = lines(60_000)
  const bytes = gzipSync(textOf(list))
  const at = Math.floor(bytes.length / 2)
  bytes.fill(0xff, at, at + 64)
  const {texts, problems} = await read(bytes)
  expect(texts.length).toBeGreaterThan(list.length * 0.45)
  const same = texts.findIndex((text, i) => text !== list[i])
  expect(same).toBeGreaterThan(list.length * 0.45)
  expect(problems.map((problem) => problem.error.code)).toEqual(['CORRUPT'])
})

test('zeros after a gzip stream are padding, other bytes are a problem', async () => {
  const list = lines(3_000)
  const zeros = await read(Buffer.concat([gzipSync(textOf(list)), Buffer.alloc(40_000)]))
  expect(zeros.texts).toEqual(list)
  expect(zeros.problems).toEqual([])
  const garbage = await read(Buffer.concat([gzipSync(textOf(list)), Buffer.alloc(40_000, 'garbage')]))
  expect(garbage.texts).toEqual(list)
  expect(garbage.problems.map((problem) => problem.error.code)).toEqual(['CORRUPT'])
})

test('UTF-16 inside gzip', async () => {
  const {texts} = await read(gzipSync(Buffer.from('\ufeffone\ntwo\n', 'utf16le')))
  expect(texts).toEqual(['one', 'two'])
})

test('a file that is only the magic bytes of gzip is a problem, not a crash', async () => {
  const {texts, problems} = await read(Buffer.from([0x1f, 0x8b, 8]))
  expect(texts).toEqual([])
  expect(problems.map((problem) => problem.error.code)).toEqual(['CORRUPT'])
})
