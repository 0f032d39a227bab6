import {homedir} from 'node:os'
import {isAbsolute, resolve} from 'node:path'
import {LogflowError} from '../errors/logflow-error.js'
import type {SettingValue} from './config.js'
import {nearMatch} from './near-match.js'
import {maskUrl, type SettingSpec} from './settings.js'

/**
 * What a written value means: numbers of durations are milliseconds, of sizes bytes. `where` names the place it
 * was written, for the message; `base` is the folder relative paths count from.
 */
export function readValue(spec: SettingSpec, written: unknown, where: string, base: string): SettingValue {
  const refuse = (wanted: string, hint?: string): never => {
    const shown = spec.secret ? 'the value given' : JSON.stringify(maskUrl(String(written)))
    throw new LogflowError('BAD_CONFIG', `${where}: ${spec.key} must be ${wanted}, not ${shown}`, {
      suggestions: hint ? [hint] : [],
    })
  }
  if (Array.isArray(written)) {
    return spec.type === 'list' ? written.map(String) : refuse(KINDS[spec.type])
  }
  if (typeof written === 'object') return refuse(KINDS[spec.type])
  const text = String(written).trim()
  switch (spec.type) {
    case 'text':
      return text
    case 'name':
      return NAME.test(text) ? text : refuse(KINDS.name)
    case 'list': {
      const parts = text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean)
      return parts.length > 0 ? parts : refuse(KINDS.list)
    }
    case 'path':
      return text === '' ? refuse(KINDS.path) : absolutePath(text, base)
    case 'boolean':
      return BOOLEANS.get(text.toLowerCase()) ?? refuse(KINDS.boolean)
    case 'integer': {
      const value = Number(text)
      const least = spec.min ?? 0
      return /^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least
        ? value
        : refuse(`a whole number from ${least} up`)
    }
    case 'choice': {
      const choices = spec.choices ?? []
      const found = choices.find((choice) => choice === text.toLowerCase())
      if (found) return found
      const near = nearMatch(text, choices)
      return refuse(`one of ${choices.join(', ')}`, near && `Did you mean ${near}?`)
    }
    case 'duration':
      return parseDuration(text) ?? refuse(KINDS.duration)
    case 'bytes':
      return parseBytes(text) ?? refuse(KINDS.bytes)
  }
}

const KINDS: Record<SettingSpec['type'], string> = {
  text: 'text',
  name: 'a name: letters, digits, dots, _ and -, 240 at most',
  integer: 'a whole number',
  boolean: 'true or false',
  list: 'one or more values, separated by commas',
  choice: 'one of the choices',
  duration: 'a duration such as 500ms, 30s, 15m, 2h or 7d',
  bytes: 'a size such as 64kB, 256MB or 1GiB',
  path: 'a path',
}

/** What Kafka takes for a topic, with room for the name of its dead letters; the same everywhere. */
const NAME = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,240}$/

const BOOLEANS = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
])

function absolutePath(text: string, base: string): string {
  if (text === '~' || text.startsWith('~/')) return resolve(homedir(), text.slice(2))
  return isAbsolute(text) ? text : resolve(base, text)
}

const DURATION_UNITS: Record<string, number> = {ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5}

/** Milliseconds of `1h`, `1h30m`, `1.5s`; `undefined` where the text is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|[smhdw]))+$/.test(text)) return undefined
  let sum = 0
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    sum += Number(count) * (DURATION_UNITS[unit as string] as number)
  }
  return sum
}

const BYTE_UNITS: Record<string, number> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** Bytes of `256MB`, `1GiB`, `4096`; `undefined` where the text is no size. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text)
  const unit = BYTE_UNITS[(match?.[2] ?? '').toLowerCase()]
  return match && unit ? Math.round(Number(match[1]) * unit) : undefined
}
