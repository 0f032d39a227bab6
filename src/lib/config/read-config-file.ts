import {readFileSync} from 'node:fs'
import type {ErrorObject} from 'ajv'
import type {Document, LineCounter, Pair, Scalar, YAMLMap} from 'yaml'
import {LogflowError} from '../errors/logflow-error.js'
import {configValidator} from './config-validator.js'
import {nearMatch} from './near-match.js'
import {SETTING_BY_KEY, SETTINGS} from './settings.js'

/** What is written in a config file: values as written, with the line each stands on (from 1). */
export interface ConfigFile {
  path: string
  values: Layer
  profiles: Map<string, Layer>
  /** The profile used when none is named. */
  profile?: string
}

export type Layer = Map<string, {written: unknown; line: number}>

/** The text of a file, or `undefined` where there is none. Throws BAD_CONFIG when it cannot be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    const reason = code === 'EACCES' ? 'permission denied' : code === 'EISDIR' ? 'it is a folder' : String(code)
    throw new LogflowError('BAD_CONFIG', `cannot read ${path}: ${reason}`, {cause})
  }
}

/** Checks and reads the text of a config file. Throws BAD_CONFIG that names file, line and column. */
export async function readConfigFile(path: string, text: string): Promise<ConfigFile> {
  const {LineCounter, parseDocument, isMap} = await import('yaml')
  const lines = new LineCounter()
  const doc = parseDocument(text, {lineCounter: lines, prettyErrors: false})
  const broken = doc.errors[0]
  if (broken) throw refused(path, lines, broken.pos[0], (broken.message.split('\n')[0] as string).replace(/:$/, ''))
  const file: ConfigFile = {path, values: new Map(), profiles: new Map()}
  if (doc.contents === null) return file
  if (!isMap(doc.contents)) throw refused(path, lines, 0, 'a config file is `key: value` lines')
  await check(path, doc, lines)
  collect(doc.contents as YAMLMap, '', file.values, lines)
  const profile = doc.get('profile')
  if (profile !== undefined && profile !== null) file.profile = String(profile)
  const profiles = doc.get('profiles')
  if (isMap(profiles)) {
    for (const pair of profiles.items as Array<Pair<Scalar, YAMLMap | null>>) {
      const layer: Layer = new Map()
      if (isMap(pair.value)) collect(pair.value, '', layer, lines)
      file.profiles.set(String(pair.key.value), layer)
    }
  }
  return file
}

/** Every known key below a map; groups (`kafka:`) are walked. A key with no value counts as not written. */
function collect(map: YAMLMap, prefix: string, into: Layer, lines: LineCounter): void {
  for (const pair of map.items as Array<Pair<Scalar, {toJSON(): unknown} | null>>) {
    const key = prefix + String(pair.key.value)
    const value = pair.value as unknown
    if (SETTING_BY_KEY.has(key)) {
      const written = (pair.value?.toJSON() ?? undefined) as unknown
      if (written !== undefined) into.set(key, {written, line: lines.linePos(pair.key.range?.[0] ?? 0).line})
    } else if (value && typeof value === 'object' && 'items' in value && key !== 'profiles') {
      collect(value as YAMLMap, `${key}.`, into, lines)
    }
  }
}

async function check(path: string, doc: Document, lines: LineCounter): Promise<void> {
  const validate = await configValidator()
  if (validate(doc.toJS())) return
  const placed = (validate.errors ?? []).map((error) => ({error, at: placeOf(doc, error)}))
  placed.sort((a, b) => a.at - b.at)
  const first = placed[0]
  if (!first) throw new LogflowError('BAD_CONFIG', `${path}: the file is not a configuration`)
  const {message, hint} = explain(first.error)
  throw refused(path, lines, first.at, message, hint)
}

function refused(path: string, lines: LineCounter, offset: number, message: string, hint?: string): LogflowError {
  const {line, col} = lines.linePos(offset)
  return new LogflowError('BAD_CONFIG', `${path}:${line}:${col}: ${message}`, {suggestions: hint ? [hint] : []})
}

function explain(error: ErrorObject): {message: string; hint?: string} {
  const group = error.instancePath.slice(1).replaceAll('/', '.')
  if (error.keyword === 'additionalProperties') {
    const name = String(error.params.additionalProperty)
    const inProfile = /^profiles\.[^.]+\.?/.exec(group)?.[0] ?? ''
    const prefix = group.slice(inProfile.length)
    const siblings = childrenOf(prefix, inProfile !== '')
    const near = nearMatch(name, siblings) ?? nearMatch(name, lastParts())
    const full = near && fullName(near, prefix, siblings)
    return {
      message: `unknown key ${prefix ? `${prefix}.` : ''}${name}`,
      hint: full ? `Did you mean ${full}?` : `Known here: ${siblings.join(', ')}`,
    }
  }
  const kinds = error.keyword === 'type' ? [error.params.type].flat().map(String) : []
  if (kinds.includes('object')) return {message: `${group} is a group: its settings are indented below it`}
  const wanted = kinds.filter((kind) => kind !== 'null').join(' or ')
  return {message: `${group} ${wanted ? `must be of type ${wanted}` : (error.message ?? 'is not valid')}`}
}

/** A key beside the unknown one, or the first anywhere with this last part. */
function fullName(near: string, prefix: string, siblings: readonly string[]): string | undefined {
  if (siblings.includes(near)) return prefix ? `${prefix}.${near}` : near
  return SETTINGS.find((spec) => spec.key.endsWith(`.${near}`))?.key
}

const lastParts = () => SETTINGS.map((spec) => spec.key.slice(spec.key.lastIndexOf('.') + 1))

function childrenOf(prefix: string, inProfile: boolean): string[] {
  const under = prefix ? `${prefix}.` : ''
  const names = SETTINGS.filter((spec) => spec.key.startsWith(under)).map(
    (spec) => spec.key.slice(under.length).split('.')[0] as string,
  )
  if (!under && !inProfile) names.push('profile', 'profiles')
  return [...new Set(names)]
}

/** Offset in the text of what an error is about. */
function placeOf(doc: Document, error: ErrorObject): number {
  const parts = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (error.keyword === 'additionalProperties') {
    const map = (parts.length === 0 ? doc.contents : doc.getIn(parts, true)) as YAMLMap | undefined
    const name = String(error.params.additionalProperty)
    const pair = (map?.items as Pair<Scalar>[] | undefined)?.find((item) => String(item.key.value) === name)
    return pair?.key.range?.[0] ?? 0
  }
  const node = doc.getIn(parts, true) as {range?: [number, number, number]} | undefined
  return node?.range?.[0] ?? 0
}
