import type {Rejection, StoreItem, StoreWriter, WriteBatch, WriteResult} from '../store.js'
import {BulkSender} from './bulk-sender.js'
import type {Connection} from './connection.js'
import {encodeDocument} from './document.js'
import {indexNamer} from './index-names.js'
import {DEFAULT_BULK, type ElasticsearchSettings, type Runtime} from './settings.js'
import {ensureTemplate} from './template.js'

/** Elasticsearch's limit for `_id`. */
const MAX_ID_BYTES = 512

export async function openWriter(
  connection: Connection,
  settings: ElasticsearchSettings,
  runtime: Runtime,
): Promise<StoreWriter> {
  await ensureTemplate(connection, settings, runtime)
  return new ElasticsearchWriter(connection, settings, runtime)
}

class ElasticsearchWriter implements StoreWriter {
  readonly #connection: Connection
  readonly #index: string
  readonly #sender: BulkSender
  readonly streams = false
  readonly #indexOf: (time: string) => string | undefined

  constructor(connection: Connection, settings: ElasticsearchSettings, runtime: Runtime) {
    this.#connection = connection
    this.#index = settings.index
    this.#sender = new BulkSender(connection, {...DEFAULT_BULK, ...settings.bulk}, runtime)
    this.#indexOf = indexNamer(settings.index, settings.period)
  }

  async write(batch: WriteBatch): Promise<WriteResult> {
    const items: StoreItem[] = [...batch.items]
    const rejected: Rejection[] = []
    const sent: number[] = []
    const actions: string[] = []
    items.forEach(({record}, index) => {
      const place = this.#indexOf(record['@timestamp'])
      if (place === undefined || isTooLong(record.id)) {
        const reason = place
          ? `the id is longer than ${MAX_ID_BYTES} bytes`
          : `${record['@timestamp']} is no UTC time between 1970 and 2261`
        rejected.push({index, reason})
        return
      }
      sent.push(index)
      actions.push(`{"create":{"_index":"${place}","_id":${JSON.stringify(record.id)}}}\n`)
    })
    const fates = await this.#sender.send({
      count: sent.length,
      encode: (item, sentAt, armoured) => {
        const {record} = items[sent[item] as number] as (typeof items)[number]
        return `${actions[item]}${encodeDocument(record, sentAt, armoured)}\n`
      },
    })
    let stored = 0
    let alreadyThere = 0
    fates.forEach((fate, item) => {
      if (fate.kind === 'stored') {
        stored++
        batch.onStored?.((items[sent[item] as number] as StoreItem).record)
      } else if (fate.kind === 'already-there') alreadyThere++
      else rejected.push({index: sent[item] as number, reason: fate.reason, status: fate.status})
    })
    rejected.sort((a, b) => a.index - b.index)
    if (rejected.length > 0) await batch.onRejected?.(rejected)
    return {stored, alreadyThere, rejected}
  }

  /** Elasticsearch keeps no positions: the bus's own group offsets rule. */
  storedPosition(): undefined {
    return undefined
  }

  refresh(): Promise<void> {
    return refreshIndices(this.#connection, this.#index)
  }

  /** Nothing runs in the background, and the connection belongs to the store. */
  async close(): Promise<void> {}
}

function isTooLong(id: string): boolean {
  return id.length > MAX_ID_BYTES || (id.length * 3 > MAX_ID_BYTES && Buffer.byteLength(id) > MAX_ID_BYTES)
}

/** After this a search sees everything that was acknowledged. */
export async function refreshIndices(connection: Connection, index: string, signal?: AbortSignal): Promise<void> {
  await connection.ask({
    method: 'POST',
    path: `/${index}/_refresh`,
    query: {ignore_unavailable: true, allow_no_indices: true},
    accept: [404],
    signal,
  })
}
