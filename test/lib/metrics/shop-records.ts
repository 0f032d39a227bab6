import type {Level} from '../../../src/lib/record/level.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {makeItem, seeded} from '../../contracts/store-records.js'

/** 10:00 to 12:00 on 20 November 2026; the period before is 08:00 to 10:00. */
export const PERIOD = {since: '2026-11-20T10:00:00.000Z', until: '2026-11-20T12:00:00.000Z'}

const START = Date.UTC(2026, 10, 20, 8)
const MINUTE = 60_000

/**
 * A shop of which `payment` fails in the second period, `mail` falls silent, `search` doubles its errors, and `cron`
 * says too little to tell. Some records name no service, level or duration.
 */
export function shopRecords(): LogRecord[] {
  const random = seeded(3)
  const records: LogRecord[] = []
  const add = (minute: number, given: Partial<LogRecord>) => {
    const time = new Date(START + Math.floor((minute + random()) * MINUTE)).toISOString()
    records.push(makeItem('shop', records.length, {'@timestamp': time, ...given}).record)
  }
  const level = (errors: number): Level => (random() < errors ? 'ERROR' : random() < 0.1 ? 'WARN' : 'INFO')
  const timed = (level: Level, service: string, message: string): Partial<LogRecord> => ({
    level,
    service,
    host: `${service}-${Math.floor(random() * 2)}`,
    message: level === 'ERROR' ? message : 'request served',
    duration_ms: Math.round(random() ** 3 * 1_000) / 10 + 1,
  })
  for (let minute = 0; minute < 240; minute++) {
    const second = minute >= 120
    for (let i = 0; i < 8; i++) add(minute, timed(level(0.004), 'gateway', 'upstream reset'))
    for (let i = 0; i < (second ? 4 : 2); i++)
      add(
        minute,
        timed(level(second && minute > 200 ? 0.4 : 0.01), 'payment', `card declined for order ${1_000 + minute}`),
      )
    for (let i = 0; i < 5; i++) {
      const error = i === 0 && minute % (second ? 24 : 60) === 0
      add(minute, timed(error ? 'ERROR' : 'INFO', 'search', '\u001b[31mindex is not there'))
    }
    if (!second) add(minute, {level: 'INFO', service: 'mail', message: 'mail sent'})
    if (minute % 60 === 0) add(minute, {level: 'FATAL', service: 'cron', message: 'no such job'})
    if (minute % 30 === 0) add(minute, {message: 'a line of nobody'})
  }
  return records
}
