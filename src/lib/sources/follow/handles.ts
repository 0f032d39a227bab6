import {closeSync, openSync} from 'node:fs'

/** Open descriptors of followed files, unless said. */
const MOST_OPEN = 256
const LEAST_OPEN = 8

/** Keeps at most so many files open, the ones used last; whoever was closed is opened again when it is asked for. */
export class Handles {
  /** In the order of their use. */
  private readonly open = new Map<object, number>()
  /** Files that could not be opened again, since their name is gone. */
  private readonly pinned = new Set<object>()

  constructor(private most = MOST_OPEN) {}

  of(owner: object): number | undefined {
    const fd = this.open.get(owner)
    if (fd === undefined) return undefined
    this.open.delete(owner)
    this.open.set(owner, fd)
    return fd
  }

  /** Opens for reading. Throws the system's error; where descriptors ran out, after closing some and trying again. */
  openFor(owner: object, path: string): number {
    this.close(owner)
    this.evictTo(this.most - 1)
    for (;;) {
      try {
        const fd = openSync(path, 'r')
        this.open.set(owner, fd)
        return fd
      } catch (error) {
        if (!ranOut(error) || !this.shrink()) throw error
      }
    }
  }

  /** Never closes it to make room. */
  pin(owner: object): void {
    this.pinned.add(owner)
  }

  close(owner: object): void {
    const fd = this.open.get(owner)
    if (fd !== undefined) closeSync(fd)
    this.open.delete(owner)
    this.pinned.delete(owner)
  }

  closeAll(): void {
    for (const owner of [...this.open.keys()]) this.close(owner)
  }

  get count(): number {
    return this.open.size
  }

  private shrink(): boolean {
    const before = this.open.size
    this.most = Math.max(LEAST_OPEN, Math.min(this.most, this.open.size) >> 1)
    this.evictTo(this.most)
    return this.open.size < before
  }

  private evictTo(count: number): void {
    for (const owner of [...this.open.keys()]) {
      if (this.open.size <= count) return
      if (!this.pinned.has(owner)) this.close(owner)
    }
  }
}

function ranOut(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return code === 'EMFILE' || code === 'ENFILE'
}
