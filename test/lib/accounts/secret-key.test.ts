import {chmodSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {checkSecretKey, openSecretKey} from '../../../src/lib/accounts/secret-key.js'
import {tempFolder} from '../../support/temp-folder.js'

test('without the setting one is made, once, for its owner alone', async () => {
  const dataDir = join(tempFolder(), 'new', 'folder')
  const keys = await Promise.all([1, 2, 3, 4].map(() => openSecretKey({api: {}, dataDir})))
  expect(keys[0]).toHaveLength(32)
  for (const key of keys) expect(key).toEqual(keys[0])
  expect(await openSecretKey({api: {}, dataDir})).toEqual(keys[0])
  expect(readdirSync(dataDir)).toEqual(['secret.key'])
  expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600)
})

test('the setting is taken as it is, and no file is made', async () => {
  const dataDir = tempFolder()
  const secretKey = 's'.repeat(32)
  const key = await openSecretKey({api: {secretKey}, dataDir, environment: 'production'})
  expect(new TextDecoder().decode(key)).toBe(secretKey)
  expect(readdirSync(dataDir)).toEqual([])
})

test.each([
  [{api: {}, environment: 'production'}, 'api.secret_key is not set, which production needs'],
  [{api: {}, environment: 'Production'}, 'api.secret_key is not set, which production needs'],
  [{api: {secretKey: 'x'.repeat(31)}}, 'api.secret_key is shorter than 32 characters'],
  [{api: {secretKey: 'changeme'}, environment: 'production'}, 'api.secret_key is shorter than 32 characters'],
])('%j does not start', (settings, message) => {
  const error = expect.objectContaining({code: 'BAD_CONFIG', message})
  expect(() => checkSecretKey({...settings, dataDir: '/nowhere'})).toThrow(error)
})

test.skipIf(process.platform === 'win32')('a file that others may read is not used', async () => {
  const dataDir = tempFolder()
  await openSecretKey({api: {}, dataDir})
  const path = join(dataDir, 'secret.key')
  chmodSync(path, 0o640)
  await expect(openSecretKey({api: {}, dataDir})).rejects.toMatchObject({
    code: 'PERMISSION',
    suggestions: [`chmod 600 ${path}`, 'Or set SECRET_KEY in the environment'],
  })
})

test('a file that was cut off is not used, and stays as it is', async () => {
  const dataDir = tempFolder()
  const path = join(dataDir, 'secret.key')
  writeFileSync(path, 'abc', {mode: 0o600})
  await expect(openSecretKey({api: {}, dataDir})).rejects.toMatchObject({code: 'PERMISSION'})
  expect(readFileSync(path, 'utf8')).toBe('abc')
})
