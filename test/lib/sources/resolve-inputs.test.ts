import {execFileSync} from 'node:child_process'
import {chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import {gzipSync} from 'node:zlib'
import {expect, test} from 'vitest'
import {resolveInputs} from '../../../src/lib/sources/resolve-inputs.js'
import {seededRandom} from '../../support/random.js'
import {tempFolder} from '../../support/temp-folder.js'

/** A folder with these files, and what arguments resolve to in it, by relative path. */
function folderWith(files: Record<string, string | Buffer>) {
  const cwd = tempFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), {recursive: true})
    writeFileSync(join(cwd, name), content)
  }
  const found = async (args: string[], force = false) => {
    const {inputs, problems} = await resolveInputs(args, {cwd, force})
    return {
      paths: inputs.map((input) => (input.kind === 'stdin' ? '-' : relative(cwd, input.path))),
      problems: problems.map((problem) => problem.error.message.replaceAll(`${cwd}/`, '')),
      codes: problems.map((problem) => problem.error.code),
      kinds: inputs.map((input) => input.kind),
    }
  }
  return {cwd, found}
}

test('files in the order they were named, stdin as -', async () => {
  const {found} = folderWith({'b.log': 'b\n', 'a.log': 'a\n'})
  expect(await found(['b.log', '-', 'a.log', '-'])).toMatchObject({paths: ['b.log', '-', 'a.log'], problems: []})
})

test('a folder gives all files below it by name, hidden ones left out', async () => {
  const {found} = folderWith({
    'logs/b.log': 'b',
    'logs/a/2.log': '2',
    'logs/a/10.log': '10',
    'logs/.hidden': 'x',
    'logs/.git/config': 'x',
    'logs/Z.log': 'z',
  })
  const all = ['logs/Z.log', 'logs/a/10.log', 'logs/a/2.log', 'logs/b.log']
  expect(await found(['logs'])).toMatchObject({paths: all, problems: []})
  expect(await found(['logs/.hidden'])).toMatchObject({paths: ['logs/.hidden']})
})

test('patterns', async () => {
  const {cwd, found} = folderWith({'l/a.log': '1', 'l/b.log': '2', 'l/c.txt': '3', 'l/d/e.log': '4', 'l/.h.log': '5'})
  expect((await found(['l/*.log'])).paths).toEqual(['l/a.log', 'l/b.log'])
  expect((await found(['l/**/*.log'])).paths).toEqual(['l/a.log', 'l/b.log', 'l/d/e.log'])
  expect((await found(['l/{a,c}.*'])).paths).toEqual(['l/a.log', 'l/c.txt'])
  symlinkSync('../l/c.txt', join(cwd, 'l/link.txt'))
  expect((await found(['l/?*k.txt'])).paths).toEqual(['l/link.txt'])
  expect((await found(['l/?.txt'])).paths).toEqual(['l/c.txt'])
  expect(await found(['l/*.gz'])).toMatchObject({paths: [], problems: ['l/*.gz: no file matches this pattern']})
})

test('a path that exists is taken as it is, also when it looks like a pattern', async () => {
  const {found} = folderWith({'app[1].log': 'x', 'app1.log': 'y', 'a (1).log': 'z'})
  expect((await found(['app[1].log', 'a (1).log'])).paths).toEqual(['app[1].log', 'a (1).log'])
})

test('one file through two names is read once', async () => {
  const {cwd, found} = folderWith({'l/a.log': 'a'})
  linkSync(join(cwd, 'l/a.log'), join(cwd, 'l/hard.log'))
  symlinkSync('a.log', join(cwd, 'l/soft.log'))
  symlinkSync('.', join(cwd, 'l/loop'))
  expect(await found(['l', 'l/*.log', 'l/**/*.log', 'l/a.log'])).toMatchObject({paths: ['l/a.log'], problems: []})
})

test('what is missing is a problem of code FILE_UNREADABLE, and the others are taken', async () => {
  const {cwd, found} = folderWith({'a.log': 'a'})
  symlinkSync('nowhere', join(cwd, 'dangling.log'))
  expect(await found(['gone.log', 'a.log', 'a.log/x', 'dangling.log'])).toMatchObject({
    paths: ['a.log'],
    problems: [
      'cannot read gone.log: no such file or directory',
      'cannot read a.log/x: a part of the path is not a directory',
      'cannot read dangling.log: no such file or directory',
    ],
    codes: ['FILE_UNREADABLE', 'FILE_UNREADABLE', 'FILE_UNREADABLE'],
  })
  const dangling = 'cannot read dangling.log: no such file or directory'
  expect(await found(['*.log'])).toMatchObject({paths: ['a.log'], problems: [dangling]})
  expect(await found(['.'])).toMatchObject({paths: ['a.log'], problems: [dangling]})
})

test.skipIf(process.getuid?.() === 0)('without permission (skipped for root, whom nothing is denied)', async () => {
  const {cwd, found} = folderWith({'l/closed/x.log': 'x', 'l/secret.log': 's', 'l/open.log': 'o'})
  chmodSync(join(cwd, 'l/closed'), 0)
  chmodSync(join(cwd, 'l/secret.log'), 0)
  const denied = {
    paths: ['l/open.log'],
    problems: ['cannot read l/closed: permission denied', 'cannot read l/secret.log: permission denied'],
    codes: ['PERMISSION', 'PERMISSION'],
  }
  expect(await found(['l'])).toMatchObject(denied)
  expect(await found(['l/**/*.log'])).toMatchObject(denied)
  chmodSync(join(cwd, 'l/closed'), 0o700)
})

function randomBytes(count: number): Buffer {
  const random = seededRandom(7)
  return Buffer.from(Array.from({length: count}, () => Math.floor(random() * 256)))
}

test.each([
  ['random bytes', randomBytes(20_000), 'x looks like binary data'],
  ['NUL bytes only', Buffer.alloc(5_000), 'x looks like binary data'],
  ['UTF-16 without a mark', Buffer.from('no mark here '.repeat(99), 'utf16le'), 'x looks like binary data'],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4]), 'x looks like xz compressed'],
  ['a program', Buffer.concat([Buffer.from('\x7fELF'), randomBytes(999)]), 'x looks like a program'],
])('%s: skipped with a word, unless forced', async (_, bytes, message) => {
  const {found} = folderWith({x: bytes, 'y.log': 'y\n'})
  expect(await found(['.', 'x'])).toMatchObject({paths: ['y.log'], problems: [message]})
  expect(await found(['.'], true)).toMatchObject({paths: ['x', 'y.log'], problems: []})
})

test.each([
  ['an empty file', ''],
  ['some NUL bytes', 'one\0two\nthree\0\nfour\n'],
  ['a hole of NUL bytes that a crash left', Buffer.concat([Buffer.alloc(4096), Buffer.from('2026-01-01 back\n')])],
  ['Latin-1', Buffer.from('größer als übliche Straßen äöü\n'.repeat(50), 'latin1')],
  ['GBK', Buffer.from('c4e3bac3cac0bde7'.repeat(200), 'hex')],
  ['colours', '\x1b[31mred\x1b[0m\n'.repeat(100)],
  ['UTF-16 with a mark', Buffer.from('\ufefftext\n', 'utf16le')],
  ['gzip', gzipSync('text\n')],
  ['a line that begins like bzip2', 'BZh is how this line begins\n'],
])('%s: is text', async (_, bytes) => {
  const {found} = folderWith({x: bytes})
  expect(await found(['x'])).toMatchObject({paths: ['x'], problems: [], kinds: ['file']})
})

test.skipIf(process.platform === 'win32')(
  'a named pipe is read when it is named, and left alone in a folder',
  async () => {
    const {cwd, found} = folderWith({'a.log': 'a'})
    execFileSync('mkfifo', [join(cwd, 'pipe')])
    expect(await found(['pipe'])).toMatchObject({paths: ['pipe'], kinds: ['pipe'], problems: []})
    expect(await found(['.', '*'])).toMatchObject({paths: ['a.log'], problems: []})
  },
)

test.skipIf(process.platform !== 'linux')(
  'a file that the system makes up while it is read counts as a pipe',
  async () => {
    const {inputs} = await resolveInputs(['/proc/self/status'], {cwd: '/'})
    expect(inputs).toEqual([{kind: 'pipe', path: '/proc/self/status'}])
  },
)
