import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {openEmbeddedBus} from '../../../../src/lib/bus/embedded/embedded-bus.js'
import {type BusUnderTest, busContract} from '../../../contracts/bus.js'
import {busReaderContract} from '../../../contracts/bus-readers.js'

async function open(): Promise<BusUnderTest> {
  const root = mkdtempSync(join(tmpdir(), 'logflow-bus-'))
  const dir = join(root, 'bus')
  const bus = await openEmbeddedBus({dir})
  let topics = 0
  return {
    bus,
    freshTopic: () => `topic-${topics++}`,
    partitions: 1,
    another: () => openEmbeddedBus({dir}),
    async close() {
      await bus.close()
      rmSync(root, {recursive: true, force: true})
    },
  }
}

busContract('the embedded bus', open)
busReaderContract('readers of the embedded bus', open)
