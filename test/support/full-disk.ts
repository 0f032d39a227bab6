import {execFileSync} from 'node:child_process'
import {closeSync, mkdtempSync, openSync, rmSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'

/** A disk of its own that a test may fill, in memory; unmounted and gone when the running test has ended. */
export interface SmallDisk {
  dir: string
  /** Takes all the space that is left, but for `leave` bytes, about. */
  fill(leave?: number): void
  /** Gives back what `fill` took. */
  free(): void
}

const BLOCK = 4_096

/** Why no disk can be mounted here, to be said by the tests that are skipped for it; `undefined` where one can. */
export const noSmallDisk: string | undefined = whyNot()

/** Mounts a tmpfs of so many bytes. Only where `noSmallDisk` is undefined. */
export function smallDisk(bytes: number): SmallDisk {
  const dir = mount(bytes)
  const ballast = join(dir, 'ballast')
  onTestFinished(() => unmount(dir))
  return {
    dir,
    fill(leave = 0) {
      const fd = openSync(ballast, 'a')
      const block = Buffer.alloc(BLOCK, 1)
      try {
        while (writeSync(fd, block) === BLOCK);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        closeSync(fd)
      }
      if (leave > 0) shorten(ballast, leave)
    },
    free: () => rmSync(ballast, {force: true}),
  }
}

function shorten(file: string, by: number): void {
  execFileSync('truncate', ['-c', '-s', `-${by}`, file])
}

function mount(bytes: number): string {
  const dir = mkdtempSync(join(tmpdir(), 'logflow-small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', dir], {stdio: 'pipe'})
  } catch (error) {
    rmSync(dir, {recursive: true})
    throw error
  }
  return dir
}

/** Lazily: some libraries close a file only when its handle has been collected. */
function unmount(dir: string): void {
  execFileSync('umount', ['-l', dir])
  rmSync(dir, {recursive: true})
}

function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux'
  try {
    unmount(mount(BLOCK * 16))
    return undefined
  } catch {
    return 'needs the right to mount a tmpfs (root)'
  }
}
