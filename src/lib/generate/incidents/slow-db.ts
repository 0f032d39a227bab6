import {failure} from '../failures.js'
import type {Scenario} from './incident.js'
import {moments, partOf} from './incident.js'
import {line} from './line.js'

/** A caller waits no longer than that. */
const TIMEOUT_US = 2_500_000

export const slowDb: Scenario = {
  name: 'slow-db',
  summary: 'A database grows slow, and with it everything above',
  story:
    'A missing index makes inventory wait for its database, longer and longer: first it is slow itself, then cart, catalogue and orders, which wait for it, and in the end calls run into their time limit and the gateway answers 504. Look at durations, and at who waits for whom in a trace. Harmless: the nightly backup of another database, whose lines speak of errors (none).',
  services: ['inventory'],
  starves: ['payment', 'shipping', 'mail'],
  begin(setting) {
    const {begin, end} = setting
    const cause = line(
      begin,
      'inventory',
      1,
      'INFO',
      'migration 0042 applied, index stock_by_sku dropped',
      'migrated',
      ['migration', '0042'],
    )
    const warnings = moments(setting, 0.2, partOf(setting, 0.15)).map((at, index) =>
      line(
        at,
        'inventory',
        ((index % 3) + 1) as 1 | 2 | 3,
        'WARN',
        `all ${40} connections in use, ${3 + index} callers wait`,
        'pool_exhausted',
        ['waiting', 3 + index],
      ),
    )
    const backup = partOf(setting, 0.4)
    return {
      lines: [
        cause,
        ...warnings,
        line(backup, 'mail', 2, 'INFO', 'backup of templates finished with 0 errors, 0 failed', 'backup_finished', [
          'errors',
          0,
        ]),
      ],
      cause,
      distractors: [{service: 'mail', what: 'a backup that speaks of errors, of which there are none'}],
      onCall({service, at, random}) {
        if (service !== 'inventory') return undefined
        const grown = (at - begin) / (end - begin)
        const least = Math.floor(200_000 + grown * 1_800_000)
        const wait = least + random.below(900_000)
        if (wait < TIMEOUT_US) {
          return {
            delay: [wait, wait + 1],
            slow: {message: 'slow query took # ms: select stock by sku', event: 'slow_query'},
          }
        }
        const error = failure(random, 'TimeoutError', 'no connection in 2500 ms', 'acquire src/pool.ts')
        return {
          delay: [TIMEOUT_US, TIMEOUT_US + 1],
          fails: {
            status: 504,
            told: {message: 'stock could not be read, no connection in 2500 ms', event: 'database_timeout', error},
            seen: 'no answer from inventory in 2500 ms',
          },
        }
      },
    }
  },
}
