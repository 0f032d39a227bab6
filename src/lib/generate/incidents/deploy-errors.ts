import {failure} from '../failures.js'
import type {Scenario} from './incident.js'
import {partOf} from './incident.js'
import {line} from './line.js'

const SECOND = 1_000_000

export const deployErrors: Scenario = {
  name: 'deploy-errors',
  summary: 'A deploy breaks a service, until it is rolled back',
  story:
    'payment 7.4.1 goes out host by host and half of its payments fail with a TypeError; orders and the gateway tell of it too. It ends with the rollback to 7.4.0. Harmless: mail is deployed a little earlier, and nothing comes of it.',
  services: ['payment'],
  starves: ['shipping', 'mail'],
  begin(setting) {
    const {begin, end} = setting
    const cause = line(begin, 'payment', 1, 'INFO', 'deployed payment 7.4.1, was 7.4.0', 'deployed', [
      'version',
      '7.4.1',
    ])
    const rollback = Math.max(begin, end - 2 * SECOND)
    const harmless = Math.max(begin - 40 * SECOND, partOf(setting, -0.05))
    const deploy = (at: number, host: 1 | 2 | 3, version: string, was: string) =>
      line(at, 'payment', host, 'INFO', `deployed payment ${version}, was ${was}`, 'deployed', ['version', version])
    return {
      lines: [
        cause,
        deploy(begin + SECOND, 2, '7.4.1', '7.4.0'),
        deploy(begin + 2 * SECOND, 3, '7.4.1', '7.4.0'),
        ...([1, 2, 3] as const).map((host) => deploy(rollback + (host - 1) * (SECOND / 2), host, '7.4.0', '7.4.1')),
        line(harmless, 'mail', 1, 'INFO', 'deployed mail 3.12.0, was 3.11.2', 'deployed', ['version', '3.12.0']),
        line(harmless + SECOND, 'mail', 1, 'WARN', 'restarted, 12 connections were closed', 'restarted'),
      ],
      cause,
      distractors: [{service: 'mail', what: 'a deploy at the same time that breaks nothing'}],
      onCall({service, at, random}) {
        if (service !== 'payment' || at > rollback || !random.chance(0.55)) return undefined
        const error = failure(
          random,
          'TypeError',
          'cannot read properties of undefined (reading currency)',
          'toCharge src/charge.ts',
        )
        return {
          delay: [2_000, 30_000],
          fails: {
            status: 500,
            told: {message: 'charge failed, no currency in the request', event: 'charge_failed', error},
            seen: 'payment answered 500',
          },
        }
      },
    }
  },
}
