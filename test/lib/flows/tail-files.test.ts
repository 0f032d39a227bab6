import {appendFileSync, mkdirSync, renameSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {FileArrivals} from '../../../src/lib/flows/tail-files.js'
import {tailRecords} from '../../../src/lib/flows/tail-records.js'
import {parseQuery} from '../../../src/lib/query/parse-query.js'
import {memoryCheckpoints} from '../../../src/lib/sources/checkpoints/memory-checkpoints.js'
import type {FollowNotice} from '../../../src/lib/sources/follow/notices.js'
import {WAITS} from '../../../src/lib/sources/follow/watched.js'
import {openFollowed} from '../../../src/lib/sources/follow/with-pipes.js'
import {openSourceTable} from '../../../src/lib/sources/source-table.js'
import {tempFolder} from '../../support/temp-folder.js'

const WAIT = {timeout: 60_000, interval: 50}
const SILENCE = 200

interface Wanted {
  last?: number
  follow?: boolean
  query?: string
  files?: string[]
}

/** A tail of files of a folder, and what it has shown. */
function tail(folder: string, {last = 10, follow = true, query, files = ['a.log', 'b.log']}: Wanted = {}) {
  const cwd = join(folder, 'logs')
  const table = openSourceTable(join(folder, 'sources.db'))
  const notices: FollowNotice[] = []
  const arrivals = new FileArrivals({
    files: true,
    filter: {query: query === undefined ? {kind: 'all'} : parseQuery(query)},
    silenceMs: SILENCE,
    onNotice: (notice) => notices.push(notice),
    open: (on) =>
      openFollowed({
        files,
        pipes: [],
        cwd,
        exclude: join(folder, 'data'),
        envelope: {host: 'h', timezone: 'UTC'},
        table,
        checkpoints: memoryCheckpoints(),
        fromEnd: last === 0,
        wait: true,
        waits: {...WAITS, scan: 100, silence: SILENCE},
        random: Math.random,
        now: () => new Date(),
        ...on,
      }),
  })
  const stop = new AbortController()
  const shown: string[] = []
  const seen = {caughtUp: false}
  const running = (async () => {
    for await (const event of tailRecords(arrivals, {last, follow, wait: false}, stop.signal)) {
      if (event.kind === 'records') shown.push(...event.records.map(({message}) => message))
      else if (event.kind === 'gap') shown.push(`gap: ${event.gap.reason}`)
      else if (event.kind === 'caught-up') seen.caughtUp = true
    }
  })()
  const end = async () => {
    stop.abort()
    await running
    await arrivals.close()
    table.close()
  }
  onTestFinished(end)
  return {shown: () => [...shown], seen, running, notices, arrivals}
}

function logs(): {folder: string; path: (name: string) => string} {
  const folder = tempFolder()
  mkdirSync(join(folder, 'logs'))
  return {folder, path: (name) => join(folder, 'logs', name)}
}

const line = (second: number, text: string) => `2026-11-21T10:00:${String(second).padStart(2, '0')}Z INFO x: ${text}\n`

test('the newest of several files, in the order of time', async () => {
  const {folder, path} = logs()
  writeFileSync(path('a.log'), [1, 3, 5, 7].map((second) => line(second, `a${second}`)).join(''))
  writeFileSync(path('b.log'), [2, 4, 6, 8].map((second) => line(second, `b${second}`)).join(''))
  const {shown, running, arrivals} = tail(folder, {last: 5, follow: false})
  await running
  expect(shown()).toEqual(['b4', 'a5', 'b6', 'a7', 'b8'])
  expect(arrivals.seen).toBe(8)
  const all = tail(folder, {last: Number.POSITIVE_INFINITY, follow: false})
  await all.running
  expect(all.shown()).toEqual(['a1', 'b2', 'a3', 'b4', 'a5', 'b6', 'a7', 'b8'])
})

test('of long files only the ends are looked at', async () => {
  const {folder, path} = logs()
  const many = (name: string, from: number) =>
    Array.from({length: 9_000}, (_, i) => {
      const time = new Date(Date.UTC(2026, 10, 21, 10) + (2 * i + from) * 1_000).toISOString()
      return `${time} INFO x: ${name}${i}\n`
    }).join('')
  writeFileSync(path('a.log'), many('a', 0))
  writeFileSync(path('b.log'), many('b', 1))
  const {shown, running, arrivals} = tail(folder, {last: 4, follow: false})
  await running
  expect(shown()).toEqual(['a8998', 'b8998', 'a8999', 'b8999'])
  expect(arrivals.seen).toBeLessThan(9_000)
})

test('what comes while it follows: every line of every file once, through a rotation', async () => {
  const {folder, path} = logs()
  writeFileSync(path('a.log'), line(1, 'a1'))
  const {shown, seen} = tail(folder)
  await expect.poll(() => seen.caughtUp, WAIT).toBe(true)
  expect(shown()).toEqual(['a1'])
  appendFileSync(path('a.log'), line(2, 'a2'))
  await expect.poll(shown, WAIT).toEqual(['a1', 'a2'])
  renameSync(path('a.log'), path('a.log.1'))
  writeFileSync(path('a.log'), line(3, 'a3'))
  writeFileSync(path('b.log'), line(4, 'b4'))
  await expect.poll(() => shown().sort(), WAIT).toEqual(['a1', 'a2', 'a3', 'b4'])
})

test('none to begin with: only what comes', async () => {
  const {folder, path} = logs()
  writeFileSync(path('a.log'), line(1, 'a1'))
  const {shown, seen} = tail(folder, {last: 0})
  await expect.poll(() => seen.caughtUp, WAIT).toBe(true)
  appendFileSync(path('a.log'), line(2, 'a2'))
  await expect.poll(shown, WAIT).toEqual(['a2'])
})

test('a query chooses', async () => {
  const {folder, path} = logs()
  writeFileSync(path('a.log'), line(1, 'card declined') + line(2, 'ok') + line(3, 'card declined again'))
  const {shown, running} = tail(folder, {query: 'declined', follow: false})
  await running
  expect(shown()).toEqual(['card declined', 'card declined again'])
})

test('a file that is cut is read anew', async () => {
  const {folder, path} = logs()
  writeFileSync(path('a.log'), line(1, 'a1') + line(2, 'a2'))
  const {shown, notices} = tail(folder)
  await expect.poll(shown, WAIT).toEqual(['a1', 'a2'])
  truncateSync(path('a.log'))
  await expect.poll(() => notices.map(({kind}) => kind), WAIT).toContain('truncated')
  appendFileSync(path('a.log'), line(3, 'a3'))
  await expect.poll(shown, WAIT).toEqual(['a1', 'a2', 'a3'])
})
