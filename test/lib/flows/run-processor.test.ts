import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {openEmbeddedBus} from '../../../src/lib/bus/embedded/embedded-bus.js'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {runProcessor} from '../../../src/lib/flows/run-processor.js'
import {openLake} from '../../../src/lib/store/lake/lake.js'
import type {Store} from '../../../src/lib/store/store.js'
import {toUnitBatch} from '../../../src/lib/units/unit-batch.js'
import {tempFolder} from '../../support/temp-folder.js'
import {envelope} from '../sources/read-path.js'

/** A store whose disk is full, and a bus with a line for it. */
async function fullDisk() {
  const dir = tempFolder()
  const bus = await openEmbeddedBus({dir: join(dir, 'bus')})
  const lake = await openLake({dir: join(dir, 'lake')})
  onTestFinished(async () => {
    await lake.close()
    await bus.close()
  })
  const producer = await bus.openProducer({topic: 'logs'})
  await producer.send(toUnitBatch(envelope, [{bytes: Buffer.from('one'), offset: 0, line: 1}]))
  const store = Object.assign(Object.create(lake) as Store, {
    openWriter: async () => {
      const writer = await lake.openWriter()
      writer.write = async () => {
        throw new LogflowError('DISK_FULL', 'the disk is full', {retriable: true})
      }
      return writer
    },
  })
  return {bus, store, topic: 'logs', group: 'g', now: () => new Date(), once: false}
}

test('a full disk is waited out, and said', async () => {
  const stop = new AbortController()
  const notices: string[] = []
  const run = runProcessor({
    ...(await fullDisk()),
    signal: stop.signal,
    onNotice: ({kind}) => {
      notices.push(kind)
      stop.abort()
    },
  })
  await expect(run).rejects.toThrow('the disk is full')
  expect(notices).toEqual(['retry'])
})

test('beside a ship, which waits for its end, it fails at once', async () => {
  const {signal} = new AbortController()
  await expect(runProcessor({...(await fullDisk()), patient: false, signal})).rejects.toThrow('the disk is full')
})
