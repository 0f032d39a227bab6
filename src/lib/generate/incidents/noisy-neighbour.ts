import type {Scenario} from './incident.js'
import {moments, partOf} from './incident.js'
import {line} from './line.js'

export const noisyNeighbour: Scenario = {
  name: 'noisy-neighbour',
  summary: 'One customer’s import takes what all share',
  story:
    'The partner acme exports the whole catalogue page by page as fast as it can: catalogue is busy with it, and everybody else waits. Count by client_id to see it. Harmless: the search index is rebuilt at the same time, in the background and with a warning.',
  services: ['catalogue'],
  begin(setting) {
    const {random, rate} = setting
    const pages = moments(setting, Math.max(5, rate / 5)).map((at, index) =>
      line(
        at,
        'catalogue',
        (1 + random.below(3)) as 1 | 2 | 3,
        'INFO',
        `page ${index + 1} of the export served to acme`,
        'export_served',
        ['client_id', 'acme', 'page', index + 1, 'products', 500],
      ),
    )
    return {
      lines: [
        ...pages,
        line(
          partOf(setting, 0.25),
          'search',
          1,
          'WARN',
          'rebuilding index products-v6, cpu at 92 percent',
          'index_rebuild',
        ),
        line(partOf(setting, 0.7), 'search', 1, 'INFO', 'index products-v6 rebuilt', 'index_rebuilt'),
      ],
      cause: pages[0],
      distractors: [{service: 'search', what: 'an index that is rebuilt'}],
      onCall({service, random: dice}) {
        if (service !== 'catalogue') return undefined
        if (dice.chance(0.06))
          return {delay: [400_000, 900_000], fails: {status: 503, seen: 'catalogue answered 503, too busy'}}
        return {delay: [150_000, 1_400_000], slow: {message: 'waited # ms for a worker', event: 'queue_wait'}}
      },
    }
  },
}
