import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {openEmbeddedBus} from '../../../src/lib/bus/embedded/embedded-bus.js'
import {emptyReport} from '../../../src/lib/flows/process-units.js'
import {UnitLedger} from '../../../src/lib/flows/receipt/unit-ledger.js'
import {type ShipNotice, shipFiles} from '../../../src/lib/flows/ship-files.js'
import {openSources} from '../../../src/lib/sources/open-sources.js'
import {openLake} from '../../../src/lib/store/lake/lake.js'
import {tempFolder} from '../../support/temp-folder.js'
import {fileInput} from '../sources/read-path.js'

test('a processor beside that died is told: the counts lack what it stored', async () => {
  const dir = tempFolder()
  const bus = await openEmbeddedBus({dir: join(dir, 'bus')})
  const store = await openLake({dir: join(dir, 'lake')})
  onTestFinished(async () => {
    await store.close()
    await bus.close()
  })
  const path = join(dir, 'app.log')
  writeFileSync(path, 'a line\n'.repeat(60_000))
  const {signal} = new AbortController()
  const sources = openSources({
    inputs: [fileInput(path)],
    envelope: {host: 'web', timezone: 'UTC'},
    now: () => new Date(),
    random: Math.random,
  })
  const notices: ShipNotice[] = []
  const report = await shipFiles({
    sources,
    ledger: new UnitLedger(false),
    bus,
    store,
    topic: 'logs',
    group: 'g',
    signal,
    now: () => new Date(),
    startBeside: () => ({stop: async () => ({report: emptyReport(), failure: 'SIGKILL'})}),
    onNotice: (notice) => {
      if (notice.kind !== 'stored') notices.push(notice)
    },
  })
  expect(notices).toEqual([{kind: 'uncounted', reason: 'SIGKILL'}])
  expect(report.processed).toMatchObject({stored: 60_000})
}, 120_000)
