import {failure} from '../failures.js'
import type {LogEvent} from '../log-event.js'
import type {Scenario} from './incident.js'
import {lasts} from './incident.js'
import {line} from './line.js'

const SECOND = 1_000_000
/** How long a start takes: who calls meanwhile is refused. */
const START_US = 6 * SECOND

export const memoryLeak: Scenario = {
  name: 'memory-leak',
  summary: 'A leak fills the memory of a host, which restarts again and again',
  story:
    'catalogue-1 leaks: its pauses grow, it runs out of memory, is started anew, and it all begins again, faster each time. Requests fail only while it starts. Harmless: long but steady garbage collections on catalogue-3.',
  services: ['catalogue'],
  begin(setting) {
    const {begin, end, random} = setting
    const lines: LogEvent[] = []
    const starts: Array<{begin: number; end: number}> = []
    let cause: LogEvent | undefined
    const length = end - begin
    for (let from = begin, life = Math.max(8 * SECOND, Math.floor(length / 3)); from < end; ) {
      const until = Math.min(from + life, end)
      for (let part = 1; part <= 5; part++) {
        const at = Math.floor(from + ((until - from) * part) / 6)
        const heap = 600 + part * 270 + random.below(40)
        const told = line(
          at,
          'catalogue',
          1,
          part > 3 ? 'WARN' : 'INFO',
          `gc pause of ${90 * part + random.below(60)} ms, heap ${heap} MB`,
          'gc_pause',
          ['heap_used_mb', heap],
        )
        cause ??= told
        lines.push(told)
      }
      if (until === end) break
      const error = failure(random, 'OutOfMemoryError', 'allocation failed, heap limit reached', 'grow src/cache.ts')
      lines.push({
        ...line(until, 'catalogue', 1, 'FATAL', 'out of memory at 2048 MB, restarting', 'out_of_memory'),
        error,
      })
      lines.push(line(until + SECOND, 'catalogue', 1, 'INFO', 'starting catalogue 5.2.0', 'starting'))
      lines.push(line(until + START_US, 'catalogue', 1, 'INFO', 'ready in 5000 ms', 'ready'))
      starts.push({begin: until, end: until + START_US})
      from = until + START_US
      life = Math.max(8 * SECOND, Math.floor(life * 0.7))
    }
    for (let at = begin + 3 * SECOND; at < end; at += 20 * SECOND) {
      lines.push(
        line(at, 'catalogue', 3, 'DEBUG', `gc pause of ${random.between(150, 190)} ms`, 'gc_pause', [
          'heap_used_mb',
          1_190,
        ]),
      )
    }
    return {
      lines: lines.filter(({at}) => at < end),
      cause,
      hosts: ['catalogue-1'],
      distractors: [{service: 'catalogue', what: 'long but steady pauses on catalogue-3'}],
      onCall({service, host, at}) {
        if (service !== 'catalogue' || host !== 'catalogue-1') return undefined
        if (!starts.some((start) => lasts(start, at))) return undefined
        return {delay: [300, 2_000], fails: {status: 503, seen: 'connect ECONNREFUSED 10.20.0.4:8080', retries: 1}}
      },
    }
  },
}
