import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import type {Checkpoint} from '../../../../src/lib/sources/checkpoints/checkpoint.js'
import {openCheckpoints} from '../../../../src/lib/sources/checkpoints/open-checkpoints.js'
import {noSmallDisk, smallDisk} from '../../../support/full-disk.js'

if (noSmallDisk) console.warn(`skipped, checkpoints on a full disk: ${noSmallDisk}`)

const PLACE = {path: `/var/log/${'x'.repeat(200)}`, device: '1', inode: '2', line: 1}
const points = (offset: number): Checkpoint[] =>
  Array.from({length: 500}, (_, i) => ({source: `s${i}`, ...PLACE, offset, updated: '2026-01-01T00:00:00.000Z'}))

test.skipIf(noSmallDisk)(
  'on a full disk what was saved before stays, and saving goes on once there is room',
  async () => {
    const disk = smallDisk(2 ** 20)
    const dir = join(disk.dir, 'checkpoints')
    const onProblem = (problem: Error) => expect.unreachable(problem.message)
    const open = async () => {
      const opened = await openCheckpoints(dir, {now: () => new Date(), keepAgeMs: 1e12, onProblem})
      return opened
    }
    const checkpoints = await open()
    expect(await checkpoints.claim('s1')).toBe(true)
    await checkpoints.save(points(10))
    disk.fill(65_536)
    await expect(checkpoints.save(points(20))).rejects.toMatchObject({code: 'DISK_FULL', exitCode: 6, retriable: true})
    expect(checkpoints.of('s1')?.offset).toBe(10)
    expect(readdirSync(dir).filter((name) => name.endsWith('.new'))).toEqual([])
    const other = await open()
    expect(other.of('s499')?.offset).toBe(10)
    await other.close()
    disk.free()
    await checkpoints.save(points(30).slice(0, 1))
    await checkpoints.close()
    const later = await open()
    onTestFinished(() => later.close())
    expect([later.of('s0')?.offset, later.of('s1')?.offset]).toEqual([30, 20])
  },
)
