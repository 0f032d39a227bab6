import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {openCheckpoints} from '../../../../src/lib/sources/checkpoints/open-checkpoints.js'
import {openFollow} from '../../../../src/lib/sources/follow/open-follow.js'
import {openSourceTable} from '../../../../src/lib/sources/source-table.js'
import {unitBytes} from '../../../../src/lib/units/unit-batch.js'
import {tempFolder} from '../../../support/temp-folder.js'

/** Follows one file until so many batches are acknowledged, takes no more, and closes. */
async function takeBatches(root: string, most: number): Promise<string[]> {
  const now = () => new Date()
  const folder = join(root, 'data', 'checkpoints')
  const checkpoints = await openCheckpoints(folder, {now, keepAgeMs: 3_600_000, onProblem: () => {}})
  const table = openSourceTable(join(root, 'data', 'sources.db'))
  const stop = new AbortController()
  const follow = openFollow({
    args: ['app.log'],
    cwd: root,
    exclude: join(root, 'data'),
    envelope: {host: 'host', timezone: 'UTC'},
    table,
    checkpoints,
    fromEnd: false,
    wait: false,
    signal: stop.signal,
    now,
    onNotice: () => {},
  })
  // Where lines were left out the last one never comes.
  const deadline = setTimeout(() => stop.abort(), 20_000)
  const texts: string[] = []
  let taken = 0
  for await (const batch of follow) {
    for (let i = 0; i < batch.count; i++) texts.push(unitBytes(batch, i).toString())
    follow.acknowledged(batch)
    if (++taken === most || texts.at(-1) === 'the end') break
  }
  clearTimeout(deadline)
  stop.abort()
  await follow.close()
  await checkpoints.close()
  table.close()
  return texts
}

test('stopped in the middle of a file, the next one goes on with the first line that was not handed out', async () => {
  const root = tempFolder()
  mkdirSync(join(root, 'data'))
  const lines = Array.from({length: 40_000}, (_, i) => `${i} ${'x'.repeat(i % 200)}`).concat('the end', 'and more')
  writeFileSync(join(root, 'app.log'), `${lines.join('\n')}\n`)
  const read: string[] = []
  while (read.at(-1) !== 'the end' && read.at(-1) !== 'and more') read.push(...(await takeBatches(root, 2)))
  expect(read).toEqual(lines.slice(0, read.length))
})
