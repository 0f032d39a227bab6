import {failure} from '../failures.js'
import type {Scenario} from './incident.js'
import {moments} from './incident.js'
import {line} from './line.js'

export const expiredCertificate: Scenario = {
  name: 'expired-certificate',
  summary: 'The certificate of a payment provider has expired',
  story:
    'From one second to the next every payment fails in the TLS handshake, until the certificate is replaced. Nothing was deployed, nothing is slow. Harmless: other services warn of certificates that end in some days, as they do every day.',
  services: ['payment'],
  starves: ['shipping', 'mail'],
  begin(setting) {
    const message = 'TLS handshake with api.payments.example failed: certificate has expired'
    const cause = line(setting.begin, 'payment', 1, 'ERROR', message, 'tls_failed', ['reason', 'CERT_HAS_EXPIRED'])
    return {
      lines: [
        cause,
        line(setting.end, 'payment', 1, 'INFO', 'certificate of api.payments.example is valid again', 'tls_ok'),
        ...moments(setting, 0.05).map((at) =>
          line(at, 'auth', 2, 'WARN', 'certificate of ldap.shop.example expires in 9 days', 'certificate_expires', [
            'days',
            9,
          ]),
        ),
      ],
      cause,
      distractors: [{service: 'auth', what: 'a certificate that ends in nine days'}],
      onCall({service, random}) {
        if (service !== 'payment') return undefined
        const error = failure(random, 'TLSError', 'certificate has expired', 'connect src/provider-client.ts')
        return {
          delay: [4_000, 40_000],
          fails: {status: 502, told: {message, event: 'tls_failed', error}, seen: 'payment answered 502'},
        }
      },
    }
  },
}
