import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {WrittenRule} from '../../alerts/rule.js'
import {fileNames, rulesYaml} from '../../alerts/write-rules.js'
import {LogflowError} from '../../errors/logflow-error.js'
import {tellFileError} from '../text-file.js'

/**
 * Writes a file for each rule into a folder, which is made where it is missing. A file that is there already is written
 * over only with `force`: it may hold comments. Rejects with ALREADY_THERE, DISK_FULL, PERMISSION or FILE_UNREADABLE.
 */
export async function writeRuleFiles(
  folder: string,
  rules: readonly WrittenRule[],
  {force}: {force: boolean},
): Promise<Array<{file: string; name: string}>> {
  const names = fileNames(rules)
  const files = rules.map((rule, index) => ({file: join(folder, names[index] as string), name: rule.name, rule}))
  await mkdir(folder, {recursive: true}).catch((error) => {
    throw tellFileError('write', folder, error)
  })
  for (const {file, rule} of files) await writeOne(file, await rulesYaml([rule]), force)
  return files.map(({file, name}) => ({file, name}))
}

async function writeOne(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, {flag: force ? 'w' : 'wx'})
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw tellFileError('write', file, error)
    throw new LogflowError('ALREADY_THERE', `${file} is there already`, {
      suggestions: ['Write over it with --force, or into another folder'],
    })
  }
}
