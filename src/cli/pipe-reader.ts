import {lstatSync, readdirSync, readlinkSync} from 'node:fs'

// Node cannot ask whether anybody still reads a pipe it writes to; only a write tells, and a live command may have
// nothing to write for hours. On Linux the reader is found among the processes of /proc and looked after. Elsewhere,
// and where the reader belongs to another user, nobody is found, and the next write tells as before.

/** One process's end of a pipe. */
export interface PipeReader {
  pid: string
  /** Path of the descriptor: `/proc/<pid>/fd/<n>`. */
  path: string
}

/** Processes looked at before giving up; those of one pipeline have neighbouring ids and come first. */
const MOST_PROCESSES = 3_000

/** Who reads the pipe that is our descriptor `fd`; `undefined` where nobody can be seen to. */
export function findPipeReader(fd: number): PipeReader | undefined {
  const pipe = targetOf(`/proc/self/fd/${fd}`)
  if (!pipe?.startsWith('pipe:')) return undefined
  for (const pid of neighboursFirst()) {
    for (const number of listOf(`/proc/${pid}/fd`)) {
      const path = `/proc/${pid}/fd/${number}`
      if (targetOf(path) === pipe && isReadEnd(pid, number)) return {pid, path}
    }
  }
  return undefined
}

/** False once the reader has closed its end or ended; true where that can no longer be seen. */
export function stillReads(reader: PipeReader, fd: number): boolean {
  try {
    return readlinkSync(reader.path) === targetOf(`/proc/self/fd/${fd}`)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES'
  }
}

function neighboursFirst(): string[] {
  const own = process.pid
  const pids = listOf('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== own)
  return pids.sort((a, b) => Math.abs(Number(a) - own) - Math.abs(Number(b) - own)).slice(0, MOST_PROCESSES)
}

/** The link of a descriptor is readable by its owner (`r-x`) where the descriptor was opened for reading. */
function isReadEnd(pid: string, number: string): boolean {
  try {
    return (lstatSync(`/proc/${pid}/fd/${number}`).mode & 0o400) !== 0
  } catch {
    return false
  }
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}
