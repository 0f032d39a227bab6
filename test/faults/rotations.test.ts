import {copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {onTestFinished, test} from 'vitest'
import {emptyHome} from '../support/run-logflow.js'
import {killHard, type Setting, until} from './support/children.js'
import {compareStored} from './support/compare.js'
import {awaitStored, endFollowing, startFollowing} from './support/follow.js'
import {SteadyWriter} from './support/lines.js'
import {rounds} from './support/rounds.js'
import {Tally} from './support/tally.js'

// A followed file is rotated while it is written at 20,000 lines a second; the follower is killed as well, and
// one rotation comes while it is dead. Writers stand still while a file is copied and truncated, as the manual of
// logrotate demands: nobody can know what comes between the two.

const LINES_PER_SECOND = 20_000
const ROTATIONS = rounds(12, 3)
/** Between two rotations. */
const LINES = 16_000

interface Rotation {
  name: string
  /** False where what was not read is gone. */
  survivesDeath: boolean
  /** Done between two writes. */
  rotate: (log: string, writer: SteadyWriter, setting: Setting) => Promise<void>
}

/** `app.log.1` becomes `app.log.2` and so on; every generation is kept. */
function shift(log: string, number: number, suffix = ''): void {
  for (let n = number; n >= 1; n--) {
    const from = `${log}.${n}${suffix}`
    try {
      renameSync(from, `${log}.${n + 1}${suffix}`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

const rotations: Rotation[] = [
  {
    name: 'rename and create',
    survivesDeath: true,
    async rotate(log, writer) {
      shift(log, ROTATIONS)
      renameSync(log, `${log}.1`)
      await writer.reopen()
    },
  },
  {
    name: 'rename to .1, packed as .2.gz',
    survivesDeath: true,
    async rotate(log, writer) {
      shift(log, ROTATIONS, '.gz')
      const packed = `${log}.2.gz`
      try {
        writeFileSync(`${packed}.tmp`, gzipSync(readFileSync(`${log}.1`), {level: 1}))
        renameSync(`${packed}.tmp`, packed)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
      renameSync(log, `${log}.1`)
      await writer.reopen()
    },
  },
  {
    name: 'copy and truncate',
    survivesDeath: true,
    async rotate(log) {
      shift(log, ROTATIONS)
      copyFileSync(log, `${log}.1`)
      truncateSync(log)
    },
  },
  {
    name: 'truncate, once all is read',
    survivesDeath: false,
    async rotate(log, writer, setting) {
      await awaitStored(setting, writer.written)
      truncateSync(log)
    },
  },
]

test.each(rotations)(
  '$name at 20,000 lines a second: nothing lost, nothing doubled',
  async ({name, survivesDeath, rotate}) => {
    const tally = new Tally(`rotation: ${name}`)
    const home = emptyHome()
    onTestFinished(() => rmSync(home, {recursive: true, force: true}))
    const setting = {home}
    mkdirSync(join(home, 'logs'))
    const log = join(home, 'logs', 'app.log')
    const writer = await SteadyWriter.start(log, LINES_PER_SECOND, (ROTATIONS + 1) * LINES)
    onTestFinished(() => writer.stop())
    let follower = await startFollowing(setting, 'logs/app.log')
    let rotatedAt = 0
    for (let round = 1; round <= ROTATIONS; round++) {
      await until('lines are written', () => writer.written >= round * LINES)
      // A file that came and went unseen is nobody's: the follower has begun with this one.
      await awaitStored(setting, Math.min(rotatedAt + 1, writer.written))
      rotatedAt = writer.written
      const dies = survivesDeath && round % 3 === 2
      if (dies) await killHard(follower)
      await writer.between(() => rotate(log, writer, setting))
      if (dies) follower = await startFollowing(setting, 'logs/app.log')
    }
    await until('all is written', () => writer.written === (ROTATIONS + 1) * LINES)
    await writer.stop()
    const stopped = performance.now()
    await awaitStored(setting, writer.written)
    tally.rounds([performance.now() - stopped], ROTATIONS)
    await endFollowing(follower)
    tally.check(await compareStored(setting, writer.written))
  },
  900_000,
)
