import {expect, test} from 'vitest'
import {FORMAT_NAMES, FORMATS} from '../../../src/lib/parse/formats/index.js'
import {toRecord, unitToRecord} from '../../../src/lib/parse/to-record.js'
import {toUnitBatch} from '../../../src/lib/units/unit-batch.js'
import {ENVELOPE, KEY, readCases, recordOf, shown} from './cases.js'

const cases = readCases()

test.each(cases.map((one) => [`${one.file}:${one.line} ${one.name}`, one] as const))('%s', (_, one) => {
  expect(shown(recordOf(one))).toEqual(one.expected)
})

test('every format has a case file of its name, with cases it reads', () => {
  for (const name of FORMAT_NAMES) {
    const own = cases.filter(
      ({file, expected}) => file === `${name}.txt` && (expected as {format: string}).format === name,
    )
    expect(own.length, name).toBeGreaterThanOrEqual(3)
  }
})

test('what a source looked like before never changes what a line becomes', () => {
  const alone = cases.map((one) => JSON.stringify(recordOf(one)))
  // Every case after every other one, forwards and backwards.
  for (const before of cases) {
    for (const [i, one] of cases.entries()) {
      recordOf({input: before.input, envelope: one.envelope})
      if (JSON.stringify(recordOf(one)) !== alone[i]) expect.fail(`${one.name} differs after ${before.name}`)
    }
  }
})

test('a format that is forced and does not fit keeps the line whole', () => {
  const record = toRecord('no json at all', {...ENVELOPE, format: 'json'}, KEY, 3)
  expect(record.message).toBe('no json at all')
  expect(record.raw).toBe('no json at all')
  expect(record.source).toEqual({id: 'src1', offset: 0, line: 3, format: 'plain'})
})

test('a forced format reads what detection would give to another', () => {
  const line = '{"level":"info","msg":"x"}'
  expect(toRecord(line, {...ENVELOPE, format: 'plain'}, KEY, 1).message).toBe(line)
  expect(toRecord(line, {...ENVELOPE, format: 'no-such-format'}, KEY, 1).message).toBe('x')
})

test('the envelope fills what the line leaves out, and the line wins', () => {
  const envelope = {
    ...ENVELOPE,
    service: 'shop',
    environment: 'prod',
    file: '/var/log/a.log',
    fields: {team: 'red', zone: 'a'},
  }
  const record = toRecord('{"service":"cart","msg":"x","zone":"b"}', envelope, KEY, 0, {
    topic: 't',
    partition: 2,
    offset: 9,
  })
  expect(record).toEqual({
    id: 'src1-0-00000000',
    '@timestamp': ENVELOPE.observed,
    timestamp_source: 'arrival',
    observed_timestamp: ENVELOPE.observed,
    service: 'cart',
    host: 'edge',
    environment: 'prod',
    message: 'x',
    attributes: {team: 'red', zone: 'b'},
    source: {id: 'src1', file: '/var/log/a.log', offset: 0, format: 'json', topic: 't', partition: 2, kafka_offset: 9},
  })
})

test('a unit of a batch gets the sum of its bytes and keeps bytes that are no text', () => {
  const bytes = Buffer.from([0x61, 0x5c, 0xff, 0xfe, 0x62, 0xc3, 0xa4])
  const batch = toUnitBatch(ENVELOPE, [
    {bytes: Buffer.from('before'), offset: 0, line: 1},
    {bytes, offset: 7, line: 2},
  ])
  const record = unitToRecord(batch, 1)
  expect(record.id).toMatch(/^src1-7-[0-9a-f]{8}$/)
  expect(record.message).toBe('a\\\ufffd\ufffdbä')
  expect(record.raw).toBe('a\\\\\\xff\\xfebä')
  expect(record.source.line).toBe(2)
})

test('a line of every hostile kind becomes a record', () => {
  const lines = [
    '',
    ' ',
    '\0\0\0',
    '{',
    '[1,2]',
    '"text"',
    '{"a":1} trailing',
    '<',
    '<999>x',
    '<34>1 ',
    '[',
    '[[[[[[',
    '=',
    '= =',
    'a='.repeat(5000),
    '('.repeat(5000),
    '2026-01-01T00:00:00Z '.repeat(500),
    `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    `${'{"a":'.repeat(1200)}1${'}'.repeat(1200)}`,
    `{"message":"${'x'.repeat(1_000_000)}"}`,
    `ERROR ${'x '.repeat(500_000)}`,
    `${'a.'.repeat(50_000)}Error: x\n\tat ${'b.'.repeat(50_000)}`,
    `key="${'\\"'.repeat(100_000)}`,
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  ]
  for (const line of lines) {
    const record = toRecord(line, ENVELOPE, KEY, 1)
    expect(typeof record.message).toBe('string')
    expect(() => JSON.stringify(record)).not.toThrow()
  }
  expect(({} as {polluted?: boolean}).polluted).toBeUndefined()
})

test('parsers hand each other on and never share a name', () => {
  expect(new Set(FORMAT_NAMES).size).toBe(FORMATS.length)
  expect(FORMATS.at(-1)?.name).toBe('plain')
})
