import {type ChildProcess, fork} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, readdirSync} from 'node:fs'
import {join, relative} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {layoutOf} from '../../../../src/lib/store/lake/layout.js'
import {readManifest} from '../../../../src/lib/store/lake/manifest.js'
import {seededRandom} from '../../../support/random.js'
import {buildWriter} from './build-writer.js'
import {numberOf} from './numbered-items.js'
import {findAll, testLake} from './open-lake.js'

const SEAL_AT = 1_500

interface Child {
  process: ChildProcess
  /** How many records it has told are stored. */
  stored: number
  done: boolean
  failed?: string
  started: Promise<unknown>
  ended: Promise<unknown>
}

function startWriter(script: string, dir: string, total: number): Child {
  const child = fork(script, [dir, String(total), String(SEAL_AT)])
  const state: Child = {
    process: child,
    stored: 0,
    done: false,
    started: once(child, 'message'),
    ended: once(child, 'exit'),
  }
  child.on('message', (message: {start?: number; stored?: number; done?: boolean; failed?: string}) => {
    state.stored = Math.max(state.stored, message.start ?? 0, message.stored ?? 0)
    state.done ||= message.done ?? false
    state.failed = message.failed ?? state.failed
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return state
}

test('a writer killed at any moment loses nothing acknowledged and doubles nothing, and readers never see a gap', async () => {
  const script = await buildWriter()
  const lake = testLake()
  const total = 40_000
  const random = seededRandom(3)
  const reader = await lake.open()
  let acknowledged = 0
  let answers = 0

  /** Every answer is the first so many records, at least those acknowledged before it was asked for. */
  async function look(): Promise<void> {
    const before = acknowledged
    const numbers = (await findAll(reader)).map(numberOf).sort((a, b) => a - b)
    expect(numbers.findIndex((number, i) => number !== i)).toBe(-1)
    expect(numbers.length).toBeGreaterThanOrEqual(before)
    answers++
  }

  let kills = 0
  for (let last = false; !last; ) {
    last = kills === 10
    const child = startWriter(script, lake.dir, total)
    await Promise.race([child.started, child.ended])
    const until = last ? Number.POSITIVE_INFINITY : performance.now() + 20 + random() * 400
    while (performance.now() < until && !child.done && child.failed === undefined && child.process.exitCode === null) {
      acknowledged = Math.max(acknowledged, child.stored)
      await look()
    }
    expect(child.failed).toBeUndefined()
    if (!last && !child.done) {
      child.process.kill('SIGKILL')
      kills++
    }
    await child.ended
    acknowledged = Math.max(acknowledged, child.stored)
    await look()
    if (child.done) break
  }
  const found = await findAll(reader)
  expect(found.map(numberOf).sort((a, b) => a - b)).toEqual(Array.from({length: total}, (_, i) => i))
  expect(new Set(found.map(({id}) => id)).size).toBe(total)
  // What was merged under way is there as one, and nothing beside what the manifest names.
  const manifest = readManifest(layoutOf(lake.dir))
  expect(manifest?.segments.some((segment) => segment.kind === 'sealed' && segment.parts)).toBe(true)
  await (await reader.openWriter()).close()
  expect(filesIn(lake.dir)).toEqual(namedFiles(lake.dir))
  expect(kills).toBeGreaterThan(2)
  expect(answers).toBeGreaterThan(kills)
}, 180_000)

const filesIn = (dir: string) =>
  ['sealed', 'words', 'descriptions']
    .flatMap((folder) => readdirSync(join(dir, folder)).map((name) => `${folder}/${name}`))
    .sort()

/** What stands beside the segments of the manifest, which are all sealed, and the replaced files that still stay. */
function namedFiles(dir: string): string[] {
  const layout = layoutOf(dir)
  const manifest = readManifest(layout)
  const named = manifest?.segments.filter((segment) => segment.kind === 'sealed') ?? []
  const replaced = manifest?.replaced.filter(({file}) => file.startsWith('sealed') && existsSync(join(dir, file))) ?? []
  const paths = named.flatMap((segment) => [layout.sealed(segment), layout.words(segment), layout.description(segment)])
  return [...paths.map((path) => relative(dir, path)), ...replaced.map(({file}) => file)].sort()
}

test('the lock of a killed writer is free', async () => {
  const script = await buildWriter()
  const lake = testLake()
  const child = startWriter(script, lake.dir, 10_000_000)
  await child.started
  const store = await lake.open()
  await expect(store.openWriter()).rejects.toMatchObject({code: 'LOCK_HELD', exitCode: 6})
  child.process.kill('SIGKILL')
  await child.ended
  const writer = await store.openWriter()
  expect(writer.storedPosition('logs', 0) ?? 0).toBeGreaterThanOrEqual(child.stored)
  await writer.close()
})
