import {spawn, spawnSync} from 'node:child_process'
import {closeSync, existsSync, openSync, readFileSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {Parser} from '@oclif/core'
import {beforeAll, describe, expect, test} from 'vitest'
import {loadAll} from '../../src/cli/all-commands.js'
import {globalFlags} from '../../src/cli/global-flags.js'
import {COMMANDS} from '../../src/cli/registry.js'
import {commandLines} from '../support/command-lines.js'
import {BINARY, buildLogflow, cleanEnv, emptyHome, runLogflow} from '../support/run-logflow.js'

// What every command promises (docs/commands.md, "Exit codes"; docs/find.md, "Output"), held over every command there is.

const ROOT = resolve(import.meta.dirname, '../..')
const IDS = Object.keys(COMMANDS).sort()
const CLASSES = await loadAll()

interface FlagShape {
  type: 'boolean' | 'option'
  description?: string
  multiple?: boolean
  multipleNonGreedy?: boolean
}

interface ArgShape {
  description?: string
  required?: boolean
  ignoreStdin?: boolean
}

beforeAll(buildLogflow)

test('every command file is registered', async () => {
  const {readdirSync} = await import('node:fs')
  const files = readdirSync(join(ROOT, 'src/commands'), {recursive: true, encoding: 'utf8'})
  const ids = files.filter((file) => file.endsWith('.ts')).map((file) => file.replace(/\.ts$/, '').replaceAll('/', ':'))
  expect(ids.sort()).toEqual(IDS)
})

test('the manifest is current', async () => {
  const child = spawn(process.execPath, [join(ROOT, 'tools/manifest.mjs'), '--check'], {stdio: 'pipe'})
  const said = await new Response(child.stderr as unknown as ReadableStream).text()
  expect(said).toBe('')
})

describe.each(IDS)('%s', (id) => {
  const words = id.split(':')
  const CommandClass = CLASSES[id] as NonNullable<(typeof CLASSES)[string]>
  const flags = CommandClass.flags as Record<string, FlagShape>
  const args = CommandClass.args as Record<string, ArgShape>
  const needed = Object.values(args)
    .filter(({required}) => required)
    .map(() => 'x')

  test('explains itself: summary, every flag and argument, the global flags', () => {
    expect(CommandClass.summary).toMatch(/^[A-Z].*[^.]$/)
    for (const [name, flag] of Object.entries(flags)) expect(flag.description, `--${name}`).toBeTruthy()
    for (const [name, arg] of Object.entries(args)) expect(arg.description, name).toBeTruthy()
    expect(Object.keys(flags)).toEqual(expect.arrayContaining(Object.keys(globalFlags)))
  })

  test('takes nothing that is not meant for it: no argument from stdin, no argument into a list flag', () => {
    for (const [name, arg] of Object.entries(args)) expect(arg.ignoreStdin, name).toBe(true)
    for (const [name, flag] of Object.entries(flags)) {
      if (flag.multiple) expect(flag.multipleNonGreedy, `--${name}`).toBe(true)
    }
  })

  test('has examples that are command lines of its own', async () => {
    const examples = (CommandClass.examples ?? []) as string[]
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) {
      const line = example.replaceAll('<%= config.bin %>', 'logflow')
      const own = commandLines(line).find((call) => call.words.slice(1, words.length + 1).join(' ') === words.join(' '))
      expect(own, line).toBeDefined()
      const argv = own?.words ?? []
      const parsed = await Parser.parse(argv.slice(words.length + 1), {
        flags: CommandClass.flags,
        args: CommandClass.args,
        strict: CommandClass.strict,
      })
      expect(parsed.nonExistentFlags, line).toEqual([])
    }
  })

  test('--help says how to use it', async () => {
    const ran = await runLogflow([...words, '--help'])
    expect(ran).toMatchObject({status: 0, stderr: ''})
    expect(ran.stdout).toContain(CommandClass.summary)
    expect(ran.stdout).toMatch(/\nUSAGE\n {2}\$ logflow /)
    // All of the description: oclif by itself shows the last of several lines.
    for (const line of (CommandClass.description ?? '').split('\n'))
      expect(ran.stdout.replace(/\s+/g, ' ')).toContain(line.replace(/\s+/g, ' '))
    expect(ran.stdout).toMatch(/\nEXAMPLES\n/)
    expect(ran.stdout).not.toContain('\x1b')
    expect(ran.stdout).not.toMatch(/<%|undefined|\[object/)
  })

  test('an unknown flag is wrong use: one line, a hint, nothing on stdout', async () => {
    const ran = await runLogflow([...words, ...needed, '--nonsense-flag'])
    expect(ran).toMatchObject({
      status: 2,
      stdout: '',
      stderr: 'error: unknown flag --nonsense-flag\n  Run the command with --help to see how it is used\n',
    })
  })

  test('a flag that is nearly right gets the right one named', async () => {
    const ran = await runLogflow([...words, ...needed, '--outptu=json'])
    expect(ran).toMatchObject({
      status: 2,
      stdout: '',
      stderr: 'error: unknown flag --outptu\n  Did you mean --output?\n',
    })
  })

  test('an unknown output format is wrong use', async () => {
    const ran = await runLogflow([...words, ...needed, '--output', 'jsno'])
    expect(ran.status).toBe(2)
    expect(ran.stderr).toBe(
      'error: --output must be one of pretty, jsonl, json, table, csv, logfmt, raw, not "jsno"\n  Did you mean json?\n',
    )
  })

  test('a broken config file is named with line and column, also under --json', async () => {
    const home = emptyHome()
    const file = join(home, 'broken.yaml')
    writeFileSync(file, '# mine\nkafak:\n  brokers: x\n')
    const ran = await runLogflow([...words, ...needed, '--json', '--config', file], {home})
    expect(ran).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `error: ${file}:2:1: unknown key kafak\n  Did you mean kafka?\n`,
    })
  })
})

test.skipIf(!existsSync('/dev/full'))('an output that takes nothing is told in one line, also by --version', () => {
  const full = openSync('/dev/full', 'w')
  for (const word of ['--version', '--help', 'doctor']) {
    const {status, stderr} = spawnSync(process.execPath, [BINARY, word], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
      env: cleanEnv({HOME: emptyHome()}),
    })
    expect(status, word).toBe(6)
    expect(stderr, word).toMatch(/^error: .*(the disk is full|ENOSPC).*\n$/)
  }
  closeSync(full)
})

test.each([
  ['ship', ''],
  ['parse', ''],
  ['search', '--file', ''],
])('a file with no name is wrong use, not the folder we are in: %s %s %s', async (...argv) => {
  const stderr = 'error: the name of a file is empty\n'
  expect(await runLogflow(argv)).toMatchObject({status: 2, stdout: '', stderr})
})

test('--version says it without a word more', async () => {
  const {version} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const ran = await runLogflow(['--version'])
  const expected = `logflow/${version} ${process.platform}-${process.arch} node-${process.version}\n`
  expect(ran).toMatchObject({status: 0, stderr: '', stdout: expected})
})

test('without a command, all commands are listed', async () => {
  const bare = await runLogflow([])
  const help = await runLogflow(['--help'])
  expect(bare).toEqual(help)
  expect(bare).toMatchObject({status: 0, stderr: ''})
  for (const id of IDS) expect(bare.stdout).toContain(id.split(':')[0])
})

test('a topic lists its commands, `help` is another way to ask', async () => {
  const topic = await runLogflow(['config'])
  expect(topic.status).toBe(0)
  expect(topic.stdout).toContain('config set')
  expect(await runLogflow(['help', 'config', 'set'])).toEqual(await runLogflow(['config', 'set', '-h']))
})

test.each([
  [['confgi'], 'error: there is no command "confgi"\n  try  logflow config --help  to see how it is used\n'],
  [
    ['config', 'lsit'],
    'error: there is no command "config lsit"\n  try  logflow config list --help  to see how it is used\n',
  ],
  [
    ['--profile', 'x', 'search'],
    'error: --profile is not known here: flags follow the command\n  try  logflow COMMAND --help  to see the flags of a command\n  or   logflow --help          to see all commands\n',
  ],
  [['xyzzy', '--json'], 'error: there is no command "xyzzy"\n  try  logflow --help  to see all commands\n'],
])('%j is no command', async (argv, stderr) => {
  expect(await runLogflow(argv)).toMatchObject({status: 2, stdout: '', stderr})
})

test('a missing argument is named', async () => {
  const ran = await runLogflow(['config', 'set', 'bus'])
  expect(ran).toMatchObject({status: 2, stdout: ''})
  expect(ran.stderr).toMatch(/^error: missing VALUE\n/)
})

test('--verbose adds where it happened, nothing else does', async () => {
  const quiet = await runLogflow(['config', 'get', 'bsu'])
  expect(quiet.stderr).toBe('error: there is no setting "bsu"\n  Did you mean bus?\n')
  const verbose = await runLogflow(['config', 'get', 'bsu', '--verbose'])
  expect(verbose.stderr.startsWith(quiet.stderr)).toBe(true)
  expect(verbose.stderr).toMatch(/\n +at /)
})

test('colours: none in a pipe, --color always there too, never when told', async () => {
  const colored = async (args: string[], env = {}) =>
    (await runLogflow(['config', 'list', '-o', 'table', ...args], {env})).stdout.includes('\x1b[')
  expect(await colored([])).toBe(false)
  expect(await colored(['--color', 'always'])).toBe(true)
  expect(await colored([], {FORCE_COLOR: '1', NO_COLOR: '1'})).toBe(false)
  expect(await colored([], {LOGFLOW_COLOR: 'always'})).toBe(true)
  expect(await colored(['--color', 'never'], {LOGFLOW_COLOR: 'always'})).toBe(false)
})

test('a reader that goes away is a normal end', async () => {
  const ran = await runLogflow(['generate', '--count', '200000', '--seed', '1'], {readOnly: 100})
  expect(ran).toMatchObject({status: 0, stderr: '', signal: null})
})

const hasBash = spawnSync('bash', ['-c', 'true']).status === 0

test.skipIf(!hasBash || process.platform !== 'linux')(
  'a silent tail ends when nobody reads its pipe any more',
  async () => {
    const home = emptyHome()
    writeFileSync(join(home, 'app.log'), '2026-11-21T09:41:07Z INFO shop: one\n2026-11-21T09:41:08Z INFO shop: two\n')
    expect((await runLogflow(['ship', 'app.log'], {home})).status).toBe(0)
    const line = `"$0" "$1" tail -o raw | head -1; echo "status \${PIPESTATUS[0]}"`
    const child = spawn('bash', ['-c', line, process.execPath, BINARY], {
      cwd: home,
      env: cleanEnv({HOME: home}),
      timeout: 20_000,
    })
    expect(await new Response(child.stdout as unknown as ReadableStream).text()).toBe('one\nstatus 0\n')
  },
)

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 0],
] as const)('%s ends a live command cleanly with status %i', async (signal, status) => {
  const home = emptyHome()
  writeFileSync(join(home, 'app.log'), '2026-11-21T09:41:07Z INFO shop: one\n')
  expect((await runLogflow(['ship', 'app.log'], {home})).status).toBe(0)
  const child = spawn(process.execPath, [BINARY, 'tail', '-o', 'jsonl'], {
    cwd: home,
    env: cleanEnv({HOME: home}),
    timeout: 20_000,
  })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk)
  })
  child.stdout.once('data', () => child.kill(signal))
  const ended = await new Promise((done) => child.on('close', (code, by) => done({code, by})))
  expect(ended).toEqual({code: status, by: null})
  expect(stderr).toBe('')
})

test.skipIf(!existsSync('/dev/full'))('a full disk under the output is exit status 6, in one line', async () => {
  const full = openSync('/dev/full', 'w')
  const child = spawn(process.execPath, [BINARY, 'config', 'list'], {
    env: cleanEnv({HOME: emptyHome()}),
    stdio: ['ignore', full, 'pipe'],
  })
  const ended = new Promise((done) => child.on('close', done))
  const stderr = await new Response(child.stderr as unknown as ReadableStream).text()
  closeSync(full)
  expect([await ended, stderr]).toEqual([6, 'error: cannot write the output: the disk is full\n'])
})

test('a failure that nobody waited for is told in one line as well', async () => {
  const home = emptyHome()
  const preload = join(home, 'fail-later.cjs')
  writeFileSync(preload, "setTimeout(() => Promise.reject(new Error('boom')), 300)\n")
  const ran = await runLogflow(['tail'], {home, env: {NODE_OPTIONS: `--require ${preload}`}})
  expect(ran).toMatchObject({
    status: 70,
    stdout: '',
    stderr: 'error: internal error: boom\n  Run it again with --verbose to see where it happened\n',
  })
})

test('works through a symlink, from anywhere, with a cache it cannot write', async () => {
  const {chmodSync, symlinkSync, mkdirSync} = await import('node:fs')
  const home = emptyHome()
  const link = join(home, 'logflow')
  symlinkSync(BINARY, link)
  mkdirSync(join(home, '.cache'))
  chmodSync(join(home, '.cache'), 0o500)
  const child = spawn(process.execPath, [link, 'config', 'get', 'bus'], {cwd: home, env: cleanEnv({HOME: home})})
  expect(await new Response(child.stdout as unknown as ReadableStream).text()).toBe(
    '{"key":"bus","value":"embedded","from":"default"}\n',
  )
})

test('runs from its sources as well', async () => {
  const child = spawn(process.execPath, [join(ROOT, 'bin/dev.js'), 'config', 'get', 'store', '-o', 'raw'], {
    env: cleanEnv({HOME: emptyHome()}),
  })
  expect(await new Response(child.stdout as unknown as ReadableStream).text()).toBe('embedded\n')
})
