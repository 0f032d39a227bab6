import {spawnSync} from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {join, resolve} from 'node:path'
import {beforeAll, expect, test} from 'vitest'
import {buildLogflow, cleanEnv} from '../support/run-logflow.js'
import {tempFolder} from '../support/temp-folder.js'

// The code cache only ever saves time: whatever becomes of it, the answer is the same.

const ROOT = resolve(import.meta.dirname, '../..')

beforeAll(buildLogflow)

/** A package of its own, so that its cache can be damaged. */
function installed() {
  const root = tempFolder()
  mkdirSync(join(root, 'dist'))
  cpSync(join(ROOT, 'bin'), join(root, 'bin'), {recursive: true})
  cpSync(join(ROOT, 'package.json'), join(root, 'package.json'))
  cpSync(join(ROOT, 'dist/logflow.cjs'), join(root, 'dist/logflow.cjs'))
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  const home = join(root, 'home')
  mkdirSync(home)
  const cache = join(root, 'dist/cache')
  return {
    root,
    home,
    cache,
    caches: () => (existsSync(cache) ? readdirSync(cache) : []),
    run: (...args: string[]) => {
      const ran = spawnSync(process.execPath, [join(root, 'bin/run.js'), ...args], {
        env: cleanEnv({HOME: home}),
        encoding: 'utf8',
      })
      return {status: ran.status, stdout: ran.stdout, stderr: ran.stderr}
    },
  }
}

const ANSWER = {status: 0, stdout: '{"key":"bus","value":"embedded","from":"default"}\n', stderr: ''}

test('made on first use, one a command, and used from then on', () => {
  const {run, caches, cache} = installed()
  expect(run('config', 'get', 'bus')).toEqual(ANSWER)
  const [name] = caches()
  expect(caches()).toHaveLength(1)
  expect(name).toMatch(
    new RegExp(`^[0-9a-f]{16}-${process.version.replaceAll('.', '\\.')}-${process.arch}-config-get\\.code$`),
  )
  const made = statSync(join(cache, name as string)).mtimeMs
  expect(run('config', 'get', 'bus')).toEqual(ANSWER)
  expect(statSync(join(cache, name as string)).mtimeMs).toBe(made)
  expect(run('config', 'list', '--help').status).toBe(0)
  expect(caches()).toHaveLength(2)
})

test('words that are no command, and runs that fail, leave none', () => {
  const {run, caches} = installed()
  expect(run('no', 'such').status).toBe(2)
  expect(run('search', '--nonsense').status).toBe(2)
  expect(caches()).toEqual([])
})

test.each([
  ['empty', () => Buffer.alloc(0)],
  ['cut short', (data: Buffer) => data.subarray(0, data.length >> 1)],
  ['of another file', () => Buffer.from('something else entirely')],
])('one that is %s is put right in silence', (_, damage) => {
  const {run, caches, cache} = installed()
  run('config', 'get', 'bus')
  const file = join(cache, caches()[0] as string)
  const whole = readFileSync(file)
  writeFileSync(file, damage(whole))
  expect(run('config', 'get', 'bus')).toEqual(ANSWER)
  expect(Math.abs(statSync(file).size - whole.length)).toBeLessThan(whole.length / 10)
})

test('an older bundle’s cache is not used for a newer one of the same length', () => {
  const {run, root, caches} = installed()
  run('config', 'get', 'bus')
  const file = join(root, 'dist/logflow.cjs')
  const text = readFileSync(file, 'latin1')
  const changed = text.replace(/^\/\*[0-9a-f]{16}\*\//, '/*0123456789abcdef*/').replaceAll('"embedded"', '"imbedded"')
  expect(changed).toHaveLength(text.length)
  writeFileSync(file, changed, 'latin1')
  expect(run('config', 'get', 'bus').stdout).toContain('imbedded')
  expect(caches()).toHaveLength(2)
})

test.skipIf(process.getuid?.() === 0)('where the package cannot be written, it is kept in the user’s cache', () => {
  const {run, root, home, caches} = installed()
  chmodSync(join(root, 'dist'), 0o500)
  expect(run('config', 'get', 'bus')).toEqual(ANSWER)
  chmodSync(join(root, 'dist'), 0o700)
  expect(caches()).toEqual([])
  expect(readdirSync(join(home, '.cache/logflow/code'))).toHaveLength(1)
})

test('where nothing can be written, it still runs', () => {
  const {run, cache, home} = installed()
  writeFileSync(cache, 'a file where the folder should be')
  writeFileSync(join(home, '.cache'), 'here too')
  expect(run('config', 'get', 'bus')).toEqual(ANSWER)
})

test('before it is built, it says so', () => {
  const {run, root} = installed()
  writeFileSync(join(root, 'dist/logflow.cjs'), '')
  cpSync(join(ROOT, 'bin'), join(root, 'elsewhere/bin'), {recursive: true})
  const ran = spawnSync(process.execPath, [join(root, 'elsewhere/bin/run.js'), 'search'], {encoding: 'utf8'})
  expect(ran).toMatchObject({
    status: 70,
    stdout: '',
    stderr: 'error: logflow is not built\n  npm install  in its folder builds it\n',
  })
  expect(run('--version').status).toBe(0)
})
