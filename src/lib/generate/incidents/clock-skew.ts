import type {Scenario} from './incident.js'
import {partOf} from './incident.js'
import {line} from './line.js'

const SKEW_US = 90_000_000

export const clockSkew: Scenario = {
  name: 'clock-skew',
  summary: 'The clock of one host goes 90 seconds slow',
  story:
    'orders-2 writes times that are 90 s behind those of all others: its lines arrive late, and in traces its work seems to end before it begins. Its source is in order; only the clock is wrong. Harmless: other hosts say that their clocks were set by milliseconds, as they do every hour.',
  services: ['orders'],
  begin(setting) {
    const cause = line(
      setting.begin,
      'orders',
      2,
      'WARN',
      'no time server answers, the clock runs free',
      'clock_unsynchronised',
    )
    return {
      lines: [
        cause,
        line(partOf(setting, 0.3), 'cart', 1, 'INFO', 'clock stepped by 0.004 s', 'clock_stepped'),
        line(partOf(setting, 0.6), 'payment', 3, 'INFO', 'clock stepped by -0.002 s', 'clock_stepped'),
      ],
      cause,
      hosts: ['orders-2'],
      distractors: [{service: 'cart', what: 'a clock that is set by milliseconds'}],
      onEvent: (event) =>
        event.host === 'orders-2' && event !== cause ? {...event, stamp: event.at - SKEW_US} : event,
    }
  },
}
