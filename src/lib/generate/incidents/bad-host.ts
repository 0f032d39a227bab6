import {failure} from '../failures.js'
import type {Scenario} from './incident.js'
import {partOf} from './incident.js'
import {line} from './line.js'

export const badHost: Scenario = {
  name: 'bad-host',
  summary: 'One host among many has a failing disk',
  story:
    'search-2 cannot read its index: most requests that reach it fail, those of its neighbours do not, so that the service as a whole looks only a little ill. Group by host to see it. Harmless: search-3 is drained for maintenance and comes back, which it says in warnings.',
  services: ['search'],
  begin(setting) {
    const bad = 'search-2'
    const cause = line(
      setting.begin,
      'search',
      2,
      'ERROR',
      'read error on /dev/nvme1n1, sector 482133504',
      'disk_error',
      ['device', '/dev/nvme1n1'],
    )
    const drained = partOf(setting, 0.35)
    const back = partOf(setting, 0.55)
    return {
      lines: [
        cause,
        line(drained, 'search', 3, 'WARN', 'draining for maintenance, no new requests are taken', 'draining'),
        line(back, 'search', 3, 'INFO', 'back from maintenance', 'ready'),
      ],
      cause,
      hosts: [bad],
      distractors: [{service: 'search', what: 'search-3 is drained for maintenance'}],
      onCall({service, host, random}) {
        if (service !== 'search' || host !== bad || !random.chance(0.8)) return undefined
        const error = failure(
          random,
          'IndexError',
          'segment _4f cannot be read: input/output error',
          'open src/index.ts',
        )
        return {
          delay: [40_000, 900_000],
          fails: {
            status: 502,
            told: {message: 'search failed, segment _4f cannot be read', event: 'index_unreadable', error},
            seen: 'search-2 answered 500',
          },
        }
      },
    }
  },
}
