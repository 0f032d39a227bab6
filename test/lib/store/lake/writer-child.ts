// A writer in a process of its own, to be killed: `node writer-child.mjs DIR TOTAL SEAL_AT`. It goes on where the store
// says, handing in some batches twice as a bus may, and tells its parent after each batch how much is stored.

import {openLake} from '../../../../src/lib/store/lake/lake.js'
import {numberedItem} from './numbered-items.js'

const [dir, total, sealAt] = [process.argv[2] as string, Number(process.argv[3]), Number(process.argv[4])]
const BATCH = 250

function tell(message: Record<string, unknown>): Promise<void> {
  return new Promise((resolve) => (process.send ? process.send(message, () => resolve()) : resolve()))
}

async function main(): Promise<void> {
  const lake = await openLake({dir, lazy: true, limits: {records: sealAt, onClose: sealAt / 2, restMs: 0}})
  const writer = await lake.openWriter()
  const start = writer.storedPosition('logs', 0) ?? 0
  await tell({start})
  for (let from = Math.max(0, start - BATCH); from < total; from += BATCH) {
    const items = Array.from({length: Math.min(BATCH, total - from)}, (_, i) => numberedItem(from + i))
    await writer.write({items, positions: [{topic: 'logs', partition: 0, nextOffset: from + items.length}]})
    await tell({stored: from + items.length})
  }
  await writer.close()
  await lake.close()
  await tell({done: true})
}

main().then(
  () => process.disconnect?.(),
  async (error: {code?: string; message: string}) => {
    await tell({failed: error.code ?? error.message})
    process.exitCode = 1
    process.disconnect?.()
  },
)
