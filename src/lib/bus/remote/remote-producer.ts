import {LogflowError} from '../../errors/logflow-error.js'
import {BUS_PATHS, UNIT_FRAME, type UnitsAnswer} from '../../remote/protocol.js'
import {encodeUnits} from '../../remote/unit-frame.js'
import {MAX_BATCH_UNITS, type UnitBatch} from '../../units/unit-batch.js'
import type {BusProducer, SendReceipt} from '../bus.js'
import type {BusCalls} from './remote-bus.js'

/** Most that is waited for a server that has had enough for now (429): it says itself when to come back. */
const WAIT_FOR_ROOM_MS = 10 * 60_000

/**
 * Sends batches to a server, those of one source one after the other. A batch whose answer did not come is sent again:
 * its units have the same ids, so that the store keeps them once.
 */
export class RemoteProducer implements BusProducer {
  readonly #calls: BusCalls
  readonly #topic: string
  readonly #left: () => void
  /** The last send of each source that is under way. */
  readonly #lanes = new Map<string, Promise<SendReceipt>>()
  readonly #abandoned = new AbortController()
  #closed = false

  constructor(calls: BusCalls, topic: string, left: () => void) {
    this.#calls = calls
    this.#topic = topic
    this.#left = left
  }

  send(batch: UnitBatch): Promise<SendReceipt> {
    if (this.#closed) return Promise.reject(new LogflowError('INTERNAL', 'the producer is closed'))
    if (batch.count < 1 || batch.count > MAX_BATCH_UNITS) {
      return Promise.reject(
        new LogflowError('INTERNAL', `a batch of ${batch.count} units: 1 to ${MAX_BATCH_UNITS} are taken`),
      )
    }
    const {source} = batch.envelope
    const before = this.#lanes.get(source)
    // Where the one before was refused, this one must not come first: it is refused as well.
    const sent = before ? before.then(() => this.#post(batch)) : this.#post(batch)
    this.#lanes.set(source, sent)
    const done = () => {
      if (this.#lanes.get(source) === sent) this.#lanes.delete(source)
    }
    sent.then(done, done)
    return sent
  }

  async close(options: {abandon?: boolean} = {}): Promise<void> {
    this.#closed = true
    if (options.abandon)
      this.#abandoned.abort(new LogflowError('SERVER_UNREACHABLE', 'given up: nobody knows whether it arrived'))
    await Promise.allSettled(this.#lanes.values())
    this.#left()
  }

  #post(batch: UnitBatch): Promise<SendReceipt> {
    return this.#calls.post<UnitsAnswer>(
      BUS_PATHS.units(this.#topic),
      {},
      {
        raw: {bytes: encodeUnits(batch), type: UNIT_FRAME},
        waitMs: WAIT_FOR_ROOM_MS,
        signal: this.#abandoned.signal,
      },
    )
  }
}
