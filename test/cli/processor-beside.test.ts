import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {startProcessorBeside} from '../../src/cli/processor-beside.js'
import type {Config} from '../../src/lib/config/config.js'
import {tempFolder} from '../support/temp-folder.js'

/** Runs as the processor would: writes down that it started, dies at its first start if so told, else ends with stdin. */
const STAND_IN = `
const {appendFileSync, readFileSync} = require('node:fs')
const starts = __dirname + '/starts'
appendFileSync(starts, 'x')
const nth = readFileSync(starts).length
if (nth < DIES) process.kill(process.pid, 'SIGKILL')
const counts = {read: nth, stored: nth, already_there: 0, dead_lettered: 0, dropped: 0, missed: 0, positions: {0: nth}}
process.stdin.resume().on('end', () => console.log(JSON.stringify(counts)))
`

function standIn(dies: number) {
  const dir = tempFolder()
  const binary = join(dir, 'stand-in.cjs')
  writeFileSync(binary, STAND_IN.replace('DIES', String(dies)))
  const starts = join(dir, 'starts')
  const config = {dataDir: dir, topic: 'logs', group: 'g', files: {exists: false, path: ''}} as unknown as Config
  return {config, binary, starts: () => (existsSync(starts) ? readFileSync(starts).length : 0)}
}

test('what it reports when it is stopped is handed on', async () => {
  const {config, binary, starts} = standIn(0)
  const beside = startProcessorBeside(config, binary)
  await expect.poll(starts, {timeout: 30_000}).toBe(1)
  const report = {
    read: 1,
    stored: 1,
    alreadyThere: 0,
    deadLettered: 0,
    dropped: 0,
    missed: 0,
    positions: new Map([[0, 1]]),
  }
  expect(await beside.stop()).toEqual({report})
})

test('one that dies is started again, and its end is told with the counts of those that came after', async () => {
  const {config, binary, starts} = standIn(3)
  const beside = startProcessorBeside(config, binary)
  await expect.poll(starts, {timeout: 30_000}).toBe(3)
  const {report, failure} = await beside.stop()
  expect(failure).toBe('SIGKILL')
  expect(report).toMatchObject({read: 3, stored: 3})
})

test('stopped while it waits to start again, it ends at once', async () => {
  const {config, binary, starts} = standIn(1_000)
  const beside = startProcessorBeside(config, binary)
  await expect.poll(starts, {timeout: 30_000}).toBeGreaterThan(1)
  expect(await beside.stop()).toMatchObject({failure: 'SIGKILL', report: {read: 0}})
})
