import type {ServiceLines} from '../generate/by-service.js'
import {MAX_BATCH_BYTES, MAX_BATCH_UNITS, type UnitBatch} from '../units/unit-batch.js'

/** What a batch of generated lines may hold, for `byService`. */
export const GENERATED_LIMITS = {units: MAX_BATCH_UNITS, bytes: MAX_BATCH_BYTES}

/** Turns generated lines into units for the bus. `host` is ours; a host that a line names wins over it. */
export async function* generatedUnits(
  shares: AsyncIterable<ServiceLines>,
  edge: {host: string; now(): Date},
): AsyncGenerator<UnitBatch, void, undefined> {
  const places = new Map<string, {offset: number; line: number}>()
  for await (const {service, source, units} of shares) {
    const envelope = {source, host: edge.host, timezone: 'UTC', observed: edge.now().toISOString(), service}
    let place = places.get(source)
    if (place === undefined) {
      place = {offset: 0, line: 1}
      places.set(source, place)
    }
    yield layOut(envelope, units, place)
  }
}

function layOut(envelope: UnitBatch['envelope'], units: string[], place: {offset: number; line: number}): UnitBatch {
  const count = units.length
  const batch: UnitBatch = {
    envelope,
    count,
    // Generated lines are ASCII: one byte a character.
    data: Buffer.from(units.join('\n'), 'latin1'),
    starts: new Uint32Array(count),
    ends: new Uint32Array(count),
    offsets: new Float64Array(count),
    spans: new Float64Array(count),
    lines: new Float64Array(count),
  }
  let at = 0
  units.forEach((unit, i) => {
    batch.starts[i] = at
    batch.ends[i] = at + unit.length
    batch.offsets[i] = place.offset + at
    batch.spans[i] = unit.length + 1
    batch.lines[i] = place.line
    place.line += unit.split('\n').length
    at += unit.length + 1
  })
  place.offset += at
  return batch
}
