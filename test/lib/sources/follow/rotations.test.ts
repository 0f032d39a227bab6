import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import {gzipSync} from 'node:zlib'
import {expect, test} from 'vitest'
import {followFolder} from './follow-folder.js'

const WAIT = {timeout: 30_000}

/** `app.log` holds `1 a`, which was followed, and `2 b`, which came after its follower had ended. */
async function leftInTheMiddle() {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '1 a\n')
  const first = await start(['app.log'])
  await expect.poll(first.texts, WAIT).toEqual(['1 a'])
  await first.end()
  appendFileSync(path('app.log'), '2 b\n')
  return {path, start, first}
}

test('cut without a copy: what was read stays, the gap is told, what follows is another source', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '1 a\n2 b\n3 c\n')
  const {texts, units, notices, end} = await start(['app.log'])
  await expect.poll(texts, WAIT).toEqual(['1 a', '2 b', '3 c'])
  truncateSync(path('app.log'), 0)
  appendFileSync(path('app.log'), '4 new\n')
  await expect.poll(texts, WAIT).toEqual(['1 a', '2 b', '3 c', '4 new'])
  expect(notices).toContainEqual({kind: 'truncated', path: path('app.log'), readTo: 12, lost: 0})
  expect(units[3]?.source).not.toBe(units[0]?.source)
  await end()
})

test('cut and at once longer than before: seen by the bytes that were read last', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '1 a\n2 b\n')
  const {texts, units, end} = await start(['app.log'])
  await expect.poll(texts, WAIT).toEqual(['1 a', '2 b'])
  writeFileSync(path('app.log'), '1 a\n9 other\n8 content\n')
  await expect.poll(texts, WAIT).toEqual(['1 a', '2 b', '1 a', '9 other', '8 content'])
  expect(units[2]?.source).not.toBe(units[0]?.source)
  await end()
})

test.each(['app.log', '.'])(
  'copied and cut, following %s: the rest is read from the copy, nothing twice',
  async (arg) => {
    const {path, start} = followFolder()
    writeFileSync(path('app.log'), '1 a\n2 b\n')
    const {texts, units, notices, end} = await start([arg])
    await expect.poll(texts, WAIT).toEqual(['1 a', '2 b'])
    appendFileSync(path('app.log'), '3 c\n')
    copyFileSync(path('app.log'), path('app.log.1'))
    truncateSync(path('app.log'), 0)
    appendFileSync(path('app.log'), '4 new\n')
    await expect.poll(() => texts().sort(), WAIT).toEqual(['1 a', '2 b', '3 c', '4 new'])
    const sources = new Map(units.map(({text, source}) => [text, source]))
    expect(sources.get('3 c')).toBe(sources.get('1 a'))
    expect(sources.get('4 new')).not.toBe(sources.get('1 a'))
    await end()
    expect(notices.filter(({kind}) => kind === 'truncated')).toEqual([])
    const again = await start([arg])
    appendFileSync(path('app.log'), '5 e\n')
    await expect.poll(again.texts, WAIT).toContain('5 e')
    await again.end()
    expect(again.texts()).toEqual(['5 e'])
  },
)

test('a copy that lies there for a while before the file is cut is not a file of its own', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '1 a\n2 b\n')
  const {texts, notices, end} = await start(['.'])
  await expect.poll(texts, WAIT).toEqual(['1 a', '2 b'])
  copyFileSync(path('app.log'), path('app.log.1'))
  await expect.poll(() => notices, WAIT).toContainEqual({kind: 'new-file', path: path('app.log.1')})
  await new Promise((resolve) => setTimeout(resolve, 300))
  truncateSync(path('app.log'), 0)
  appendFileSync(path('app.log'), '3 new\n')
  await expect.poll(texts, WAIT).toContain('3 new')
  await end()
  expect(texts()).toEqual(['1 a', '2 b', '3 new'])
})

test('two files that begin with the same kilobyte and go on otherwise are two', async () => {
  const {path, start} = followFolder()
  const banner = `${'banner '.repeat(200)}\n`
  writeFileSync(path('app-1.log'), `${banner}1 a\n`)
  writeFileSync(path('app-2.log'), `${banner}2 b\n`)
  const {texts, units, end} = await start(['.'])
  await expect.poll(texts, WAIT).toHaveLength(4)
  await end()
  expect(texts()).toEqual(expect.arrayContaining(['1 a', '2 b']))
  expect(new Set(units.map(({source}) => source)).size).toBe(2)
})

test('deleted: its end is read from the open descriptor; made again, perhaps with the same inode, it is new', async () => {
  const {path, start} = followFolder()
  writeFileSync(path('app.log'), '1 a\n')
  const {texts, units, notices, end} = await start(['app.log'])
  await expect.poll(texts, WAIT).toEqual(['1 a'])
  appendFileSync(path('app.log'), '2 b\n')
  rmSync(path('app.log'))
  writeFileSync(path('app.log'), '1 a\n3 c\n')
  await expect.poll(() => texts().sort(), WAIT).toEqual(['1 a', '1 a', '2 b', '3 c'])
  await end()
  expect(notices).toContainEqual({kind: 'gone', path: path('app.log')})
  expect(new Set(units.map(({source}) => source)).size).toBe(2)
})

test('rotated while nobody followed: the rest is found under its new name, though that was not named', async () => {
  const {path, start} = await leftInTheMiddle()
  renameSync(path('app.log'), path('app.log.1'))
  writeFileSync(path('app.log'), '3 c\n')
  const second = await start(['app.log'])
  await expect.poll(() => second.texts().sort(), WAIT).toEqual(['2 b', '3 c'])
  await second.end()
})

test('copied and cut while nobody followed: the rest is read out of the copy', async () => {
  const {path, start, first} = await leftInTheMiddle()
  copyFileSync(path('app.log'), path('app.log.1'))
  renameSync(path('app.log.1'), path('app.log.2'))
  truncateSync(path('app.log'))
  appendFileSync(path('app.log'), '3 c\n')
  const second = await start(['app.log'])
  await expect.poll(() => second.texts().sort(), WAIT).toEqual(['2 b', '3 c'])
  await second.end()
  expect(second.units.find(({text}) => text === '2 b')?.source).toBe(first.units[0]?.source)
})

test('rotated and compressed while nobody followed: the rest is read out of it', async () => {
  const {path, start, first} = await leftInTheMiddle()
  writeFileSync(path('app.log.1.gz'), gzipSync(readFileSync(path('app.log'))))
  rmSync(path('app.log'))
  writeFileSync(path('app.log'), '3 c\n')
  const second = await start(['app.log'])
  await expect.poll(() => second.texts().sort(), WAIT).toEqual(['2 b', '3 c'])
  await second.end()
  expect(second.units.find(({text}) => text === '2 b')?.source).toBe(first.units[0]?.source)
})

test('what is being looked for goes on through rotations', async () => {
  const {path, start} = await leftInTheMiddle()
  writeFileSync(path('app.log.1.gz'), gzipSync(readFileSync(path('app.log'))))
  rmSync(path('app.log'))
  writeFileSync(path('app.log'), '3 c\n')
  const second = await start(['app.log'])
  for (let n = 1; n < 30; n++) {
    renameSync(path(`app.log.${n}.gz`), path(`app.log.${n + 1}.gz`))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await expect.poll(() => second.texts().sort(), WAIT).toEqual(['2 b', '3 c'])
  await second.end()
})

test('compressed in the folder that is followed: once, and no line of it again', async () => {
  const {path, start} = followFolder()
  mkdirSync(path('logs'))
  writeFileSync(path('logs/app.log'), '1 a\n2 b\n')
  const {texts, end} = await start(['logs'])
  await expect.poll(texts, WAIT).toEqual(['1 a', '2 b'])
  writeFileSync(path('logs/app.log.1.gz'), gzipSync(readFileSync(path('logs/app.log'))))
  rmSync(path('logs/app.log'))
  writeFileSync(path('logs/other.log.gz'), gzipSync('x 1\nx 2\n'))
  await expect.poll(texts, WAIT).toContain('x 2')
  await end()
  expect(texts()).toEqual(['1 a', '2 b', 'x 1', 'x 2'])
})
