import {readdirSync, readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {type RecordKey, toRecord} from '../../../src/lib/parse/to-record.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import type {Envelope} from '../../../src/lib/units/envelope.js'

/** One case of test/cases/parse; the files' shape is told in the README there. */
export interface Case {
  file: string
  name: string
  line: number
  envelope: Envelope
  input: string
  expected: unknown
}

export const CASES_DIRECTORY = resolve(import.meta.dirname, '../../cases/parse')

export const ENVELOPE: Envelope = {
  source: 'src1',
  host: 'edge',
  timezone: 'UTC',
  observed: '2026-11-21T08:00:00.000Z',
}
export const KEY: RecordKey = {source: 'src1', offset: 0, crc: 0}

export function readCases(): Case[] {
  return readdirSync(CASES_DIRECTORY)
    .filter((file) => file.endsWith('.txt'))
    .flatMap((file) => readFile(file))
}

function readFile(file: string): Case[] {
  const cases: Case[] = []
  const blocks = readFileSync(join(CASES_DIRECTORY, file), 'utf8').split(/^## /m)
  let line = (blocks.shift() ?? '').split('\n').length
  for (const block of blocks) {
    const [name = '', ...rest] = block.split('\n')
    const input: string[] = []
    let extra: Partial<Envelope> = {}
    let expected = ''
    for (const text of rest) {
      if (text.startsWith('>> '))
        input.push(JSON.parse(`"${text.slice(3).replaceAll('"', '\\"').replaceAll('\\x', '\\u00')}"`))
      else if (text.startsWith('> ') || text === '>') input.push(text.slice(2))
      else if (text.startsWith('with ')) extra = JSON.parse(text.slice(5)) as Partial<Envelope>
      else expected += text
    }
    cases.push({
      file,
      name,
      line,
      envelope: {...ENVELOPE, ...extra},
      input: input.join('\n'),
      expected: expected.trim() === '' ? undefined : JSON.parse(expected),
    })
    line += block.split('\n').length - 1
  }
  return cases
}

/** A record without what is the same in every case. */
export function shown(record: LogRecord): Record<string, unknown> {
  const {id: _, observed_timestamp: __, source, host, timestamp_source, ...rest} = JSON.parse(JSON.stringify(record))
  const out: Record<string, unknown> = {format: source.format, ...rest}
  if (host !== 'edge') out.host = host
  if (timestamp_source === 'arrival') delete out['@timestamp']
  return out
}

export function recordOf({input, envelope}: Pick<Case, 'input' | 'envelope'>): LogRecord {
  return toRecord(input, envelope, KEY, 1)
}
