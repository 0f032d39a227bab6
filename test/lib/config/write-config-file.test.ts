import {lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {loadConfig} from '../../../src/lib/config/load-config.js'
import {readConfigFile} from '../../../src/lib/config/read-config-file.js'
import {SETTINGS} from '../../../src/lib/config/settings.js'
import {initConfigFile, setInConfigFile, starterText} from '../../../src/lib/config/write-config-file.js'
import {tempFolder} from '../../support/temp-folder.js'

test('set keeps comments and order, and makes what is missing', async () => {
  const path = join(tempFolder(), 'config.yaml')
  writeFileSync(path, '# mine\nbus: embedded # for now\n\nkafka:\n')
  await setInConfigFile(path, 'bus', 'kafka')
  await setInConfigFile(path, 'kafka.brokers', 'a:1,b:2')
  await setInConfigFile(path, 'kafka.partitions', '12')
  await setInConfigFile(path, 'store', 'elasticsearch', 'cluster')
  expect(readFileSync(path, 'utf8')).toBe(
    [
      '# mine',
      'bus: kafka # for now',
      '',
      'kafka:',
      '  brokers:',
      '    - a:1',
      '    - b:2',
      '  partitions: 12',
      'profiles:',
      '  cluster:',
      '    store: elasticsearch',
      '',
    ].join('\n'),
  )
})

test('set makes the file and its folder, for the owner alone, and leaves nothing beside it', async () => {
  const folder = join(tempFolder(), 'a', 'b')
  const path = join(folder, 'config.yaml')
  await setInConfigFile(path, 'kafka.sasl.password', 'secret')
  expect(readFileSync(path, 'utf8')).toBe('kafka:\n  sasl:\n    password: secret\n')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['config.yaml'])
})

test('set follows a link instead of replacing it', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'real.yaml'), '')
  symlinkSync(join(folder, 'real.yaml'), join(folder, 'config.yaml'))
  await setInConfigFile(join(folder, 'config.yaml'), 'topic', 't')
  expect(lstatSync(join(folder, 'config.yaml')).isSymbolicLink()).toBe(true)
  expect(readFileSync(join(folder, 'real.yaml'), 'utf8')).toBe('topic: t\n')
})

test.each([
  ['an unknown key', 'topci', 'x', 'USAGE', 'there is no setting "topci"'],
  [
    'a value that does not fit',
    'bus',
    'kafak',
    'BAD_CONFIG',
    'bus: bus must be one of embedded, kafka, remote, not "kafak"',
  ],
  [
    'a secret that does not fit is not shown',
    'kafka.ssl',
    'x',
    'BAD_CONFIG',
    'kafka.ssl: kafka.ssl must be true or false, not "x"',
  ],
  [
    'no URL',
    'elasticsearch.nodes',
    'ftp://u:secret@x',
    'BAD_CONFIG',
    'elasticsearch.nodes holds something that is not a URL',
  ],
])('set refuses %s and touches nothing', async (_, key, value, code, message) => {
  const path = join(tempFolder(), 'config.yaml')
  writeFileSync(path, 'bus: embedded\n')
  await expect(setInConfigFile(path, key, value)).rejects.toMatchObject({code, message})
  expect(readFileSync(path, 'utf8')).toBe('bus: embedded\n')
})

test('set does not touch a file that is broken', async () => {
  const path = join(tempFolder(), 'config.yaml')
  writeFileSync(path, 'buss: embedded\n')
  await expect(setInConfigFile(path, 'bus', 'kafka')).rejects.toMatchObject({code: 'BAD_CONFIG'})
  expect(readFileSync(path, 'utf8')).toBe('buss: embedded\n')
})

test('where nothing can be written, it says so', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'file'), '')
  await expect(setInConfigFile(join(folder, 'file', 'config.yaml'), 'bus', 'kafka')).rejects.toMatchObject({
    code: 'PERMISSION',
  })
})

test('init writes once, and again only when forced', () => {
  const path = join(tempFolder(), 'config.yaml')
  initConfigFile(path, {force: false})
  expect(readFileSync(path, 'utf8')).toBe(starterText())
  writeFileSync(path, 'bus: kafka\n')
  expect(() => initConfigFile(path, {force: false})).toThrow(/is already there/)
  expect(readFileSync(path, 'utf8')).toBe('bus: kafka\n')
  initConfigFile(path, {force: true})
  expect(readFileSync(path, 'utf8')).toBe(starterText())
})

test('the starter file sets nothing as it is, and every default when its comments are taken away', async () => {
  const home = tempFolder()
  expect((await readConfigFile('x', starterText())).values.size).toBe(0)
  const settings = starterText()
    .split('\n')
    .slice(2)
    .map((line) => line.replace(/^# /, ''))
    .join('\n')
    .split('Settings that are used')[0] as string
  mkdirSync(join(home, '.config/logflow'), {recursive: true})
  writeFileSync(join(home, '.config/logflow/config.yaml'), settings)
  const config = await loadConfig({flags: {}, env: {HOME: home}, cwd: home, platform: 'linux'})
  const fromFile = config.settings.filter(({origin}) => origin.from === 'file').map(({key}) => key)
  expect(fromFile).toEqual(SETTINGS.map(({key}) => key))
})
