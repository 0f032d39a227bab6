import type {RuleTest, TestRecords} from '../../alerts/rule-test.js'
import {toRecord} from '../../parse/to-record.js'
import type {LogRecord} from '../../record/record.js'
import type {Envelope} from '../../units/envelope.js'

/**
 * The records of a unit test, in the order they are written. Each is made as if its line had been shipped: the same
 * parser finds the level, the ids and the attributes that it finds in production. Its time is what the test says, also
 * where the line names another.
 */
export function* testRecords({start, records}: Pick<RuleTest, 'start' | 'records'>): Generator<LogRecord> {
  let offset = 0
  for (const some of records) {
    for (let number = 0; number < some.count; number++) {
      const time = new Date(start + some.at + number * some.every).toISOString()
      const record = toRecord(
        lineOf(some, number, time),
        envelopeOf(some, time),
        {source: 'test', offset, crc: 0},
        offset + 1,
      )
      record['@timestamp'] = time
      delete record.timestamp_source
      offset++
      yield record
    }
  }
}

function lineOf({line, fields}: TestRecords, number: number, time: string): string {
  if (line !== undefined) return numbered(line, number) as string
  return JSON.stringify({timestamp: time, ...(numbered(fields, number) as object)})
}

/** What a line of its own does not say, its envelope does: the service, and any other field. */
function envelopeOf({line, fields}: TestRecords, observed: string): Envelope {
  const envelope: Envelope = {source: 'test', host: 'test', timezone: 'UTC', observed}
  if (line === undefined) return envelope
  const {service, ...others} = fields
  if (service !== undefined) envelope.service = String(service)
  envelope.fields = Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)]))
  return envelope
}

/** `{n}` in texts, at any depth, is the number. */
function numbered(value: unknown, number: number): unknown {
  if (typeof value === 'string') return value.replaceAll('{n}', String(number))
  if (Array.isArray(value)) return value.map((one) => numbered(one, number))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, numbered(one, number)]))
}
