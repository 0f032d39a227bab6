import {hostname} from 'node:os'
import type {SendReceipt} from '../bus/bus.js'
import {keyOf} from '../parse/to-record.js'
import {formatId} from '../record/id.js'
import {postedSourceId, randomSourceId} from '../sources/source-id.js'
import type {Envelope} from '../units/envelope.js'
import type {UnitBatch} from '../units/unit-batch.js'
import {checkFields, checkFormat, checkZone} from './check-envelope.js'
import {type PostedAs, postedUnits} from './posted-units.js'

/** A body, and what is said beside it of every record in it. */
export interface Posted {
  body: Buffer
  as: PostedAs
  /** Under which whoever sends it says that it is the same again. */
  key?: string
  /** Who sends it, and from where. */
  sender: string
  address?: string
  service?: string
  host?: string
  environment?: string
  format?: string
  /** Of times that name none; UTC unless said. */
  timezone?: string
  /** `name=value`. */
  fields?: Record<string, string>
  multiline?: boolean
}

export interface Taken {
  /** Units that the bus has. */
  accepted: number
  refused: Array<{index: number; error: string}>
  /** Source of their ids. */
  source: string
  positions: SendReceipt[]
  /** Of the records, in the order of the body. */
  ids(): string[]
}

/**
 * Sends what was posted to the bus; resolves once the bus has all of it. With a key, posting the same again makes the same
 * ids, so that the store keeps each record once; the same key with another body is another post.
 */
export async function takePosted(
  posted: Posted,
  {send, now, random}: {send: (batch: UnitBatch) => Promise<SendReceipt>; now: () => Date; random: () => number},
): Promise<Taken> {
  const {body, as, key, sender} = posted
  const source = key === undefined ? randomSourceId(random) : postedSourceId({sender, key, body})
  const {batches, refused} = postedUnits(body, as, envelopeOf(posted, source, now()), {
    multiline: posted.multiline ?? true,
  })
  const positions = await Promise.all(batches.map(send))
  return {
    accepted: batches.reduce((sum, {count}) => sum + count, 0),
    refused,
    source,
    positions,
    ids: () => batches.flatMap((batch) => Array.from({length: batch.count}, (_, i) => idOf(batch, i))),
  }
}

function envelopeOf(
  {service, host, environment, format, timezone, fields, address}: Posted,
  source: string,
  now: Date,
): Envelope {
  return {
    source,
    host: host ?? address ?? hostname(),
    timezone: checkZone(timezone ?? 'UTC'),
    observed: now.toISOString(),
    ...(service === undefined ? {} : {service}),
    ...(environment === undefined ? {} : {environment}),
    ...(format === undefined ? {} : {format: checkFormat(format)}),
    ...(fields === undefined ? {} : {fields: checkFields(fields)}),
  }
}

function idOf(batch: UnitBatch, i: number): string {
  const {source, offset, crc} = keyOf(batch, i)
  return formatId(source, offset, crc)
}
