import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {Readable} from 'node:stream'
import {setTimeout as wait} from 'node:timers/promises'
import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'
import {expect, test} from 'vitest'
import {FileArrivals} from '../../../src/lib/flows/tail-files.js'
import {memoryCheckpoints} from '../../../src/lib/sources/checkpoints/memory-checkpoints.js'
import {WAITS} from '../../../src/lib/sources/follow/watched.js'
import {openFollowed} from '../../../src/lib/sources/follow/with-pipes.js'
import {openSourceTable} from '../../../src/lib/sources/source-table.js'
import {tempFolder} from '../../support/temp-folder.js'
import {until} from '../../support/until.js'

const LINES = 40_000
const LINE = `${'long line '.repeat(99)}end of it\n`
const LIMIT_MB = (LINES * LINE.length) / 2 / 1e6

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Megabytes of bytes that were read and are still held. */
function heldMb(): number {
  collect()
  return process.memoryUsage().arrayBuffers / 1e6
}

test.each([
  ['alone', []],
  ['beside a file that says nothing', ['quiet.log']],
])(
  'of a pipe %s nothing is held that was told already',
  async (_, files) => {
    const cwd = tempFolder()
    mkdirSync(join(cwd, 'data'))
    for (const file of files) writeFileSync(join(cwd, file), '')
    const table = openSourceTable(join(cwd, 'data', 'sources.db'))
    const stop = new AbortController()
    // Does not end: what the end lets go of is not the question.
    const stdin = Readable.from(
      (async function* () {
        for (let line = 0; line < LINES; line += 50) yield Buffer.from(LINE.repeat(50))
        await wait(60_000, undefined, {signal: stop.signal}).catch(() => {})
      })(),
    )
    const arrivals = new FileArrivals({
      files: files.length > 0,
      filter: {query: {kind: 'all'}},
      silenceMs: 200,
      onNotice: () => {},
      open: (on) =>
        openFollowed({
          files,
          pipes: [{kind: 'stdin'}],
          stdin,
          cwd,
          exclude: join(cwd, 'data'),
          envelope: {host: 'h', timezone: 'UTC'},
          table,
          checkpoints: memoryCheckpoints(),
          fromEnd: false,
          wait: true,
          waits: {...WAITS, scan: 100, silence: 200},
          random: Math.random,
          now: () => new Date(),
          ...on,
        }),
    })
    const before = heldMb()
    await arrivals.start()
    let told = 0
    let held = Number.NaN
    for await (const event of arrivals.follow(stop.signal)) {
      if (event.kind !== 'records') continue
      told += event.records.length
      // The last line of a pipe waits for what may belong to it.
      if (told < LINES - 1) continue
      // What the engine frees, it frees beside everything else.
      await until(() => {
        held = heldMb() - before
        return held < LIMIT_MB
      })
      stop.abort()
    }
    expect(told).toBeGreaterThanOrEqual(LINES - 1)
    expect(held).toBeLessThan(LIMIT_MB)
    await arrivals.close()
    table.close()
  },
  120_000,
)
