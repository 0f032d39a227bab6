import {setTimeout as sleep} from 'node:timers/promises'
import {test} from 'vitest'
import {noSmallDisk, smallDisk} from '../support/full-disk.js'
import {FULL, random, rounds} from './support/rounds.js'
import {SteadyRoad} from './support/steady-road.js'

// The disk that holds bus, store, source table and checkpoints fills up at some moment, while lines are followed, and
// has room again a little later. In the full run only.

const ROUNDS = rounds(20, 3)
const DISK_BYTES = 600 * 2 ** 20
const LONGEST_FULL_MS = 4_000

if (noSmallDisk) process.stderr.write(`SKIPPED: full disk: ${noSmallDisk}\n`)

test.skipIf(!FULL || noSmallDisk !== undefined)(
  'a full disk under a follower that stores: nothing lost, nothing doubled',
  async () => {
    const disk = smallDisk(DISK_BYTES)
    const road = await SteadyRoad.start({
      fault: 'disk full under bus, store and checkpoints',
      environment: {LOGFLOW_DATA_DIR: disk.dir, LOGFLOW_LIMITS_BUS_KEEP_BYTES: '8MB'},
      linesPerSecond: 5_000,
      withProcessor: false,
    })
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(random() * 1_000)
      await road.injure(async () => {
        disk.fill()
        await sleep(random() * LONGEST_FULL_MS)
        disk.free()
      })
    }
    await road.finish()
  },
  1_800_000,
)
