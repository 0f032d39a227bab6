import type {Scenario} from './incident.js'
import {moments, partOf} from './incident.js'
import {line} from './line.js'

export const bruteForce: Scenario = {
  name: 'brute-force',
  summary: 'One address tries passwords until one is right',
  story:
    'From 198.51.100.23 come sign-ins for one name after the other, all refused but the last. Group the refusals by client_ip to see it. Harmless: somebody who has forgotten a password fails four times and then gets in, and an office behind one address signs in all the time, and succeeds.',
  services: ['auth'],
  begin(setting) {
    const {random, rate} = setting
    const from = '198.51.100.23'
    const user = () => `u_${random.between(1000, 99_999)}`
    const refused = (at: number, who: string, ip: string, attempt: number) =>
      line(
        at,
        'auth',
        (1 + random.below(3)) as 1 | 2 | 3,
        'WARN',
        `sign-in refused for ${who}: wrong password`,
        'sign_in_refused',
        ['user_id', who, 'client_ip', ip, 'attempt', attempt],
      )
    const signedIn = (at: number, who: string, ip: string) =>
      line(at, 'auth', 1, 'INFO', `${who} signed in`, 'signed_in', [
        'user_id',
        who,
        'client_ip',
        ip,
        'method',
        'password',
      ])
    const attack = moments(setting, Math.max(2, rate / 20)).map((at, index) => refused(at, user(), from, index + 1))
    const forgetful = user()
    const forgot = partOf(setting, 0.3)
    return {
      lines: [
        ...attack,
        signedIn(partOf(setting, 0.97), user(), from),
        ...[1, 2, 3, 4].map((attempt) => refused(forgot + attempt * 4_000_000, forgetful, '192.0.2.14', attempt)),
        signedIn(forgot + 21_000_000, forgetful, '192.0.2.14'),
        ...moments(setting, 0.5).map((at) => signedIn(at, user(), '203.0.113.80')),
      ].filter(({at}) => at < setting.end),
      cause: attack[0],
      distractors: [
        {service: 'auth', what: 'somebody who has forgotten a password'},
        {service: 'auth', what: 'an office that signs in from one address'},
      ],
    }
  },
}
