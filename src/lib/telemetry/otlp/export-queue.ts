/** What waits for a collector that is away or slow; the oldest stay, what comes later is given up. */
const MOST_WAITING = 2_048
const MOST_AT_ONCE = 512
const EVERY_MS = 2_000
/** An export that is not answered is given up; the exporter's own retries are within it. */
const TIMEOUT_MS = 15_000

/** As OpenTelemetry's exporters answer: code 0 is success. */
interface ExportResult {
  code: number
  error?: Error
}

export interface QueueOptions<T> {
  /** Never throws; calls back once. */
  export: (items: T[], done: (result: ExportResult) => void) => void
  /** Told of what was given up, and why. */
  onDropped: (reason: 'collector_slow' | 'collector_refused', count: number) => void
  /** Told when exports begin to fail, with the first error, and when they are taken again. */
  onState: (error: unknown | undefined) => void
}

/** Sends what is put in, a bounded number at a time, in the background: nobody who puts something in ever waits. */
export class ExportQueue<T> {
  private waiting: T[] = []
  private underWay: Promise<void> | undefined
  private timer: NodeJS.Timeout | undefined
  private failing = false
  private closed = false

  constructor(private readonly options: QueueOptions<T>) {}

  put(item: T): void {
    if (this.closed || this.waiting.length >= MOST_WAITING) {
      this.options.onDropped('collector_slow', 1)
      return
    }
    this.waiting.push(item)
    if (this.waiting.length >= MOST_AT_ONCE) void this.send()
    else this.schedule()
  }

  /** Sends what waits; resolves when it is answered or `withinMs` are over. */
  async close(withinMs: number): Promise<void> {
    this.closed = true
    clearTimeout(this.timer)
    const deadline = performance.now() + withinMs
    while ((this.waiting.length > 0 || this.underWay) && performance.now() < deadline && !this.failing) {
      await Promise.race([this.send(), timeout(deadline - performance.now())])
    }
    if (this.waiting.length > 0) this.options.onDropped('collector_slow', this.waiting.length)
    this.waiting = []
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      void this.send()
    }, EVERY_MS).unref()
  }

  /** One export at a time; what is left goes with the next. */
  private send(): Promise<void> {
    this.underWay ??= this.sendOnce().finally(() => {
      this.underWay = undefined
      if (this.waiting.length > 0 && !this.closed) this.schedule()
    })
    return this.underWay
  }

  private async sendOnce(): Promise<void> {
    const items = this.waiting.splice(0, MOST_AT_ONCE)
    if (items.length === 0) return
    const error = await exported(this.options, items)
    if (error !== undefined) this.options.onDropped('collector_refused', items.length)
    if ((error !== undefined) !== this.failing) {
      this.failing = error !== undefined
      this.options.onState(error)
    }
  }
}

function exported<T>({export: send}: QueueOptions<T>, items: T[]): Promise<unknown | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(new Error('the collector does not answer')), TIMEOUT_MS).unref()
    send(items, ({code, error}) => {
      clearTimeout(timer)
      resolve(code === 0 ? undefined : (error ?? new Error('the collector refused it')))
    })
  })
}

function timeout(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)).unref())
}
