import type {BusProducer, SendReceipt} from '../bus/bus.js'
import {LogflowError} from '../errors/logflow-error.js'
import type {UnitBatch} from '../units/unit-batch.js'
import type {ApiParts, RequestContext} from './api.js'

/** Kafka's rule for names; the embedded bus takes the same. */
const TOPIC = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/

/** The topic that a path segment names: `own` stands for what the server processes. Throws USAGE. */
export function topicOf(segment: string, own: string, processed: string): string {
  if (segment === own) return processed
  if (TOPIC.test(segment)) return segment
  throw new LogflowError('USAGE', 'that cannot be the name of a topic', {
    suggestions: ['Use letters, digits, dots, - and _, up to 249 of them'],
  })
}

/** Anyone who may send at all may send to what the server processes; to other topics, dead letters say, only an admin. */
export function checkMaySend(topic: string, processed: string, {caller}: RequestContext): void {
  if (topic === processed || (caller.role === 'admin' && caller.scopes.has('admin'))) return
  throw new LogflowError('FORBIDDEN', `only admins send to other topics than ${processed}`)
}

/** Sends to the bus through one producer a topic, which is opened when it is first needed and closed with the bus. */
export class Producers {
  readonly #open = new Map<string, Promise<BusProducer>>()

  constructor(private readonly parts: Pick<ApiParts, 'bus'>) {}

  /** Resolves once the bus has the batch. */
  async send(topic: string, batch: UnitBatch): Promise<SendReceipt> {
    return (await this.#producer(topic)).send(batch)
  }

  #producer(topic: string): Promise<BusProducer> {
    const known = this.#open.get(topic)
    if (known) return known
    const opening = this.parts.bus().then((bus) => bus.openProducer({topic}))
    this.#open.set(topic, opening)
    // One that did not open may do so the next time.
    opening.catch(() => this.#open.delete(topic))
    return opening
  }
}
