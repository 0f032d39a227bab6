import {chmodSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {LogflowError} from '../errors/logflow-error.js'
import {nearMatch} from './near-match.js'
import {readConfigFile, readIfThere} from './read-config-file.js'
import {readValue} from './read-value.js'
import {SETTING_BY_KEY, SETTINGS, type SettingSpec} from './settings.js'
import {splitCredentials} from './to-config.js'

/** The row of a key. Throws USAGE with the key that was probably meant. */
export function settingOf(key: string): SettingSpec {
  const spec = SETTING_BY_KEY.get(key)
  if (spec) return spec
  const near = nearMatch(key, SETTING_BY_KEY.keys())
  throw new LogflowError('USAGE', `there is no setting ${JSON.stringify(key)}`, {
    suggestions: [near ? `Did you mean ${near}?` : 'logflow config list  to see all settings'],
  })
}

/**
 * Sets one key in a config file, or in a profile of it, and leaves the rest as it is written, comments included.
 * The file is made where there is none. What is checked is checked before anything is touched.
 */
export async function setInConfigFile(path: string, key: string, value: string, profile?: string): Promise<void> {
  const spec = settingOf(key)
  const read = readValue(spec, value, key, dirname(path))
  if (key === 'elasticsearch.nodes') splitCredentials(read as string[])
  const text = readIfThere(path) ?? ''
  await readConfigFile(path, text)
  const {parseDocument} = await import('yaml')
  const doc = parseDocument(text)
  const parts = [...(profile === undefined ? [] : ['profiles', profile]), ...key.split('.')]
  doc.setIn(openGroups(doc, parts), written(spec, value))
  replaceFile(path, doc.toString({lineWidth: 0}))
}

/** Makes a profile the one that is used where none is named; `undefined`: none is. */
export async function setCurrentProfile(path: string, profile: string | undefined): Promise<void> {
  const text = readIfThere(path) ?? ''
  await readConfigFile(path, text)
  const {parseDocument} = await import('yaml')
  const doc = parseDocument(text)
  if (profile === undefined) {
    if (doc.has('profile')) doc.delete('profile')
  } else doc.set('profile', profile)
  replaceFile(path, doc.toString({lineWidth: 0}))
}

/** A group that is written with nothing in it (`kafka:`) cannot take a key: it is made a map first. */
function openGroups(
  doc: {
    getIn(path: string[]): unknown
    setIn(path: string[], value: unknown): void
    createNode(value: unknown): unknown
  },
  parts: string[],
): string[] {
  for (let length = 1; length < parts.length; length++) {
    const group = parts.slice(0, length)
    if (doc.getIn(group) === null) doc.setIn(group, doc.createNode({}))
  }
  return parts
}

/** What is put in the file: numbers, booleans and lists as such, so that the file reads well. */
function written(spec: SettingSpec, value: string): unknown {
  if (spec.type === 'integer') return Number(value)
  if (spec.type === 'boolean') return readValue(spec, value, spec.key, '/')
  if (spec.type === 'list') return readValue(spec, value, spec.key, '/')
  return value
}

/** Writes a starter file in which every setting stands, explained and commented out. */
export function initConfigFile(path: string, options: {force: boolean}): void {
  if (!options.force && readIfThere(path) !== undefined) {
    throw new LogflowError('USAGE', `${path} is already there`, {
      suggestions: ['logflow config init --force  to replace it', 'logflow config list  to see what is set'],
    })
  }
  replaceFile(path, starterText())
}

export function starterText(): string {
  const lines = [
    '# logflow: what is commented out has the value shown, or none.',
    '# A flag beats the environment (LOGFLOW_<KEY>), that a profile, that this file.',
  ]
  let group = ''
  for (const spec of SETTINGS) {
    const parts = spec.key.split('.')
    const name = parts.pop() as string
    const groupKey = parts.join('.')
    if (groupKey !== group) {
      lines.push('')
      parts.forEach((part, depth) => {
        if (!group.startsWith(parts.slice(0, depth + 1).join('.'))) lines.push(`# ${'  '.repeat(depth)}${part}:`)
      })
    } else if (groupKey === '') lines.push('')
    group = groupKey
    const indent = '  '.repeat(parts.length)
    lines.push(`# ${indent}${name}: ${starterValue(spec)}${' '.repeat(2)}# ${spec.describe}${choicesOf(spec)}`)
  }
  lines.push(
    '',
    '# Settings that are used together under one name: --profile cluster, or profile: cluster here.',
    '# profiles:',
    '#   cluster:',
    '#     bus: kafka',
    '#     store: elasticsearch',
  )
  return `${lines.join('\n')}\n`
}

function starterValue({default: value, example}: SettingSpec): string {
  if (value === undefined) return example ?? ''
  return typeof value === 'object' ? `[${value.map((one) => JSON.stringify(one)).join(', ')}]` : String(value)
}

function choicesOf({choices}: SettingSpec): string {
  return choices ? ` (${choices.join(', ')})` : ''
}

/** Beside it and renamed, readable by its owner alone: it may hold passwords. A link is followed, not replaced. */
export function replaceFile(path: string, text: string): void {
  const target = linkTarget(path)
  const temporary = `${target}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(target), {recursive: true, mode: 0o700})
    writeFileSync(temporary, text, {mode: 0o600, flush: true})
    chmodSync(temporary, 0o600)
    renameSync(temporary, target)
  } catch (cause) {
    removeQuietly(temporary)
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOSPC') throw new LogflowError('DISK_FULL', `cannot write ${path}: the disk is full`, {cause})
    throw new LogflowError('PERMISSION', `cannot write ${path}: ${code === 'EACCES' ? 'permission denied' : code}`, {
      cause,
    })
  }
}

function linkTarget(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, {force: true})
  } catch {
    // What went wrong before is what the user is told.
  }
}
