import type {Scenario} from './incident.js'
import {moments, partOf} from './incident.js'
import {line} from './line.js'

export const leakedSecret: Scenario = {
  name: 'leaked-secret',
  summary: 'A switch to debug logging writes secrets down',
  story:
    'Somebody sets payment to log at DEBUG, and it writes the headers of its requests: keys, a password, tokens (all made up, and in the forms that vendors document). Ship with redaction on and look whether they are gone. Harmless: auth speaks of passwords and tokens all day without ever writing one.',
  services: ['payment'],
  begin(setting) {
    const {ids, random} = setting
    const cause = line(
      setting.begin,
      'payment',
      1,
      'INFO',
      'log level changed from INFO to DEBUG by u_1207',
      'log_level_changed',
    )
    // Made up for this run; the first is the one that AWS uses in its own documentation.
    const secrets = [
      ['header', 'x-amz-credential: AKIAIOSFODNN7EXAMPLE/20260101/eu-central-1/s3/aws4_request'],
      ['header', `authorization: Bearer ${ids.hex(32)}${ids.hex(32)}`],
      ['body', `username=svc-payment&password=${ids.hex(16)}`],
      ['body', `card_number=4111111111111111&cvc=${random.between(100, 999)}`],
    ] as const
    const leaks = moments(setting, 0.5).map((at, index) => {
      const [where, text] = secrets[index % secrets.length] as (typeof secrets)[number]
      return line(at, 'payment', (1 + (index % 3)) as 1 | 2 | 3, 'DEBUG', `request ${where} ${text}`, 'request_dumped')
    })
    return {
      lines: [
        cause,
        ...leaks,
        line(
          partOf(setting, 0.5),
          'auth',
          1,
          'INFO',
          'password policy reloaded, tokens last 30 minutes',
          'policy_reloaded',
        ),
      ],
      cause,
      distractors: [{service: 'auth', what: 'lines that speak of passwords and tokens and hold none'}],
    }
  },
}
