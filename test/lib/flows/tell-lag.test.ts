import {join} from 'node:path'
import {expect, test} from 'vitest'
import {openEmbeddedBus} from '../../../src/lib/bus/embedded/embedded-bus.js'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {tellLag} from '../../../src/lib/flows/tell-lag.js'
import {toUnitBatch} from '../../../src/lib/units/unit-batch.js'
import {tempFolder} from '../../support/temp-folder.js'

const ENVELOPE = {source: 's', host: 'h', timezone: 'UTC', observed: '2026-01-01T00:00:00.000Z'}

test('says how much waits, again and again, also after the bus was away', async () => {
  const bus = await openEmbeddedBus({dir: join(tempFolder(), 'bus')})
  const producer = await bus.openProducer({topic: 'logs'})
  await producer.send(
    toUnitBatch(
      ENVELOPE,
      ['a', 'b', 'c'].map((text, i) => ({bytes: Buffer.from(text), offset: i * 2})),
    ),
  )
  const end = new AbortController()
  const said: Array<[string, unknown]> = []
  let asked = 0
  await tellLag({
    bus: async () => {
      if (asked++ === 1) throw new LogflowError('BUS_UNREACHABLE', 'away')
      return bus
    },
    topic: 'logs',
    group: 'g',
    everyMs: 5,
    signal: end.signal,
    log: {
      info: (event, fields) => {
        said.push([event, fields])
        if (said.length === 2) end.abort()
      },
    },
  })
  expect(said).toEqual(Array(2).fill(['pipeline_lag', {topic: 'logs', group: 'g', lag: 3}]))
  expect(asked).toBeGreaterThan(2)
  await producer.close()
  await bus.close()
})
