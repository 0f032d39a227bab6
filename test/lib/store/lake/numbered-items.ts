import type {StoreItem} from '../../../../src/lib/store/store.js'
import {makeItem} from '../../../contracts/store-records.js'

/** The item of a number: three sources take turns, times run on with many equal, every 50th is an hour late. */
export function numberedItem(number: number): StoreItem {
  const late = number % 50 === 0 ? 3_600_000 : 0
  const time = new Date(Date.UTC(2026, 10, 20) + Math.floor(number / 3) * 10 - late).toISOString()
  const given = {'@timestamp': time, level: 'INFO' as const, message: `number ${number}`}
  return makeItem(`source-${number % 3}`, Math.floor(number / 3) * 10, given, 10)
}

/** The number in a message of numberedItem. */
export function numberOf(record: {message: string}): number {
  return Number(record.message.slice('number '.length))
}
