import type {Level} from '../record/level.js'
import {compareTimes} from '../record/order.js'
import type {TimeScale} from './trend.js'
import {Trend} from './trend.js'

/** Services that are counted one by one for a template; those beyond are counted together. */
const MOST_SERVICES = 100

/** What is kept of the records of one template. */
export class PatternStats {
  first = ''
  last = ''
  readonly levels = new Map<Level | undefined, number>()
  readonly services = new Map<string, number>()
  /** Records of services beyond those in `services`. */
  otherServices = 0
  readonly trend: Trend

  constructor(private readonly scale: TimeScale) {
    this.trend = new Trend(scale)
  }

  add(record: {'@timestamp': string; level?: Level; service?: string}): void {
    const time = record['@timestamp']
    this.span(time, time)
    increase(this.levels, record.level, 1)
    if (record.service !== undefined) this.addService(record.service, 1)
    const ms = Date.parse(time)
    this.scale.see(ms)
    this.trend.add(ms)
  }

  merge(other: PatternStats): void {
    if (other.first !== '') this.span(other.first, other.last)
    for (const [level, count] of other.levels) increase(this.levels, level, count)
    for (const [service, count] of other.services) this.addService(service, count)
    this.otherServices += other.otherServices
    this.trend.merge(other.trend)
  }

  private span(first: string, last: string): void {
    if (this.first === '' || compareTimes(first, this.first) < 0) this.first = first
    if (this.last === '' || compareTimes(last, this.last) > 0) this.last = last
  }

  private addService(service: string, count: number): void {
    if (this.services.size >= MOST_SERVICES && !this.services.has(service)) this.otherServices += count
    else increase(this.services, service, count)
  }
}

function increase<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}
