import type {Scenario} from './incident.js'
import {moments, partOf} from './incident.js'
import {line} from './line.js'

export const deadDependency: Scenario = {
  name: 'dead-dependency',
  summary: 'A service is gone: its callers retry and give up',
  story:
    'inventory is killed on every host and says nothing more. catalogue, cart and orders all call it, try twice more each time and fail: three services in trouble, none of which is the cause, and the one that is does not log. Harmless: shipping is behind with its messages and catches up.',
  services: ['inventory'],
  starves: ['payment', 'shipping', 'mail'],
  begin(setting) {
    const cause = line(setting.begin, 'inventory', 1, 'FATAL', 'killed by signal 9', 'killed', ['signal', 9])
    const behind = partOf(setting, 0.3)
    return {
      lines: [
        cause,
        line(setting.begin + 60_000, 'inventory', 2, 'FATAL', 'killed by signal 9', 'killed', ['signal', 9]),
        line(setting.begin + 110_000, 'inventory', 3, 'FATAL', 'killed by signal 9', 'killed', ['signal', 9]),
        ...([1, 2, 3] as const).map((host) =>
          line(setting.end + host * 90_000, 'inventory', host, 'INFO', 'ready, 40 connections', 'ready'),
        ),
        ...moments(setting, 0.1, behind, partOf(setting, 0.6)).map((at) =>
          line(at, 'shipping', 2, 'WARN', 'consumer behind by 8200 messages on partition 3', 'consumer_behind'),
        ),
        line(
          partOf(setting, 0.65),
          'shipping',
          2,
          'INFO',
          'consumer has caught up on partition 3',
          'consumer_caught_up',
        ),
      ],
      cause,
      distractors: [{service: 'shipping', what: 'a consumer that is behind and catches up'}],
      onCall({service, random}) {
        if (service !== 'inventory') return undefined
        const address = `10.20.0.${random.between(2, 9)}:8080`
        return {delay: [300, 2_000], fails: {status: 503, seen: `connect ECONNREFUSED ${address}`, retries: 2}}
      },
      // What it wrote without a call: health checks and jobs of a process that is no more.
      onEvent: (event) => (event.service.name === 'inventory' && event.level !== 'FATAL' ? undefined : event),
    }
  },
}
