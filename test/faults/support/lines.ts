// The known set: numbered lines, so that what is stored can be compared one by one.

import {type FileHandle, open} from 'node:fs/promises'

/** About 100 bytes, as lines of services have. `size` makes a longer one. */
export function lineOf(number: number, size = 0): string {
  const time = new Date(Date.UTC(2026, 0, 1) + number).toISOString()
  const line = `${time} INFO shop: line ${number} of the known set, order=${number * 7919} took=${number % 97}ms`
  return size > line.length ? `${line} ${'x'.repeat(size - line.length - 1)}\n` : `${line}\n`
}

export function linesOf(first: number, count: number, size = 0): string {
  return Array.from({length: count}, (_, i) => lineOf(first + i, size)).join('')
}

/** The number of a stored line; `undefined` for anything else. */
export function numberOf(message: string): number | undefined {
  const found = /\bline (\d+) of the known set\b/.exec(message)?.[1]
  return found === undefined ? undefined : Number(found)
}

const TICK_MS = 20

/** Appends lines to a file at a steady rate until it is stopped or has written all, however long each write takes. */
export class SteadyWriter {
  /** Lines written so far: numbers 0 to `written` - 1. */
  written = 0
  private file: FileHandle | undefined
  private stopped = false
  private running: Promise<void> = Promise.resolve()
  private turn: Promise<void> = Promise.resolve()

  private constructor(
    private path: string,
    private readonly perSecond: number,
    private readonly most: number,
  ) {}

  static async start(path: string, perSecond: number, most: number): Promise<SteadyWriter> {
    const writer = new SteadyWriter(path, perSecond, most)
    writer.file = await open(path, 'a')
    writer.running = writer.run()
    return writer
  }

  /** Does something between two writes, as a service does that reopens its log. */
  between(action: () => Promise<void>): Promise<void> {
    const done = this.turn.then(action)
    this.turn = done.catch(() => undefined)
    return done
  }

  /** Goes on in a new file of this name (the old one may have been renamed). */
  async reopen(path = this.path): Promise<void> {
    await this.file?.close()
    this.path = path
    this.file = await open(path, 'a')
  }

  /** Ends after the write under way. */
  async stop(): Promise<void> {
    this.stopped = true
    await this.running
    await this.file?.close()
  }

  private async run(): Promise<void> {
    const started = performance.now()
    while (!this.stopped) {
      await this.between(async () => {
        const passed = (performance.now() - started) / 1_000
        const due = Math.min(this.most, Math.floor(passed * this.perSecond))
        if (due <= this.written) return
        await this.file?.appendFile(linesOf(this.written, due - this.written))
        this.written = due
      })
      await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    }
  }
}
