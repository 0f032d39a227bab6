import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {SavedSearches, savedName} from '../../../src/lib/flows/saved-searches.js'
import {tempFolder} from '../../support/temp-folder.js'

test('a search is kept as a readable file, replaced, listed, and deleted', async () => {
  const folder = tempFolder()
  const saved = new SavedSearches(folder)
  expect(await saved.names()).toEqual([])
  expect(await saved.save('errors', {query: 'level:error', flags: {since: '1h', service: ['a', 'b']}})).toBe(false)
  expect(await saved.save('All', {flags: {}})).toBe(false)
  expect(await new SavedSearches(folder).names()).toEqual(['All', 'errors'])
  expect(await saved.read('errors')).toEqual({query: 'level:error', flags: {since: '1h', service: ['a', 'b']}})
  expect(await saved.save('errors', {query: 'level:fatal', flags: {}})).toBe(true)
  const text = readFileSync(join(folder, 'searches', 'errors.json'), 'utf8')
  expect(text).toBe('{\n  "query": "level:fatal",\n  "flags": {}\n}\n')
  await saved.delete('All')
  expect(readdirSync(join(folder, 'searches'))).toEqual(['errors.json'])
  await expect(saved.read('erors')).rejects.toMatchObject({code: 'USAGE', suggestions: ['logflow search @errors']})
  await expect(saved.delete('All')).rejects.toMatchObject({code: 'USAGE'})
})

test('names that are no file names, and files that hold no search, are refused', async () => {
  const folder = tempFolder()
  const saved = new SavedSearches(folder)
  for (const name of ['', '../x', 'a b', '.x', 'ü', 'x'.repeat(65)])
    await expect(saved.save(name, {flags: {}}), name).rejects.toMatchObject({code: 'USAGE'})
  await expect(saved.read('../../etc/passwd')).rejects.toMatchObject({code: 'USAGE'})
  mkdirSync(join(folder, 'searches'), {recursive: true})
  for (const text of ['{', '[]', '{"query":1,"flags":{}}', 'null']) {
    writeFileSync(join(folder, 'searches', 'odd.json'), text)
    await expect(saved.read('odd'), text).rejects.toMatchObject({code: 'FILE_UNREADABLE'})
  }
})

test('@NAME alone is a name, a field of that kind is not', () => {
  expect(savedName('@errors')).toBe('errors')
  expect(savedName(' @errors ')).toBe('errors')
  for (const text of ['errors', '@timestamp:>1h', '@a b', '', undefined, '@']) expect(savedName(text)).toBeUndefined()
})
