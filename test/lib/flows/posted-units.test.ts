import {describe, expect, test} from 'vitest'
import {MOST_ITEMS, type PostedAs, postedUnits} from '../../../src/lib/flows/posted-units.js'
import {takePosted} from '../../../src/lib/flows/take-posted.js'
import {unitToRecord} from '../../../src/lib/parse/to-record.js'
import type {Envelope} from '../../../src/lib/units/envelope.js'
import {MAX_BATCH_BYTES, MAX_BATCH_UNITS, type UnitBatch, unitBytes} from '../../../src/lib/units/unit-batch.js'

const envelope: Envelope = {source: 'abc', host: 'h', timezone: 'UTC', observed: '2026-11-21T09:00:00.000Z'}

function cut(body: string | Buffer, as: PostedAs) {
  const bytes = Buffer.from(body)
  const {batches, refused} = postedUnits(bytes, as, envelope)
  const units = batches.flatMap((batch) =>
    Array.from({length: batch.count}, (_, i) => ({
      text: unitBytes(batch, i).toString(),
      offset: batch.offsets[i] as number,
      span: batch.spans[i] as number,
    })),
  )
  // Places do not overlap: a store takes what lies in a place that it has for a record that it has.
  units.forEach(({offset, span, text}, i) => {
    expect(span).toBeGreaterThanOrEqual(Buffer.byteLength(text) === 0 ? 0 : 1)
    const next = units[i + 1]
    if (next) expect(next.offset).toBeGreaterThanOrEqual(offset + span)
    expect(offset + span).toBeLessThanOrEqual(bytes.length)
  })
  return {texts: units.map(({text}) => text), offsets: units.map(({offset}) => offset), refused}
}

describe('JSON', () => {
  test.each<[string, string, string[]]>([
    ['an object is a unit, without the blanks around it', ' {"a": 1}\r\n', ['{"a": 1}']],
    [
      'an array holds them',
      '[{"a":1}, {"b":[2,"]"]} ,{"c":"}{\\"[,"}]',
      ['{"a":1}', '{"b":[2,"]"]}', '{"c":"}{\\"[,"}'],
    ],
    ['numbers keep their digits', '[{"id":12345678901234567890.10}]', ['{"id":12345678901234567890.10}']],
    ['texts are lines', '["one", "two \\"2\\"", "\\u00e9\\ud83d\\ude00"]', ['one', 'two "2"', 'é😀']],
    ['records in a wrapper', '{"records": [{"a":1}, "line"]}', ['{"a":1}', 'line']],
    ['lines in a wrapper', ' {\n"lines" : ["a","b"] } ', ['a', 'b']],
    ['a record that has a field records besides', '{"records": [1], "msg": "x"}', ['{"records": [1], "msg": "x"}']],
    ['a record whose records are no list', '{"records": 5}', ['{"records": 5}']],
    ['a record over several lines', '[{\n"a": 1\n}]', ['{\n"a": 1\n}']],
    ['a mark of UTF-8', '\ufeff[{"a":1}]', ['{"a":1}']],
    ['nothing', '[]', []],
  ])('%s', (_, body, texts) => {
    expect(cut(body, 'json')).toMatchObject({texts, refused: []})
  })

  test('what is no record is told by its place, and the rest taken', () => {
    const {texts, refused} = cut('[1, {"a":1}, null, [{"b":1}], "", "  ", true, {"c":1}]', 'json')
    expect(texts).toEqual(['{"a":1}', '{"c":1}'])
    const expected = 'a JSON object or a text was expected'
    expect(refused).toEqual([
      {index: 0, error: expected},
      {index: 2, error: expected},
      {index: 3, error: expected},
      {index: 4, error: 'there is nothing in it'},
      {index: 5, error: 'there is nothing in it'},
      {index: 6, error: expected},
    ])
  })

  test.each([
    ['', 'the body is no JSON'],
    ['{"a":1', 'the body is no JSON'],
    ['{"a":1}{"b":2}', 'the body is no JSON'],
    ['5', 'the body must be a JSON object or an array of them'],
    ['null', 'the body must be a JSON object or an array of them'],
    ['"a line"', 'the body must be a JSON object or an array of them'],
  ])('%j is refused whole', (body, error) => {
    expect(() => cut(body, 'json')).toThrow(error)
  })

  test('bytes that are no UTF-8 are refused: texts made of them would be longer than their place', () => {
    expect(() => cut(Buffer.from([0x5b, 0x22, 0xff, 0xff, 0x22, 0x5d]), 'json')).toThrow('the body is no UTF-8')
  })

  test('nesting has no bound that breaks', () => {
    const deep = `[{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}]`
    expect(cut(deep, 'json').texts).toEqual([deep.slice(1, -1)])
  })
})

describe('a JSON object a line', () => {
  test('each line stands for itself; those that are none are told', () => {
    const body = '{"a":1}\r\n\n  {"b":2}  \nnot json\n[1]\n"text"\n{"cut": \n{"c":3}'
    const {texts, offsets, refused} = cut(body, 'ndjson')
    expect(texts.map((text) => text.trim())).toEqual(['{"a":1}', '{"b":2}', '{"c":3}'])
    expect(offsets).toEqual([0, 12, body.length - 7])
    const error = 'the line is no JSON object'
    expect(refused).toEqual([2, 3, 4, 5].map((index) => ({index, error})))
  })
})

describe('text', () => {
  test('lines, with stack traces in one piece, and any bytes', () => {
    const body = Buffer.concat([
      Buffer.from(
        '2026-11-21T09:00:00Z ERROR boom\njava.lang.Error: x\n\tat a.b(C.java:1)\n\n2026-11-21T09:00:01Z INFO ok ',
      ),
      Buffer.from([0xff, 0x0a]),
    ])
    const {batches} = postedUnits(body, 'text', envelope)
    const units = batches.flatMap((batch) => Array.from({length: batch.count}, (_, i) => unitBytes(batch, i)))
    expect(units.map((unit) => unit.toString('latin1'))).toEqual([
      '2026-11-21T09:00:00Z ERROR boom\njava.lang.Error: x\n\tat a.b(C.java:1)',
      '2026-11-21T09:00:01Z INFO ok ÿ',
    ])
    expect(postedUnits(body, 'text', envelope, {multiline: false}).batches[0]?.count).toBe(4)
  })

  test('nothing but blanks is nothing', () => {
    expect(cut(' \n\r\n\t\n', 'text').texts).toEqual([])
    expect(cut('', 'text').texts).toEqual([])
  })
})

test('batches are as small as a bus takes them, and nothing is lost between them', () => {
  const records = Array.from({length: 2 * MAX_BATCH_UNITS + 1}, (_, i) => ({
    n: i,
    pad: 'x'.repeat(i % 5 === 0 ? 5_000 : 10),
  }))
  const {batches} = postedUnits(Buffer.from(JSON.stringify(records)), 'json', envelope)
  expect(batches.length).toBeGreaterThan(3)
  for (const batch of batches) {
    expect(batch.count).toBeLessThanOrEqual(MAX_BATCH_UNITS)
    expect(batch.data.length).toBeLessThanOrEqual(MAX_BATCH_BYTES)
  }
  const back = batches.flatMap((batch) =>
    Array.from({length: batch.count}, (_, i) => JSON.parse(unitBytes(batch, i).toString())),
  )
  expect(back).toEqual(records)
})

describe('taking what was posted', () => {
  const take = async (body: string, more: {key?: string; sender?: string} = {}) => {
    const sent: UnitBatch[] = []
    const taken = await takePosted(
      {
        body: Buffer.from(body),
        as: 'json',
        sender: 'alice',
        address: '10.0.0.9',
        service: 'shop',
        fields: {team: 'blue'},
        ...more,
      },
      {
        send: async (batch) => {
          sent.push(batch)
          return {partition: 0, firstOffset: 0, nextOffset: batch.count}
        },
        now: () => new Date('2026-11-21T09:00:00Z'),
        random: Math.random,
      },
    )
    return {
      ...taken,
      ids: taken.ids(),
      records: sent.flatMap((batch) => Array.from({length: batch.count}, (_, i) => unitToRecord(batch, i))),
    }
  }
  const BODY = '[{"message":"one"},{"message":"one"},"two"]'

  test('records say what was said beside them, and have the ids that were told', async () => {
    const {records, ids, accepted} = await take(BODY)
    expect(accepted).toBe(3)
    expect(records.map(({message}) => message)).toEqual(['one', 'one', 'two'])
    expect(records.map(({id}) => id)).toEqual(ids)
    expect(new Set(ids).size).toBe(3)
    for (const record of records)
      expect(record).toMatchObject({service: 'shop', host: '10.0.0.9', attributes: {team: 'blue'}})
  })

  test('ids are the same again for the same sender, key and body, and for no others', async () => {
    const first = await take(BODY, {key: 'k1'})
    expect((await take(BODY, {key: 'k1'})).ids).toEqual(first.ids)
    const others = [
      take(BODY),
      take(BODY),
      take(BODY, {key: 'k2'}),
      take(BODY, {key: 'k1', sender: 'bob'}),
      take(`${BODY} `, {key: 'k1'}),
      take(BODY, {key: '', sender: 'alicek1'}),
    ]
    const sources = [first, ...(await Promise.all(others))].map(({source}) => source)
    expect(new Set(sources).size).toBe(sources.length)
  })

  test('what nobody knows is refused', async () => {
    const one = {body: Buffer.from('{}'), as: 'json' as const, sender: 'a'}
    const tools = {send: () => Promise.reject(new Error('not sent')), now: () => new Date(), random: Math.random}
    await expect(takePosted({...one, timezone: 'Mars/Olympus'}, tools)).rejects.toThrow('a timezone that is none')
    await expect(takePosted({...one, format: 'exe'}, tools)).rejects.toThrow('an unknown format')
  })
})

describe('a body of very many items is refused as a whole', () => {
  const bodies: Array<[PostedAs, (n: number) => string]> = [
    ['json', (n) => `[${'1,'.repeat(n - 1)}1]`],
    ['json', (n) => `{"lines":[${'1,'.repeat(n - 1)}1]}`],
    ['ndjson', (n) => '1\n'.repeat(n)],
    ['text', (n) => 'a\n'.repeat(n)],
  ]
  test.each(bodies)('%s', (as, body) => {
    const all = postedUnits(Buffer.from(body(MOST_ITEMS)), as, envelope)
    expect(all.refused.length + all.batches.reduce((sum, {count}) => sum + count, 0)).toBe(MOST_ITEMS)
    expect(() => postedUnits(Buffer.from(body(MOST_ITEMS + 1)), as, envelope)).toThrow('more than 250000 records')
  })
})
