import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'
import {openCheckpoints} from '../../../../src/lib/sources/checkpoints/open-checkpoints.js'
import type {FollowNotice} from '../../../../src/lib/sources/follow/notices.js'
import {type Follow, type FollowOptions, openFollow} from '../../../../src/lib/sources/follow/open-follow.js'
import {openSourceTable} from '../../../../src/lib/sources/source-table.js'
import {unitBytes} from '../../../../src/lib/units/unit-batch.js'
import {tempFolder} from '../../../support/temp-folder.js'

export interface Followed {
  text: string
  source: string
  offset: number
  line: number
  file: string
  continuation: boolean
}

/** A folder of logs, and followers of it that may come and go. */
export function followFolder() {
  const root = tempFolder()
  const cwd = join(root, 'logs')
  mkdirSync(cwd)
  const start = async (args: string[], more: Partial<FollowOptions> = {}) => {
    const problems: string[] = []
    const checkpoints = await openCheckpoints(join(root, 'data', 'checkpoints'), {
      now: () => new Date(),
      keepAgeMs: 3_600_000,
      onProblem: ({message}) => problems.push(message),
    })
    const stop = new AbortController()
    const table = openSourceTable(join(root, 'data', 'sources.db'))
    const notices: FollowNotice[] = []
    const follow = openFollow({
      args,
      cwd,
      exclude: join(root, 'data'),
      envelope: {host: 'host', timezone: 'UTC'},
      table,
      checkpoints,
      fromEnd: false,
      wait: false,
      signal: stop.signal,
      now: () => new Date(),
      onNotice: (notice) => notices.push(notice),
      waits: {scan: 100, silence: 200, copy: 120_000, packing: 200},
      ...more,
    })
    const units: Followed[] = []
    const running = collect(follow, units)
    running.catch(() => {})
    let closing: Promise<void> | undefined
    const close = async () => {
      stop.abort()
      await running.catch(() => {})
      await follow.close()
      await checkpoints.close()
      table.close()
    }
    const end = async () => {
      closing ??= close()
      await closing
      await running
    }
    onTestFinished(() => {
      closing ??= close()
      return closing
    })
    return {units, notices, checkpoints, end, running, follow, texts: () => units.map(({text}) => text)}
  }
  return {root, cwd, path: (name: string) => join(cwd, name), start}
}

/** Acknowledges each batch when the next is asked for. */
async function collect(follow: Follow, units: Followed[]): Promise<void> {
  for await (const batch of follow) {
    for (let i = 0; i < batch.count; i++)
      units.push({
        text: unitBytes(batch, i).toString(),
        source: batch.envelope.source,
        file: batch.envelope.file ?? '',
        offset: batch.offsets[i] as number,
        line: batch.lines[i] as number,
        continuation: batch.envelope.continuation === true,
      })
    follow.acknowledged(batch)
  }
}
