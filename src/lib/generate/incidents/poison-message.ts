import {failure} from '../failures.js'
import type {Scenario} from './incident.js'
import {moments, partOf} from './incident.js'
import {line} from './line.js'

export const poisonMessage: Scenario = {
  name: 'poison-message',
  summary: 'One message cannot be read, and holds up all behind it',
  story:
    'mail fails on the same message again and again: it is delivered anew each few seconds, its partition stands still, and what waits behind it grows. Harmless: other partitions are behind for a moment and catch up.',
  services: ['mail'],
  begin(setting) {
    const {random, ids} = setting
    const message = `msg_${ids.hex(8)}`
    const error = () => failure(random, 'DecodeError', 'unexpected end of input at byte 412', 'decode src/envelope.ts')
    const tries = moments(setting, 0.5).map((at, index) => ({
      ...line(
        at,
        'mail',
        2,
        'ERROR',
        `message ${message} on partition 7 offset 48211 failed, delivery ${index + 1}`,
        'message_failed',
        ['message_id', message, 'partition', 7, 'offset', 48_211, 'delivery', index + 1],
      ),
      error: error(),
    }))
    const lag = moments(setting, 0.1).map((at, index) =>
      line(
        at,
        'mail',
        2,
        'WARN',
        `consumer behind by ${120 * (index + 1)} messages on partition 7`,
        'consumer_behind',
        ['lag', 120 * (index + 1)],
      ),
    )
    return {
      lines: [
        ...tries,
        ...lag,
        line(
          setting.end,
          'mail',
          2,
          'INFO',
          `message ${message} moved to the dead letters, partition 7 goes on`,
          'dead_lettered',
        ),
        line(
          partOf(setting, 0.5),
          'shipping',
          1,
          'WARN',
          'consumer behind by 900 messages on partition 2',
          'consumer_behind',
        ),
        line(
          partOf(setting, 0.55),
          'shipping',
          1,
          'INFO',
          'consumer has caught up on partition 2',
          'consumer_caught_up',
        ),
      ],
      cause: tries[0],
      hosts: ['mail-2'],
      distractors: [{service: 'shipping', what: 'a consumer that is behind for a moment'}],
    }
  },
}
