import {rmSync} from 'node:fs'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'

// The command on the real binary; what folds into what is told in test/cases/patterns.

const LONG = 60_000
const home = emptyHome()
beforeAll(buildLogflow)
afterAll(() => rmSync(home, {recursive: true, force: true}))

const LOG = [
  '2026-11-20T09:00:00.000Z INFO shop: order 1 paid',
  '2026-11-21T09:00:00.000Z INFO shop: order 2 paid',
  '2026-11-21T09:01:00.000Z ERROR shop: disk /dev/sda1 is full',
  '2026-11-21T09:02:00.000Z INFO shop: order 3 paid',
  '',
].join('\n')

test('from stdin and from the store: the same', {timeout: LONG}, async () => {
  const args = ['patterns', '-o', 'jsonl']
  const piped = await runLogflow([...args, '--file', '-'], {home, input: LOG, timeout: LONG})
  expect(piped.stderr).toBe('')
  const rows = piped.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(rows.map(({template, count, levels}) => ({template, count, levels}))).toEqual([
    {template: 'order <*> paid', count: 3, levels: {INFO: 3}},
    {template: 'disk <*> is full', count: 1, levels: {ERROR: 1}},
  ])
  await runLogflow(['ship', '-', '--source-id', 's'], {home, input: LOG, timeout: LONG})
  const stored = await runLogflow(args, {home, timeout: LONG})
  expect(stored).toMatchObject({stdout: piped.stdout, stderr: '', status: 0})
  const errors = await runLogflow(['patterns', 'level:error', '-o', 'raw'], {home, timeout: LONG})
  expect(errors.stdout).toBe(`${rows[1]?.id}\n`)
})

test('--new-since: what was never there before, and what that rests on', {timeout: LONG}, async () => {
  const ask = (...args: string[]) =>
    runLogflow(['patterns', '--file', '-', '-o', 'csv', ...args], {home, input: LOG, timeout: LONG})
  const found = await ask('--new-since', '2026-11-21')
  expect(found.stdout.split('\r\n').map((line) => line.split(',')[1])).toEqual(['count', '1', undefined])
  expect(found.stderr).toBe(
    '1 pattern of 2 new since 2026-11-21T00:00:00.000Z, compared with 1 record from 2026-11-20T09:00:00.000Z on (4 records in all)\n',
  )
  const none = await ask('--new-since', '2026-11-21', '--since', '2026-11-21')
  expect(none.status).toBe(2)
  expect(none.stderr).toContain('leaves nothing before --new-since 2026-11-21 to compare with')
  const all = await ask('--new-since', '2026-11-01')
  expect(all.stderr).toContain('every pattern counts as new')
})

test('nothing found is told', {timeout: LONG}, async () => {
  const found = await runLogflow(['patterns', 'nowhere', '--file', '-'], {home, input: LOG, timeout: LONG})
  expect(found).toMatchObject({stdout: '', stderr: 'nothing found for nowhere in 4 records\n', status: 0})
})
