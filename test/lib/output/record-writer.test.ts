import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {Writable} from 'node:stream'
import {expect, test} from 'vitest'
import {type RecordFormatName, type RecordWriterOptions, recordWriter} from '../../../src/lib/output/record-writer.js'
import {openSink} from '../../../src/lib/output/sink.js'
import {parseTemplate} from '../../../src/lib/output/template.js'
import {textWidth} from '../../../src/lib/output/text-width.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {UTC, zoneOf} from '../../../src/lib/record/zone.js'

const CASES = resolve(import.meta.dirname, '../../cases/output')
const RECORDS = readFileSync(join(CASES, 'records.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as LogRecord)

const pipe = {isTerminal: false, width: Number.POSITIVE_INFINITY, color: false}
const terminal = {isTerminal: true, width: 100, color: false}
const base = {zone: UTC, now: Date.parse('2026-12-01T00:00:00Z')}

async function written(format: RecordFormatName, options: RecordWriterOptions, records = RECORDS): Promise<string> {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  const writer = recordWriter(format, openSink(stream), options)
  for (const record of records) await writer.write(record)
  await writer.end()
  return text
}

const MARKS = {
  words: ['card', 'order'],
  patterns: [['f', {any: 'many'}] as const],
  regexes: [{source: 'ord_[0-9a-f]+|line', ignoreCase: false}],
}

const TEMPLATE = '{@timestamp} [{level|?}] {service|-}\\t{errMessage|no error} {http.status} \\{{list}\\} {message}'

// Each case is a file beside records.jsonl that holds exactly what is printed. A new one is written when it is
// missing, to be read before it is committed.
const cases: Array<[string, RecordFormatName, Partial<RecordWriterOptions>]> = [
  ['pretty-terminal', 'pretty', {screen: terminal}],
  ['pretty-narrow', 'pretty', {screen: {...terminal, width: 60}}],
  ['pretty-wide', 'pretty', {screen: terminal, wide: true}],
  ['pretty-color', 'pretty', {screen: {...terminal, color: true}, marks: MARKS}],
  ['pretty-pipe', 'pretty', {screen: pipe}],
  ['pretty-raw', 'pretty', {screen: terminal, raw: true}],
  ['pretty-fields', 'pretty', {screen: terminal, fields: ['service', 'http.status', 'message']}],
  ['pretty-zone', 'pretty', {screen: {...terminal, width: 140}, zone: zoneOf('Asia/Tokyo'), zoneName: 'Asia/Tokyo'}],
  ['template-terminal', 'pretty', {screen: terminal, template: parseTemplate(TEMPLATE)}],
  ['template-pipe', 'jsonl', {screen: pipe, template: parseTemplate(TEMPLATE)}],
  ['table-terminal', 'table', {screen: terminal}],
  ['table-pipe', 'table', {screen: pipe, fields: ['level', 'attributes.order_id', 'duration_ms', 'note']}],
  ['jsonl-terminal', 'jsonl', {screen: terminal}],
  ['jsonl-fields', 'jsonl', {screen: pipe, fields: ['@timestamp', 'errName', 'causeMessage', 'source.offset', 'http']}],
  ['csv-pipe', 'csv', {screen: pipe}],
  ['csv-fields', 'csv', {screen: pipe, fields: ['message', 'note', 'list', 'missing']}],
  ['logfmt-pipe', 'logfmt', {screen: pipe}],
  ['logfmt-fields', 'logfmt', {screen: pipe, fields: ['level', 'note', 'http', 'empty', '日本']}],
  ['raw-terminal', 'raw', {screen: terminal}],
  ['raw-pipe', 'raw', {screen: pipe}],
  ['raw-fields', 'raw', {screen: terminal, fields: ['level', 'attributes.order_id', 'message']}],
]

test.each(cases)('%s', async (name, format, options) => {
  const text = await written(format, {screen: pipe, ...base, ...options})
  const file = join(CASES, `${name}.txt`)
  if (!existsSync(file)) writeFileSync(file, text)
  expect(text).toBe(readFileSync(file, 'utf8'))
})

test('every case file is a case', () => {
  const files = readdirSync(CASES).filter((file) => file.endsWith('.txt') && !file.startsWith('metrics-'))
  expect(files.sort()).toEqual([...cases.map(([name]) => `${name}.txt`), 'context-terminal.txt'].sort())
})

test('jsonl in a pipe is each record as it is', async () => {
  const lines = (await written('jsonl', {screen: pipe, ...base})).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual(RECORDS)
})

test('json is one array on one line, also of nothing, also over many pages', async () => {
  expect(await written('json', {screen: pipe, ...base}, [])).toBe('[]\n')
  const many = Array.from({length: 1_000}, (_, index) => RECORDS[index % RECORDS.length] as LogRecord)
  const text = await written('json', {screen: pipe, ...base}, many)
  expect(text.indexOf('\n')).toBe(text.length - 1)
  expect(JSON.parse(text)).toEqual(many)
})

test('csv read back is what was written', async () => {
  const text = await written('csv', {screen: pipe, ...base, fields: ['message', 'note']})
  const cells = [...text.matchAll(/"((?:[^"]|"")*)"(,|\r\n)|([^",\r\n]*)(,|\r\n)/g)].map(
    ([, quoted, , bare]) => quoted?.replaceAll('""', '"') ?? bare,
  )
  const expected = RECORDS.flatMap(({message, attributes}) => [message, String(attributes.note ?? '')])
  expect(cells).toEqual(['message', 'note', ...expected])
})

test.each(['pretty', 'jsonl', 'json', 'table', 'csv', 'logfmt', 'raw'] as const)(
  '%s lets no control character of a record reach a terminal',
  async (format) => {
    const codes = Array.from({length: 0xa0}, (_, code) => code)
    const hostile = String.fromCharCode(...codes, 0x202e, 0x2066, 0x200b)
    const record: LogRecord = {
      ...(RECORDS[0] as LogRecord),
      message: hostile,
      service: hostile,
      trace_id: `\x1b[2J${hostile}`,
      event: hostile,
      raw: hostile,
      attributes: {[hostile]: hostile, nested: {[hostile]: [hostile]}},
      error: {name: hostile, message: hostile, stack: `${hostile}\n    at ${hostile}`, causes: [{message: hostile}]},
    }
    for (const wide of [false, true]) {
      const text = await written(format, {screen: terminal, ...base, wide}, [record])
      expect(text.replaceAll('\r\n', '\n')).not.toMatch(
        /[^\n\t\x20-\x7e\u00a0-\u200a\u2010-\u2027\u2030-\u205f\u2070-\ud7ff]/,
      )
    }
  },
)

test('no line of a pretty page is wider than its screen', async () => {
  for (const width of [33, 40, 60, 71, 72, 80, 100, 140]) {
    const text = await written('pretty', {screen: {...terminal, width}, ...base})
    for (const line of text.trimEnd().split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(width)
  }
})

test('records around a match: what matched is pointed at, groups stand apart', async () => {
  const shown = async (format: RecordFormatName, options: Partial<RecordWriterOptions>): Promise<string> => {
    let text = ''
    const stream = new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk)
        done()
      },
    })
    const writer = recordWriter(format, openSink(stream), {screen: terminal, ...base, inContext: true, ...options})
    await writer.separate()
    for (const [index, record] of RECORDS.slice(0, 3).entries()) {
      if (index === 2) await writer.separate()
      await writer.write({...record, match: index === 1})
    }
    await writer.end()
    return text
  }
  expect(await shown('pretty', {})).toBe(readFileSync(join(CASES, 'context-terminal.txt'), 'utf8'))
  expect(await shown('raw', {})).toMatch(/^POST .*\ncard .*\n--\npayment .*\n$/)
  expect(await shown('jsonl', {fields: ['level', 'match']})).toBe(
    '{"level":"INFO","match":false}\n{"level":"WARN","match":true}\n{"level":"ERROR","match":false}\n',
  )
  expect(await shown('logfmt', {fields: ['match']})).toBe('match=false\nmatch=true\nmatch=false\n')
})

test('flush shows a live record at once', async () => {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  const writer = recordWriter('jsonl', openSink(stream), {screen: pipe, ...base})
  await writer.write(RECORDS[0] as LogRecord)
  expect(text).toBe('')
  await writer.flush()
  expect(text).toBe(`${JSON.stringify(RECORDS[0])}\n`)
})

const JOINED: LogRecord = {
  id: 's-0-00000000',
  '@timestamp': '2026-11-20T09:41:07.320Z',
  observed_timestamp: '2026-11-20T09:41:08.000Z',
  level: 'ERROR',
  message: [
    'order cancelled',
    'com.shop.PaymentError: card declined',
    '\tat com.shop.Payment.charge(Payment.java:88)',
    '\tat com.shop.Orders.place(Orders.java:41)',
    'Caused by: java.net.SocketTimeoutException: no answer',
    '\tat com.shop.Issuer.call(Issuer.java:12)',
  ].join('\n'),
  error: {
    name: 'com.shop.PaymentError',
    message: 'card declined',
    causes: [{name: 'java.net.SocketTimeoutException', message: 'no answer'}],
  },
  attributes: {},
  source: {id: 's', offset: 0, format: 'text'},
}

test('a line joined with its stack trace: the line, the error, one frame, the causes', async () => {
  const text = await written('pretty', {screen: terminal, ...base}, [JOINED])
  expect(text.split('\n').slice(1)).toEqual([
    '09:41:07.320  ERROR            order cancelled',
    '                               com.shop.PaymentError: card declined',
    '                                 at com.shop.Payment.charge(Payment.java:88)    + 2 frames',
    '                                 caused by java.net.SocketTimeoutException: no answer',
    '',
  ])
})

test('--wide shows the trace as it stood', async () => {
  const text = await written('pretty', {screen: terminal, ...base, wide: true}, [JOINED])
  expect(
    text
      .split('\n')
      .slice(1)
      .map((line) => line.trim()),
  ).toEqual([
    '09:41:07.320  ERROR            order cancelled',
    'com.shop.PaymentError: card declined',
    'at com.shop.Payment.charge(Payment.java:88)',
    'at com.shop.Orders.place(Orders.java:41)',
    'Caused by: java.net.SocketTimeoutException: no answer',
    'at com.shop.Issuer.call(Issuer.java:12)',
    '',
  ])
})

test('of one endless line a terminal gets a screenful and how much more there is; --wide gets it all', async () => {
  const record = {...(RECORDS[0] as LogRecord), message: 'x'.repeat(8_000_000), error: undefined}
  const text = await written('pretty', {screen: terminal, ...base}, [record])
  expect(text.length).toBeLessThan(10_000)
  expect(text).toMatch(/\n +\+ 7,99\d,\d{3} characters\n/)
  const wide = await written('pretty', {screen: terminal, ...base, wide: true}, [record])
  expect(wide.length).toBeGreaterThan(8_000_000)
})

test.each([
  ['jsonl', '{"gap":{"reason":"removed","message":"gone\\u001b[2J","partition":0,"from":3,"to":7}}\n'],
  ['pretty', '── gap: gone\\x1b[2J ──\n'],
  ['csv', undefined],
  ['logfmt', undefined],
  ['raw', undefined],
  ['table', undefined],
] as const)('%s: a gap stands between the records, or is left out', async (format, mark) => {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  const writer = recordWriter(format, openSink(stream), {...base, screen: terminal})
  await writer.write(RECORDS[0] as LogRecord)
  await writer.mark({reason: 'removed', message: 'gone\x1b[2J', partition: 0, from: 3, to: 7})
  await writer.write(RECORDS[1] as LogRecord)
  await writer.end()
  if (mark === undefined) expect(text).not.toContain('gone')
  else {
    const [before, after] = text.split(mark)
    expect(before).toContain((RECORDS[0] as LogRecord).message.slice(0, 10))
    expect(after).toContain((RECORDS[1] as LogRecord).message.slice(0, 10))
  }
})
