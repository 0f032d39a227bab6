import {readdir, readFile, stat} from 'node:fs/promises'
import {join} from 'node:path'
import {type PlacedRule, readRules} from '../../alerts/read-rules.js'
import {LogflowError} from '../../errors/logflow-error.js'
import {tellFileError} from '../text-file.js'

/** A file of rules that is larger is something else, taken for one. */
const MOST_BYTES = 16 * 2 ** 20

const RULE_FILE = /\.(ya?ml|json)$/i
const TEST_FILE = /\.test\.(ya?ml|json)$/i

/** The files that are meant: each file that is named, and of each folder, and those in it, the `.yaml`, `.yml` and `.json`
 * that are no unit tests (`.test.yaml`). In the order of their names. Throws FILE_UNREADABLE. */
export function findRuleFiles(paths: readonly string[]): Promise<string[]> {
  return findFiles(paths, (name) => RULE_FILE.test(name) && !TEST_FILE.test(name), {
    what: 'file of rules',
    hint: 'Name files .yaml, .yml or .json; those that end in .test.yaml are unit tests',
  })
}

/** The same of unit tests: of folders those that end in `.test.yaml`, `.test.yml` or `.test.json`. */
export function findTestFiles(paths: readonly string[]): Promise<string[]> {
  return findFiles(paths, (name) => TEST_FILE.test(name), {
    what: 'file of tests',
    hint: 'Name files of tests .test.yaml, .test.yml or .test.json',
  })
}

async function findFiles(
  paths: readonly string[],
  isMeant: (name: string) => boolean,
  {what, hint}: {what: string; hint: string},
): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) {
    if (!(await isFolder(path))) {
      found.push(path)
      continue
    }
    const names = await readdir(path, {recursive: true}).catch((error) => {
      throw tellFileError('read', path, error)
    })
    const inside = names.filter(isMeant).map((name) => join(path, name))
    if (inside.length === 0) {
      throw new LogflowError('FILE_UNREADABLE', `there is no ${what} in ${path}`, {suggestions: [hint]})
    }
    found.push(...inside.sort())
  }
  return [...new Set(found)]
}

/** The rules of a file. Throws FILE_UNREADABLE, or BAD_RULE with the place. */
export async function readRuleFile(path: string): Promise<PlacedRule[]> {
  return readRules(path, await readSmallFile(path))
}

/** The text of a file of rules, or of tests. Throws FILE_UNREADABLE, for one that is too large, too. */
export async function readSmallFile(path: string): Promise<string> {
  try {
    const {size} = await stat(path)
    if (size > MOST_BYTES)
      throw new LogflowError('FILE_UNREADABLE', `${path} is too large for a file of rules: more than 16 MiB`)
    return await readFile(path, 'utf8')
  } catch (error) {
    throw tellFileError('read', path, error)
  }
}

async function isFolder(path: string): Promise<boolean> {
  if (path === '') throw new LogflowError('USAGE', 'the name of a file is empty')
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    throw tellFileError('read', path, error)
  }
}
