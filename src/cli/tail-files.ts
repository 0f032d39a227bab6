import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {FileArrivals} from '../lib/flows/tail-files.js'
import {memoryCheckpoints} from '../lib/sources/checkpoints/memory-checkpoints.js'
import type {FollowNotice} from '../lib/sources/follow/notices.js'
import {WAITS} from '../lib/sources/follow/watched.js'
import {openFollowed, pipesAmong} from '../lib/sources/follow/with-pipes.js'
import {openSourceTable} from '../lib/sources/source-table.js'
import type {RecordFilter} from '../lib/store/store.js'
import type {Context} from './context.js'
import {showFollowNotice} from './follow-notices.js'
import {envelopeOf, namedInputs} from './open-inputs.js'

/** A person waits: the last line of a file is shown once nothing has followed it for this long. */
const SILENCE_MS = 300

export interface FilesChoice {
  files: string[]
  filter: RecordFilter
  timezone?: string
  /** Nothing of what is there already is wanted. */
  fromEnd: boolean
  follow: boolean
}

export interface FollowedFiles {
  arrivals: FileArrivals
  /** Throws where a file could not be read, and is not waited for. */
  check(): void
  close(): Promise<void>
}

/** Files to follow that nobody else knows of: what is known of them is kept in a folder of this process, and goes with it. */
export async function followedFiles(context: Context, choice: FilesChoice): Promise<FollowedFiles> {
  const cwd = process.cwd()
  const {pipes, files} = await pipesAmong(namedInputs(choice.files), cwd)
  const folder = mkdtempSync(join(tmpdir(), 'logflow-tail-'))
  const table = openSourceTable(join(folder, 'sources.db'))
  const unreadable = new Map<string, string>()
  const show = showFollowNotice(context.talk)
  const onNotice = (notice: FollowNotice): void => {
    if (notice.kind === 'unreadable') unreadable.set(notice.path, notice.reason)
    else if (notice.kind === 'readable') unreadable.delete(notice.path)
    // That it follows is told once it has caught up, as of every tail; that it waits for a file, only where it does.
    if (notice.kind === 'following' || (notice.kind === 'unreadable' && !choice.follow)) return
    show(notice)
  }
  const arrivals = new FileArrivals({
    filter: choice.filter,
    files: files.length > 0,
    silenceMs: SILENCE_MS,
    onNotice,
    open: (on) =>
      openFollowed({
        files,
        pipes,
        cwd,
        exclude: context.config.dataDir,
        envelope: envelopeOf(context, {timezone: choice.timezone}),
        table,
        checkpoints: memoryCheckpoints(),
        multiline: 'auto',
        fromEnd: choice.fromEnd,
        wait: true,
        waits: {...WAITS, silence: SILENCE_MS},
        stdin: process.stdin,
        random: Math.random,
        now: () => new Date(),
        ...on,
      }),
  })
  return {
    arrivals,
    check() {
      const [reason] = unreadable.values()
      if (!choice.follow && reason !== undefined) throw new LogflowError('FILE_UNREADABLE', reason)
    },
    async close() {
      await arrivals.close()
      table.close()
      rmSync(folder, {recursive: true, force: true})
    },
  }
}
