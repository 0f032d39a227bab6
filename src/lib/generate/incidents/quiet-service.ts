import type {Scenario} from './incident.js'
import {partOf} from './incident.js'
import {line} from './line.js'

export const quietService: Scenario = {
  name: 'quiet-service',
  summary: 'A service stops logging without a word',
  story:
    'Nothing comes from shipping any more, on no host, while orders go on calling it and get answers: nobody complains, and only who misses its lines will notice. Harmless: mail-3 is taken out of service, which it says, and its neighbours go on.',
  services: ['shipping'],
  begin(setting) {
    const out = partOf(setting, 0.2)
    return {
      lines: [line(out, 'mail', 3, 'INFO', 'taken out of service, 0 messages in hand', 'stopped')],
      distractors: [{service: 'mail', what: 'mail-3 is taken out of service'}],
      onEvent(event) {
        if (event.service.name === 'shipping') return undefined
        return event.host === 'mail-3' && event.at > out ? undefined : event
      },
    }
  },
}
