// Takes batches in, one row each. Packing happens in `send` itself, so the sender's buffers are free at once;
// the row is acknowledged when its transaction is on the disk.

import {LogflowError} from '../../errors/logflow-error.js'
import {MAX_BATCH_UNITS, type UnitBatch} from '../../units/unit-batch.js'
import type {BusProducer, SendReceipt} from '../bus.js'
import type {BatchCodec} from './batch-codec.js'
import type {TopicChanges} from './topics.js'
import type {Writer} from './writer.js'

export class EmbeddedProducer implements BusProducer {
  readonly #underWay = new Set<Promise<SendReceipt>>()
  #closed = false

  constructor(
    private readonly topic: string,
    private readonly codec: BatchCodec,
    private readonly writer: Writer,
    private readonly changes: TopicChanges,
    private readonly left: (producer: BusProducer) => void,
  ) {}

  async send(batch: UnitBatch): Promise<SendReceipt> {
    if (this.#closed) throw new LogflowError('INTERNAL', `The producer of ${this.topic} is closed`)
    if (batch.count < 1 || batch.count > MAX_BATCH_UNITS) {
      throw new LogflowError('INTERNAL', `A batch holds 1 to ${MAX_BATCH_UNITS} units, not ${batch.count}`)
    }
    const {envelope, count} = batch
    const packed = this.codec.pack(batch)
    const sent = this.writer.run(() => this.changes.append(this.topic, envelope, count, packed))
    this.#underWay.add(sent)
    try {
      return await sent
    } finally {
      this.#underWay.delete(sent)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#underWay)
    this.left(this)
  }
}
