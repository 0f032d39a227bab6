import type {UnitBatch} from '../units/unit-batch.js'
import type {Bus, BusProducer} from './bus.js'

/** Runs a send in a span: `work` is given the W3C traceparent that is to travel with the batch. */
export type TraceSend = <T>(topic: string, batch: UnitBatch, work: (traceparent?: string) => Promise<T>) => Promise<T>

/** The same bus; each batch that is sent carries the span it was sent in, so that its processing can be seen after it. */
export function tracedBus(bus: Bus, traceSend: TraceSend): Bus {
  const {inspect} = bus
  return {
    kind: bus.kind,
    async openProducer(options) {
      return tracedProducer(await bus.openProducer(options), options.topic, traceSend)
    },
    openConsumer: (options) => bus.openConsumer(options),
    trim: (topic, positions) => bus.trim(topic, positions),
    expires: (topic) => bus.expires(topic),
    openReader: (options) => bus.openReader(options),
    describe: (topic, group) => bus.describe(topic, group),
    version: () => bus.version(),
    ...(inspect ? {inspect: (options) => inspect.call(bus, options)} : {}),
    close: () => bus.close(),
  }
}

function tracedProducer(producer: BusProducer, topic: string, traceSend: TraceSend): BusProducer {
  return {
    send: (batch) =>
      traceSend(topic, batch, (trace) =>
        producer.send(trace === undefined ? batch : {...batch, envelope: {...batch.envelope, trace}}),
      ),
    close: (options) => producer.close(options),
  }
}
