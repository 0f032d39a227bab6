import {type ChildProcess, fork} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, onTestFinished, test} from 'vitest'
import type {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import {type Checkpoint, resumeFrom} from '../../../../src/lib/sources/checkpoints/checkpoint.js'
import {forgetCheckpoints, listCheckpoints} from '../../../../src/lib/sources/checkpoints/list-checkpoints.js'
import {openCheckpoints} from '../../../../src/lib/sources/checkpoints/open-checkpoints.js'
import {buildChild} from '../../../support/build-child.js'
import {tempFolder} from '../../../support/temp-folder.js'

const DAY = 86_400_000
const day = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * DAY)

function point(source: string, offset: number, more: Partial<Checkpoint> = {}): Checkpoint {
  const place = {path: `/var/log/${source}`, device: '1', inode: '2'}
  return {source, ...place, offset, line: 1 + Math.floor(offset / 10), updated: day(0).toISOString(), ...more}
}

/** A folder for checkpoints; `open` as a process of its own would on that day. */
function setup() {
  const root = tempFolder()
  const dir = join(root, 'checkpoints')
  const problems: LogflowError[] = []
  const open = async (at = 0) => {
    const opened = await openCheckpoints(dir, {
      now: () => day(at),
      keepAgeMs: 30 * DAY,
      onProblem: (problem) => problems.push(problem),
    })
    let closed = false
    const close = async () => {
      if (!closed) await opened.close()
      closed = true
    }
    onTestFinished(close)
    return {...opened, close}
  }
  const files = () => readdirSync(dir).filter((name) => name.endsWith('.json'))
  const onlyFile = () => join(dir, files()[0] as string)
  return {root, dir, problems, open, files, onlyFile}
}

test('what was saved is there for the next follower, and the furthest counts whatever the clock says', async () => {
  const {open, files} = setup()
  const first = await open()
  await first.save([point('a', 10), point('b', 20, {last: {offset: 10, line: 2}})])
  await first.save([point('a', 30, {updated: day(-5).toISOString()})])
  expect(first.of('a')?.offset).toBe(30)
  await first.close()
  const second = await open(1)
  expect(second.all().map(({source, offset}) => [source, offset])).toEqual([
    ['a', 30],
    ['b', 20],
  ])
  expect(second.of('b')).toEqual(point('b', 20, {last: {offset: 10, line: 2}}))
  expect(second.of('c')).toBeUndefined()
  await second.save([point('a', 40), point('b', 50)])
  await second.close()
  await open(2)
  expect(files()).toHaveLength(1)
})

test('reading goes on at the checkpoint, from the unit before it where that is known', () => {
  expect(resumeFrom(point('a', 10))).toEqual({startOffset: 10, startLine: 2})
  expect(resumeFrom(point('a', 20, {last: {offset: 10, line: 2}}))).toEqual({
    startOffset: 10,
    startLine: 2,
    handOutFrom: 20,
  })
})

test('the file is readable JSON, a line a source, and for its owner alone', async () => {
  const {open, onlyFile} = setup()
  const checkpoints = await open()
  await checkpoints.save([point('a', 10), point('b', 20)])
  const text = readFileSync(onlyFile(), 'utf8')
  expect(JSON.parse(text)).toMatchObject({layout: 1, pid: process.pid, checkpoints: [{source: 'a'}, {source: 'b'}]})
  expect(text.split('\n')[1]).toBe(`${JSON.stringify(point('a', 10))},`)
  if (process.platform !== 'win32') expect(statSync(onlyFile()).mode & 0o777).toBe(0o600)
})

const DAMAGE: Array<[string, (text: string) => string]> = [
  ['torn', (text) => text.slice(0, text.length / 2)],
  ['empty', () => ''],
  ['zeroed', (text) => '\0'.repeat(text.length)],
  ['garbage', () => '\u0001\u0002 no checkpoints'],
  ['of another kind', () => '{"layout":1,"pid":1,"checkpoints":[{"source":1}]}'],
  ['JSON of nothing', () => 'null'],
  ['with a digit flipped', (text) => text.replace('"offset":10', '"offset":90')],
  ['with a source lost', (text) => text.replace(/^.*"source":"b".*\n/m, '').replace('},\n]', '}\n]')],
]

test.each(DAMAGE)('a file that is %s is told, set aside, and not trusted half', async (_name, damage) => {
  const {dir, open, problems, onlyFile, files} = setup()
  const first = await open()
  await first.save([point('a', 10), point('b', 20)])
  await first.close()
  const damaged = damage(readFileSync(onlyFile(), 'utf8'))
  writeFileSync(onlyFile(), damaged)
  const listed: LogflowError[] = []
  expect(await listCheckpoints(dir, (problem) => listed.push(problem))).toEqual([])
  expect(listed.map(({code}) => code)).toEqual(['CORRUPT'])
  const second = await open()
  expect(second.all()).toEqual([])
  expect(problems).toMatchObject([{code: 'CORRUPT', message: expect.stringContaining('set aside as')}])
  expect(files()).toEqual([])
  const aside = readdirSync(dir).filter((name) => name.endsWith('.damaged'))
  expect(readFileSync(join(dir, aside[0] as string), 'utf8')).toBe(damaged)
  await second.save([point('a', 5)])
  await second.close()
  expect((await open()).of('a')?.offset).toBe(5)
  expect(problems).toHaveLength(1)
})

test('a half-written file beside the saved one, as a kill leaves it, changes nothing', async () => {
  const {open, onlyFile, problems} = setup()
  const first = await open()
  await first.save([point('a', 10)])
  await first.close()
  writeFileSync(`${onlyFile()}.new`, '{"layout":1,"pi')
  expect((await open()).of('a')?.offset).toBe(10)
  expect(problems).toEqual([])
})

test('a file of a newer logflow is refused and left as it is', async () => {
  const {dir, open, files} = setup()
  mkdirSync(dir)
  writeFileSync(join(dir, 'x.json'), '{"layout":2}')
  await expect(open()).rejects.toMatchObject({code: 'BACKEND_REFUSED'})
  expect(files()).toEqual(['x.json'])
})

test('old checkpoints go once their file is gone; those of a file that is there stay, however old', async () => {
  const {root, open, files} = setup()
  const path = join(root, 'there.log')
  writeFileSync(path, 'x\n')
  const stats = statSync(path, {bigint: true})
  const there = {path, device: `${stats.dev}`, inode: `${stats.ino}`}
  const first = await open()
  await first.save([point('gone', 10), point('there', 20, there)])
  await first.close()
  expect((await open(29)).of('gone')?.offset).toBe(10)
  const late = await open(40)
  expect([late.of('gone'), late.of('there')?.offset]).toEqual([undefined, 20])
  rmSync(path)
  await open(40)
  expect(files()).toEqual([])
})

test('a clock that steps back expires nothing', async () => {
  const {open} = setup()
  const first = await open(400)
  await first.save([point('a', 10, {updated: day(400).toISOString()})])
  await first.close()
  expect((await open(0)).of('a')?.offset).toBe(10)
})

test('one follower a source, within a process and once it is released', async () => {
  const {open} = setup()
  const [one, other] = [await open(), await open()]
  expect(await one.claim('a')).toBe(true)
  expect(await one.claim('a')).toBe(true)
  expect(await other.claim('a')).toBe(false)
  expect(await other.claim('b')).toBe(true)
  await one.save([point('a', 70)])
  expect(other.of('a')).toBeUndefined()
  await one.release('a')
  expect(await other.claim('a')).toBe(true)
  expect(other.of('a')?.offset).toBe(70)
  await other.close()
  expect(await one.claim('b')).toBe(true)
})

let script: string
beforeAll(async () => {
  const folder = join(import.meta.dirname, '../../../../node_modules/.cache')
  mkdirSync(folder, {recursive: true})
  script = await buildChild(
    join(import.meta.dirname, 'children/claim-child.ts'),
    join(folder, `claim-child-${process.pid}.mjs`),
  )
  return () => rmSync(script, {force: true})
}, 60_000)

async function follow(dir: string, source: string, offset: number) {
  const child: ChildProcess = fork(script, [dir, source, `${offset}`], {execArgv: []})
  onTestFinished(() => void child.kill('SIGKILL'))
  const [{claimed}] = (await once(child, 'message')) as [{claimed: boolean}]
  const kill = async () => {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  return {claimed, pid: child.pid as number, kill}
}

test('of processes that claim a source at once one has it, and its death by SIGKILL frees it with all it saved', async () => {
  const {dir, open} = setup()
  const children = await Promise.all([1, 2, 3].map((n) => follow(dir, 'a', n * 100)))
  const holders = children.filter(({claimed}) => claimed)
  expect(holders).toHaveLength(1)
  const [holder] = holders as [(typeof children)[number]]
  const mine = await open()
  expect(await mine.claim('a')).toBe(false)
  expect(await listCheckpoints(dir, () => {})).toMatchObject([{source: 'a', followedBy: holder.pid}])
  await expect(forgetCheckpoints(dir, ['a'], {cwd: '/', onProblem: () => {}})).rejects.toMatchObject({
    code: 'LOCK_HELD',
    message: `/var/log/a is followed by process ${holder.pid}`,
  })
  await holder.kill()
  expect(await mine.claim('a')).toBe(true)
  expect(mine.of('a')?.offset).toBe(100 * (1 + children.indexOf(holder)))
}, 60_000)

test('forgetting takes a source out of every file, by id or path, and leaves the others', async () => {
  const {dir, open} = setup()
  const forget = (names?: string[]) => forgetCheckpoints(dir, names, {cwd: '/var', onProblem: () => {}})
  expect(await forget()).toEqual([])
  for (const offset of [10, 20]) {
    const checkpoints = await open()
    await checkpoints.save([point('a', offset), point('b', offset), point('c', offset), point('d', 30 - offset)])
    await checkpoints.close()
  }
  await expect(forget(['b', 'nothing'])).rejects.toMatchObject({code: 'USAGE'})
  expect((await forget(['log/a', 'b', '/var/log/b'])).map(({source}) => source)).toEqual(['a', 'b'])
  const left = await listCheckpoints(dir, () => {})
  expect(left.map(({source, offset}) => [source, offset])).toEqual([
    ['c', 20],
    ['d', 20],
  ])
  expect((await forget()).length).toBe(2)
  expect((await open()).all()).toEqual([])
})

test('a file that was rotated is listed with where it is now; one that was deleted has no size', async () => {
  const {root, dir, open} = setup()
  const path = join(root, 'app.log')
  writeFileSync(path, 'one\ntwo\n')
  const {dev, ino} = statSync(path, {bigint: true})
  const checkpoints = await open()
  await checkpoints.save([{...point('a', 4), path, device: `${dev}`, inode: `${ino}`}])
  expect(await listCheckpoints(dir, () => {})).toMatchObject([{path, size: 8}])
  renameSync(path, `${path}.1`)
  expect(await listCheckpoints(dir, () => {})).toMatchObject([{path, size: 8, movedTo: `${path}.1`}])
  rmSync(`${path}.1`)
  const [gone] = await listCheckpoints(dir, () => {})
  expect([gone?.size, gone?.movedTo]).toEqual([undefined, undefined])
})
