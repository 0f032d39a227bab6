import {existsSync, mkdirSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {removeReplaced} from '../../../../src/lib/store/lake/housekeeping.js'
import {KEEP_REPLACED_BYTES, KEEP_REPLACED_MS, layoutOf} from '../../../../src/lib/store/lake/layout.js'
import {tempFolder} from '../../../support/temp-folder.js'

const NOW = 1_795_000_000_000

function files(...sizes: number[]) {
  const layout = layoutOf(tempFolder())
  mkdirSync(join(layout.dir, 'hot'))
  const replaced = sizes.map((size, i) => {
    const file = join('hot', `${i}.ndjson`)
    writeFileSync(join(layout.dir, file), '')
    truncateSync(join(layout.dir, file), size)
    return {file, at: NOW - 1_000 * (sizes.length - i)}
  })
  return {layout, replaced, there: () => replaced.map(({file}) => existsSync(join(layout.dir, file)))}
}

test('a replaced file stays ten minutes', () => {
  const {layout, replaced, there} = files(10, 10)
  expect(removeReplaced(layout, replaced, NOW)).toEqual(replaced)
  expect(removeReplaced(layout, replaced, NOW + KEEP_REPLACED_MS - 1_500)).toEqual(replaced.slice(1))
  expect(there()).toEqual([false, true])
})

test('the oldest go sooner where they take too much room', () => {
  const {layout, replaced, there} = files(10, KEEP_REPLACED_BYTES / 2, KEEP_REPLACED_BYTES / 2)
  expect(removeReplaced(layout, replaced, NOW)).toEqual(replaced.slice(1))
  expect(there()).toEqual([false, true, true])
})

test('one that is gone already takes no room', () => {
  const {layout, replaced} = files(10)
  const gone = {file: join('hot', 'gone.ndjson'), at: NOW}
  expect(removeReplaced(layout, [...replaced, gone], NOW)).toEqual([...replaced, gone])
})
