import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import type {AwayNotice, Patience} from '../../../src/lib/flows/patience.js'
import {patientCheckpoints, patientTable} from '../../../src/lib/flows/patient-sources.js'
import type {Checkpoint} from '../../../src/lib/sources/checkpoints/checkpoint.js'
import {openCheckpoints} from '../../../src/lib/sources/checkpoints/open-checkpoints.js'
import {openSourceTable} from '../../../src/lib/sources/source-table.js'
import {noSmallDisk, smallDisk} from '../../support/full-disk.js'

if (noSmallDisk) console.warn(`skipped, following on a full disk: ${noSmallDisk}`)

const AT = '2026-01-01T00:00:00.000Z'

/** A patience that frees the disk at the first notice of trouble, and keeps what was said. */
function patienceThat(onAway: () => void): {patience: Patience; said: AwayNotice[]; ended: AbortController} {
  const ended = new AbortController()
  const said: AwayNotice[] = []
  const onNotice = (notice: AwayNotice) => {
    said.push(notice)
    if (notice.kind === 'disk-away') onAway()
  }
  return {patience: {signal: ended.signal, onNotice}, said, ended}
}

async function checkpointsOnFullDisk() {
  const disk = smallDisk(2 ** 20)
  const checkpoints = await openCheckpoints(join(disk.dir, 'checkpoints'), {
    now: () => new Date(),
    keepAgeMs: 1e12,
    onProblem: (problem) => expect.unreachable(problem.message),
  })
  onTestFinished(() => checkpoints.close())
  disk.fill()
  return {disk, checkpoints}
}

const point = (offset: number): Checkpoint => {
  const path = `/var/log/${'x'.repeat(4_000)}`
  return {source: 's', path, device: '1', inode: '2', offset, line: 1, updated: AT}
}

test.skipIf(noSmallDisk)(
  'a checkpoint waits for a full disk, is saved once there is room, and both are told',
  async () => {
    const {disk, checkpoints} = await checkpointsOnFullDisk()
    const {patience, said} = patienceThat(() => disk.free())
    await patientCheckpoints(checkpoints, patience).save([point(7)])
    expect(checkpoints.of('s')?.offset).toBe(7)
    expect(said).toMatchObject([
      {kind: 'disk-away', reason: expect.stringContaining('disk is full')},
      {kind: 'back', what: 'disk'},
    ])
  },
)

test.skipIf(noSmallDisk)('ended while the disk is full, it says that the disk is full', async () => {
  const {checkpoints} = await checkpointsOnFullDisk()
  const {patience, ended} = patienceThat(() => ended.abort())
  await expect(patientCheckpoints(checkpoints, patience).save([point(7)])).rejects.toMatchObject({code: 'DISK_FULL'})
})

test.skipIf(noSmallDisk)(
  'a mark in the source table waits for a full disk, and is kept once there is room',
  async () => {
    const disk = smallDisk(2 ** 20)
    const plain = openSourceTable(join(disk.dir, 'sources.db'))
    onTestFinished(() => plain.close())
    const head = Buffer.from('first line\n')
    const facts = {host: 'h', path: '/var/log/app.log', device: '1', inode: '2', born: '3', size: head.length, head}
    const {id} = await plain.identify(facts, AT)
    disk.fill()
    const {patience, said} = patienceThat(() => disk.free())
    const table = patientTable(plain, patience)
    for (let offset = 1; offset <= 40; offset++) {
      await table.markCut(id, offset)
      await table.keepCut(id, offset)
    }
    expect(said.map(({kind}) => kind)).toContain('back')
    expect((await plain.identify(facts, AT)).cuts).toHaveLength(40)
  },
)
