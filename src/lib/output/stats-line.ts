import type {Level} from '../record/level.js'
import {LEVELS} from '../record/level.js'
import type {Heartbeat, HeartbeatOptions} from './heartbeat.js'
import {formatCount, formatDuration, formatRate, plural} from './numbers.js'
import {type Palette, paletteFor} from './palette.js'
import type {Screen} from './screen.js'
import {cutTo, textWidth} from './text-width.js'

/** The rate is that of so many seconds. */
const RATE_SECONDS = 10

const DRAW_EVERY_MS = 1_000

/** A line of figures that stays the last of a terminal while records pass above it; elsewhere only one at the end. */
export function liveStats({stream, screen, lag, now, quiet}: HeartbeatOptions): Heartbeat {
  const stats = new LiveStats(now)
  let known: number | undefined
  let drawn = false
  let asking = false
  const erase = (): void => {
    if (drawn) stream.write('\r\x1b[K')
    drawn = false
  }
  const draw = (): void => {
    if (!screen.isTerminal || quiet) return
    const plain = stats.line({...screen, color: false}, known)
    // A line that fills the last column would begin another.
    const line = textWidth(plain) < screen.width ? stats.line(screen, known) : cutTo(plain, screen.width - 1)
    stream.write(`\r${line}\x1b[K`)
    drawn = true
  }
  const look = async (): Promise<void> => {
    draw()
    if (asking) return
    asking = true
    known = await lag().catch(() => undefined)
    asking = false
  }
  const timer = screen.isTerminal && !quiet ? setInterval(() => void look(), DRAW_EVERY_MS) : undefined
  timer?.unref()
  return {
    came: erase,
    clear: erase,
    went(records) {
      stats.add(records)
      draw()
    },
    end() {
      clearInterval(timer)
      erase()
      if (!quiet) stream.write(`${stats.summary(screen)}\n`)
    },
  }
}

/** Counts what a live view shows. `now` is milliseconds of a clock that never goes back. */
export class LiveStats {
  private readonly levels = new Map<Level | undefined, number>()
  private readonly seconds = new Map<number, number>()
  private total = 0

  constructor(
    private readonly now: () => number,
    private readonly begun = now(),
  ) {}

  add(records: ReadonlyArray<{level?: Level}>): void {
    for (const {level} of records) this.levels.set(level, (this.levels.get(level) ?? 0) + 1)
    this.total += records.length
    const second = Math.floor(this.now() / 1_000)
    this.seconds.set(second, (this.seconds.get(second) ?? 0) + records.length)
    for (const each of this.seconds.keys()) if (each <= second - RATE_SECONDS) this.seconds.delete(each)
  }

  /** `12,374 records · 41.3/s · INFO 12,330, ERROR 3 · lag 120`; what nobody knows is left out. */
  line(screen: Screen, lag?: number): string {
    const palette = paletteFor(screen.color)
    const parts = [plural(this.total, 'record'), `${this.rate()}/s`, this.byLevel(palette)]
    if (lag !== undefined) parts.push(`lag ${formatCount(lag)}`)
    return `── ${parts.filter(Boolean).join(' · ')} ──`
  }

  /** All of it, for the end. */
  summary(screen: Screen): string {
    const ms = this.now() - this.begun
    const parts = [`${plural(this.total, 'record')} in ${formatDuration(ms)}`, `${formatRate(this.total, ms)}/s`]
    const levels = this.byLevel(paletteFor(screen.color))
    return `── ${[...parts, ...(levels ? [levels] : [])].join(' · ')} ──`
  }

  private rate(): string {
    const second = Math.floor(this.now() / 1_000)
    let count = 0
    for (const [each, some] of this.seconds) if (each > second - RATE_SECONDS) count += some
    return formatRate(count, Math.min(RATE_SECONDS * 1_000, Math.max(1_000, this.now() - this.begun)))
  }

  private byLevel(palette: Palette): string {
    const known = LEVELS.filter((level) => this.levels.has(level)).map((level) =>
      palette.level(level, `${level} ${formatCount(this.levels.get(level) as number)}`),
    )
    const none = this.levels.get(undefined)
    return [...known, ...(none && known.length > 0 ? [`no level ${formatCount(none)}`] : [])].join(', ')
  }
}
