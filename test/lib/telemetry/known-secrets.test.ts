import {expect, test} from 'vitest'
import {loadConfig} from '../../../src/lib/config/load-config.js'
import {knownSecrets} from '../../../src/lib/telemetry/known-secrets.js'

test('passwords in the parameters of a URL are known as those before the host are', async () => {
  const env = {
    HOME: '/nowhere',
    LOGFLOW_DATABASE_URL: 'postgres://ada:before%20it@db/x?password=behind%20it&sslpassword=third',
  }
  const config = await loadConfig({flags: {}, env, cwd: '/', platform: 'linux'})
  expect(knownSecrets(config)).toEqual(expect.arrayContaining(['before it', 'behind it', 'third']))
})
