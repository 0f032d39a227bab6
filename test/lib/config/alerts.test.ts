import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import type {SmtpConfig} from '../../../src/lib/config/config.js'
import {loadConfig} from '../../../src/lib/config/load-config.js'
import {knownSecrets} from '../../../src/lib/telemetry/known-secrets.js'
import {tempFolder} from '../../support/temp-folder.js'

function load(env: Record<string, string>, dotenv?: string) {
  const home = tempFolder()
  if (dotenv !== undefined) writeFileSync(join(home, '.env'), dotenv)
  return loadConfig({flags: {}, env: {HOME: home, ...env}, cwd: home, platform: 'linux'})
}

test('without settings there is no mail, and nothing private is reached', async () => {
  expect((await load({})).alerts).toEqual({interval: 60_000, allowDestinations: [], variables: {}})
})

test.each<[Record<string, string>, Partial<SmtpConfig>]>([
  [{HOST: 'mail.example.com'}, {host: 'mail.example.com', port: 587, tls: 'starttls'}],
  [
    {HOST: 'mail.example.com', TLS: 'implicit'},
    {port: 465, tls: 'implicit'},
  ],
  [
    {HOST: 'mail.example.com', PORT: '465'},
    {port: 465, tls: 'implicit'},
  ],
  [
    {HOST: 'mail.example.com', PORT: '25', TLS: 'none'},
    {port: 25, tls: 'none'},
  ],
  [
    {HOST: 'localhost', PORT: '25'},
    {port: 25, tls: 'if offered'},
  ],
  [{HOST: '127.0.0.1', TLS: 'starttls'}, {tls: 'starttls'}],
  [
    {URL: 'smtp://log%40flow:p%40ss@mail.example.com'},
    {host: 'mail.example.com', port: 587, tls: 'starttls', username: 'log@flow', password: 'p@ss', from: 'log@flow'},
  ],
  [{URL: 'smtps://mail.example.com:4650'}, {port: 4650, tls: 'implicit'}],
  [{URL: 'smtp://[::1]:25'}, {host: '::1', port: 25, tls: 'if offered'}],
  [
    {URL: 'smtp://u@a.example', PASSWORD: 'pw', FROM: 'x@a.example'},
    {username: 'u', password: 'pw', from: 'x@a.example'},
  ],
  [{HOST: 'a.example', RECIPIENTS: 'example.com, a@b.example'}, {recipients: ['example.com', 'a@b.example']}],
])('mail server of %j', async (parts, wanted) => {
  const env = Object.fromEntries(Object.entries(parts).map(([name, value]) => [`LOGFLOW_ALERTS_SMTP_${name}`, value]))
  const config = await load(env)
  expect(config.alerts.smtp).toMatchObject(wanted)
  const {password} = wanted
  if (password === undefined) return
  expect(knownSecrets(config)).toContain(password)
  expect(JSON.stringify(config.settings)).not.toContain(password)
})

test.each(['http://mail.example.com', 'mail.example.com', 'smtp://', 'smtp://a.example/path', 'smtp://a.example?x=1'])(
  'a mail server as %j is refused',
  async (url) => {
    await expect(load({LOGFLOW_ALERTS_SMTP_URL: url})).rejects.toMatchObject({
      code: 'BAD_CONFIG',
      message: 'alerts.smtp.url is no address of a mail server',
    })
  },
)

test('variables for rules come from the environment and .env, warn of nothing, and are secrets', async () => {
  const config = await load(
    {
      LOGFLOW_ALERT_TOKEN: 'tok-en-1',
      LOGFLOW_ALERT_EMPTY: '',
      LOGFLOW_ALERTS_INTERVAL: '30s',
      LOGFLOW_ALERT_lower: 'x',
    },
    'LOGFLOW_ALERT_TOKEN=weaker\nLOGFLOW_ALERT_URL=https://hooks.example.com/x\n',
  )
  expect(config.alerts).toMatchObject({
    interval: 30_000,
    variables: {LOGFLOW_ALERT_TOKEN: 'tok-en-1', LOGFLOW_ALERT_URL: 'https://hooks.example.com/x'},
  })
  expect(Object.keys(config.alerts.variables)).toHaveLength(2)
  expect(config.warnings).toHaveLength(1)
  expect(config.warnings[0]).toContain('LOGFLOW_ALERT_lower')
  expect(knownSecrets(config)).toEqual(expect.arrayContaining(['tok-en-1', 'https://hooks.example.com/x']))
})
