import type {ReaderEvent} from '../bus/bus.js'

/** Moves the offsets to read next, by partition, past what a reader of the bus gave. */
export function passEvent(offsets: Map<number, number>, event: ReaderEvent): void {
  if (event.kind === 'units') offsets.set(event.partition, event.nextOffset)
  else if (event.kind === 'idle')
    for (const {partition, nextOffset} of event.positions) offsets.set(partition, nextOffset)
  else offsets.set(event.partition, event.to)
}
