// The values there really are: services that have logged, rules, profiles, accounts. Best effort and silent: what cannot
// be had within the time is not offered, nothing is made, and nobody is asked for a password.

import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {TriggeredAlert} from '../../lib/alerts/alerts.js'
import type {Config} from '../../lib/config/config.js'
import {escapeLine} from '../../lib/output/escape-controls.js'
import type {ValueKind} from './kinds.js'
import type {Candidate} from './place.js'

export interface RealValues {
  of(kind: ValueKind | 'host' | 'environment'): Promise<Candidate[]>
}

/** A press of Tab that takes longer is worse than none. */
const TIME_MS = 2_000
const MOST = 200

/** One that would end its line, or move the cursor, is not offered. */
export function isWorthStaying(value: string): boolean {
  return value !== '' && value.length <= 200 && !/[\u0000-\u001f\u007f-\u009f]/.test(value)
}

/** @param words typed so far: their --profile, --config, --data-dir, --store and --bus say where values are looked for */
export function openRealValues(words: readonly string[]): RealValues {
  return {
    async of(kind) {
      const fixed = FIXED[kind]
      if (fixed) return fixed
      const late = new Promise<string[]>((resolve) => setTimeout(resolve, TIME_MS, []).unref())
      const values = await Promise.race([look(kind, words).catch(() => []), late])
      return values.map((value) => (typeof value === 'string' ? {value} : value))
    },
  }
}

const FIXED: Partial<Record<ValueKind | 'host' | 'environment', Candidate[]>> = {
  level: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((value) => ({value})),
  time: [
    {value: '15m', describe: 'the last 15 minutes'},
    {value: '1h', describe: 'the last hour'},
    {value: '24h', describe: 'the last day'},
    {value: '7d', describe: 'the last week'},
    {value: 'today', describe: 'since midnight'},
    {value: 'yesterday', describe: 'since the midnight before'},
  ],
  bus: ['embedded', 'kafka', 'remote'].map((value) => ({value})),
  store: ['embedded', 'elasticsearch', 'remote'].map((value) => ({value})),
  shell: ['bash', 'zsh', 'fish'].map((value) => ({value})),
}

const PLACES = ['profile', 'config', 'data-dir', 'store', 'bus']

function placesOf(words: readonly string[]): Record<string, string> {
  const flags: Record<string, string> = {}
  for (const [index, word] of words.entries()) {
    for (const name of PLACES) {
      const next = words[index + 1]
      if (word.startsWith(`--${name}=`)) flags[name] = word.slice(name.length + 3)
      else if (word === `--${name}` && next !== undefined) flags[name] = next
    }
  }
  return flags
}

async function look(
  kind: ValueKind | 'host' | 'environment',
  words: readonly string[],
): Promise<Array<string | Candidate>> {
  if (kind === 'setting') {
    const {SETTINGS} = await import('../../lib/config/settings.js')
    return SETTINGS.map(({key, describe}) => ({value: key, describe}))
  }
  const {loadConfig} = await import('../../lib/config/load-config.js')
  const {profile, ...places} = placesOf(words)
  const flags = kind === 'profile' ? places : {...places, ...(profile === undefined ? {} : {profile})}
  if (kind === 'profile') return profilesOf(flags)
  const config = await loadConfig({flags, env: process.env, cwd: process.cwd(), platform: process.platform})
  if (kind === 'topic') return [config.topic]
  if (kind === 'search') {
    const {SavedSearches} = await import('../../lib/flows/saved-searches.js')
    return new SavedSearches(config.dataDir).names()
  }
  return fromPorts(kind, config)
}

async function profilesOf(flags: Record<string, string>): Promise<string[]> {
  const [{configPath}, {readConfigFile, readIfThere}] = await Promise.all([
    import('../../lib/config/load-config.js'),
    import('../../lib/config/read-config-file.js'),
  ])
  const path = configPath({flags, env: process.env, cwd: process.cwd(), platform: process.platform})
  const text = readIfThere(path)
  return text === undefined ? [] : [...(await readConfigFile(path, text)).profiles.keys()]
}

async function fromPorts(kind: ValueKind | 'host' | 'environment', config: Config): Promise<Array<string | Candidate>> {
  if (!isThere(kind, config)) return []
  const [{openApp}, {callerHere}] = await Promise.all([import('../../lib/compose.js'), import('../local-caller.js')])
  await using app = openApp(config)
  switch (kind) {
    case 'service':
    case 'host':
    case 'environment':
      return await (await app.store()).values(kind, MOST)
    case 'user':
      return (await (await app.accounts()).list(callerHere(), {limit: MOST})).map(({username}) => username)
    case 'rule':
      return (await (await app.alerts()).listRules(callerHere(), {limit: MOST})).map(({name}) => name)
    case 'alert':
      return (await (await app.alerts()).triggered(callerHere(), {limit: MOST})).map(alertCandidate)
    default:
      return []
  }
}

/** The beginning of an id is enough to name an alert by. */
function alertCandidate({id, rule_name, group, state}: TriggeredAlert): Candidate {
  const values = Object.values(group).map((value) => value ?? '-')
  return {value: id.slice(0, 8), describe: escapeLine([rule_name, ...values, state].join(', '))}
}

/** Opening what is not there would make it. */
function isThere(kind: string, {server, store, database, dataDir}: Config): boolean {
  if (server) return true
  if (kind === 'service' || kind === 'host' || kind === 'environment') {
    return store !== 'embedded' || existsSync(join(dataDir, 'lake'))
  }
  return database.kind !== 'sqlite' || existsSync(database.path)
}
