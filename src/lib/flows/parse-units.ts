import {unitToRecord} from '../parse/to-record.js'
import type {LogRecord} from '../record/record.js'
import type {UnitBatch} from '../units/unit-batch.js'

/** What each unit becomes, a page for each batch: `logflow parse` and `search --file`, with nothing stored. */
export async function* parseUnits(batches: AsyncIterable<UnitBatch>): AsyncGenerator<LogRecord[]> {
  for await (const batch of batches) {
    const records: LogRecord[] = []
    for (let i = 0; i < batch.count; i++) records.push(unitToRecord(batch, i))
    yield records
  }
}
