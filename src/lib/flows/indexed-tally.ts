import type {LogRecord} from '../record/record.js'
import type {Counters} from '../telemetry/signals.js'

/** What stands for a record that names no service or level. */
const UNKNOWN = 'unknown'

/** Counts the records of one write by service and level, so that the counters are told once a write, not once a record. */
export class IndexedTally {
  private counts = new Map<string, Map<string, number>>()

  /** Forgets a write that came to nothing. */
  begin(): void {
    this.counts.clear()
  }

  readonly add = (record: LogRecord): void => {
    const {service = UNKNOWN} = record
    const level: string = record.level ?? UNKNOWN
    let levels = this.counts.get(service)
    if (levels === undefined) {
      levels = new Map()
      this.counts.set(service, levels)
    }
    levels.set(level, (levels.get(level) ?? 0) + 1)
  }

  tell(counters: Counters): void {
    for (const [service, levels] of this.counts)
      for (const [level, count] of levels) counters.logsIndexed({service, level}, count)
    this.counts.clear()
  }
}
