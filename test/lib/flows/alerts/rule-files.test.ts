import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {findRuleFiles, readRuleFile} from '../../../../src/lib/flows/alerts/rule-files.js'
import {tempFolder} from '../../../support/temp-folder.js'

test('a folder means the rules in it and below, without their unit tests; a file is taken whatever its name', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'shop'))
  for (const name of ['b.yml', 'a.yaml', 'a.test.yaml', 'notes.md', 'shop/c.json'])
    writeFileSync(join(folder, name), '')
  const named = (names: string[]) => names.map((name) => join(folder, name))
  expect(await findRuleFiles([folder])).toEqual(named(['a.yaml', 'b.yml', 'shop/c.json']))
  expect(await findRuleFiles(named(['notes.md', 'notes.md']))).toEqual(named(['notes.md']))
})

test('what is not there, is empty or is no text of rules is told', async () => {
  const folder = tempFolder()
  await expect(findRuleFiles([folder])).rejects.toMatchObject({code: 'FILE_UNREADABLE'})
  await expect(findRuleFiles([join(folder, 'x.yaml')])).rejects.toThrow(/x\.yaml: no such file/)
  await expect(findRuleFiles([''])).rejects.toMatchObject({code: 'USAGE'})
  await expect(readRuleFile(folder)).rejects.toMatchObject({code: 'FILE_UNREADABLE'})
  writeFileSync(join(folder, 'rule.yaml'), 'name: a\n')
  expect((await readRuleFile(join(folder, 'rule.yaml'))).map(({written}) => written)).toEqual([{name: 'a'}])
})
