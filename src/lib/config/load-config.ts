import {join, resolve} from 'node:path'
import {LogflowError} from '../errors/logflow-error.js'
import type {Config, ConfigFiles, Origin, Setting, SettingValue} from './config.js'
import {nearMatch} from './near-match.js'
import {type ConfigFile, type Layer, readConfigFile, readIfThere} from './read-config-file.js'
import {readDotenv} from './read-dotenv.js'
import {readValue} from './read-value.js'
import {followServer} from './server.js'
import {envNameOf, flagNameOf, masked, SETTINGS, type SettingSpec, standardFolders} from './settings.js'
import {toConfig} from './to-config.js'

export interface ConfigInputs {
  /**
   * Parsed flags by name; those that are no setting are left alone, `undefined` means not given. Commands that
   * make the file add `config-may-be-missing` or `config-may-be-broken`.
   */
  flags: Readonly<Record<string, unknown>>
  env: NodeJS.ProcessEnv
  cwd: string
  platform: NodeJS.Platform
}

/** A value as found in the strongest place that has one. */
export interface Found {
  value: SettingValue
  origin: Origin
}

/**
 * Reads flags, environment, `.env`, profile, file and defaults, in this order of strength, into one Config.
 * Throws BAD_CONFIG that names the place and what to write instead.
 */
export async function loadConfig(inputs: ConfigInputs): Promise<Config> {
  const {cwd} = inputs
  const warnings: string[] = []
  const dotenvPath = join(cwd, '.env')
  const dotenv = readDotenvFile(dotenvPath, warnings)
  const env = new Environment(inputs.env, dotenv ?? new Map(), dotenvPath)
  const {file, path} = await openFile(inputs, env)
  const profile = chosenProfile(inputs, env, file)
  const layers = file ? fileLayers(file, profile) : []
  const found = new Map<string, Found>()
  for (const spec of SETTINGS) {
    const value =
      fromFlag(spec, inputs) ?? fromEnvironment(spec, env, cwd) ?? fromFile(spec, layers) ?? fromDefault(spec, cwd)
    if (value) found.set(spec.key, value)
  }
  if (!found.has('data_dir')) {
    found.set('data_dir', {value: standardFolders(inputs.env, inputs.platform).data, origin: {from: 'default'}})
  }
  followAddresses(found, inputs, env)
  followServer(found, {configPath: path, profile, warnings})
  warnings.push(...env.unknownNames())
  const files: ConfigFiles = {path, exists: file !== undefined}
  if (profile) files.profile = profile
  if (dotenv && env.usedDotenv) files.dotenv = dotenvPath
  const settings: Setting[] = SETTINGS.map((spec) => {
    const {value, origin} = found.get(spec.key) ?? {value: undefined, origin: {from: 'default'}}
    return {key: spec.key, value: masked(spec, value), origin}
  })
  const password = env.get('LOGFLOW_PASSWORD')?.value
  const adminPassword = env.get('LOGFLOW_ADMIN_PASSWORD')?.value
  return toConfig(found, {
    variables: env.alertVariables(),
    files,
    settings,
    warnings,
    ...(password === undefined ? {} : {password}),
    ...(adminPassword === undefined ? {} : {adminPassword}),
  })
}

/** Where the config file is looked for: `--config`, `LOGFLOW_CONFIG`, or the standard place. */
export function configPath(inputs: Pick<ConfigInputs, 'flags' | 'env' | 'cwd' | 'platform'>): string {
  const named = inputs.flags.config ?? (inputs.env.LOGFLOW_CONFIG || undefined)
  if (named !== undefined) return resolve(inputs.cwd, String(named))
  return join(standardFolders(inputs.env, inputs.platform).config, 'config.yaml')
}

async function openFile(inputs: ConfigInputs, env: Environment): Promise<{file?: ConfigFile; path: string}> {
  const named = inputs.flags.config ?? env.get('LOGFLOW_CONFIG')?.value
  const path = configPath({...inputs, flags: {config: named}})
  if (inputs.flags['config-may-be-broken'] === true) return {path}
  const text = readIfThere(path)
  if (text !== undefined) return {file: await readConfigFile(path, text), path}
  if (named !== undefined && inputs.flags['config-may-be-missing'] !== true) {
    throw new LogflowError('BAD_CONFIG', `no config file at ${path}`, {
      suggestions: [`logflow config init --config ${path}  to make one`],
    })
  }
  return {path}
}

function readDotenvFile(path: string, warnings: string[]): Map<string, string> | undefined {
  try {
    const text = readIfThere(path)
    return text === undefined ? undefined : readDotenv(text)
  } catch (error) {
    warnings.push((error as Error).message)
    return undefined
  }
}

function chosenProfile(inputs: ConfigInputs, env: Environment, file: ConfigFile | undefined): string | undefined {
  const named = inputs.flags.profile ?? env.get('LOGFLOW_PROFILE')?.value ?? file?.profile
  if (named === undefined) return undefined
  const name = String(named)
  if (file?.profiles.has(name)) return name
  const known = [...(file?.profiles.keys() ?? [])]
  const near = nearMatch(name, known)
  const where = file ? `${file.path} has no profile ${name}` : `there is no config file that could hold profile ${name}`
  const hint = near ? `Did you mean ${near}?` : known.length > 0 ? `Profiles there: ${known.join(', ')}` : undefined
  throw new LogflowError('BAD_CONFIG', where, {suggestions: hint ? [hint] : []})
}

interface FileLayer {
  layer: Layer
  file: string
  profile?: string
}

function fileLayers(file: ConfigFile, profile: string | undefined): FileLayer[] {
  const layers: FileLayer[] = [{layer: file.values, file: file.path}]
  const chosen = profile === undefined ? undefined : file.profiles.get(profile)
  if (chosen && profile !== undefined) layers.unshift({layer: chosen, file: file.path, profile})
  return layers
}

function fromFlag(spec: SettingSpec, {flags, cwd}: ConfigInputs): Found | undefined {
  const name = flagNameOf(spec.key)
  const written = name === undefined ? undefined : flags[name]
  if (written === undefined || name === undefined) return undefined
  if (addressedKind(spec.key, written)) return undefined
  return {value: readValue(spec, written, `--${name}`, cwd), origin: {from: 'flag', name: `--${name}`}}
}

function fromEnvironment(spec: SettingSpec, env: Environment, cwd: string): Found | undefined {
  for (const name of [envNameOf(spec.key), ...(spec.env ?? [])]) {
    const entry = env.get(name)
    if (!entry) continue
    if (addressedKind(spec.key, entry.value)) continue
    return {value: readValue(spec, entry.value, entry.where, cwd), origin: {from: 'environment', name}}
  }
  return undefined
}

function fromFile(spec: SettingSpec, layers: FileLayer[]): Found | undefined {
  for (const {layer, file, profile} of layers) {
    const entry = layer.get(spec.key)
    if (!entry) continue
    const value = readValue(spec, entry.written, `${file}:${entry.line}`, resolve(file, '..'))
    const place = {file, line: entry.line}
    return {
      value,
      origin: profile === undefined ? {from: 'file', ...place} : {from: 'profile', name: profile, ...place},
    }
  }
  return undefined
}

function fromDefault(spec: SettingSpec, cwd: string): Found | undefined {
  if (spec.default === undefined) return undefined
  const written = Array.isArray(spec.default) ? [...spec.default] : spec.default
  return {value: readValue(spec, written, 'default', cwd), origin: {from: 'default'}}
}

const ADDRESSED = [
  {kind: 'bus', addresses: 'kafka.brokers', becomes: 'kafka', address: /:\d+(,|$)/},
  {kind: 'store', addresses: 'elasticsearch.nodes', becomes: 'elasticsearch', address: /^https?:\/\//},
] as const

/** True for `--bus host:9092` and `--store http://…`: an address where a kind is asked for. */
function addressedKind(key: string, written: unknown): boolean {
  return ADDRESSED.some(({kind, address}) => kind === key && address.test(String(written)))
}

/**
 * An address says which kind is meant: `--bus host:9092` is Kafka there, and KAFKA_BOOTSTRAP_SERVERS in the
 * environment switches the bus unless something as strong names it.
 */
function followAddresses(found: Map<string, Found>, {flags, cwd}: ConfigInputs, env: Environment): void {
  for (const {kind, addresses, becomes} of ADDRESSED) {
    const spec = SETTINGS.find(({key}) => key === addresses) as SettingSpec
    const flag = flags[kind]
    const variable = env.get(envNameOf(kind))
    if (flag !== undefined && addressedKind(kind, flag)) {
      const origin: Origin = {from: 'flag', name: `--${kind}`}
      found.set(kind, {value: becomes, origin})
      found.set(addresses, {value: readValue(spec, flag, `--${kind}`, cwd), origin})
      continue
    }
    if (found.get(kind)?.origin.from === 'flag') continue
    if (variable && addressedKind(kind, variable.value)) {
      const origin: Origin = {from: 'environment', name: envNameOf(kind)}
      found.set(kind, {value: becomes, origin})
      found.set(addresses, {value: readValue(spec, variable.value, variable.where, cwd), origin})
      continue
    }
    const address = found.get(addresses)
    if (address?.origin.from === 'environment' && found.get(kind)?.origin.from !== 'environment') {
      found.set(kind, {value: becomes, origin: address.origin})
    }
  }
}

/** Names that mean something and are no settings. */
const NO_SETTINGS = ['LOGFLOW_CONFIG', 'LOGFLOW_PROFILE', 'LOGFLOW_PASSWORD', 'LOGFLOW_ADMIN_PASSWORD', 'LOGFLOW_PAGER']

/** Not LOGFLOW_ALERTS_…, which are settings. */
const ALERT_VARIABLE = /^LOGFLOW_ALERT_[A-Z0-9_]+$/

/** Process environment over `.env`; an empty value counts as not set. */
class Environment {
  usedDotenv = false

  constructor(
    private readonly real: NodeJS.ProcessEnv,
    private readonly dotenv: Map<string, string>,
    private readonly dotenvPath: string,
  ) {}

  get(name: string): {value: string; where: string} | undefined {
    const real = this.real[name]
    if (real) return {value: real, where: name}
    // An empty variable of the process hides the one in the file: that is how one run switches it off.
    if (real !== undefined) return undefined
    const written = this.dotenv.get(name)
    if (!written) return undefined
    this.usedDotenv = true
    return {value: written, where: `${this.dotenvPath}: ${name}`}
  }

  /** What alert rules may name: LOGFLOW_ALERT_… */
  alertVariables(): Record<string, string> {
    const names = new Set([...Object.keys(this.real), ...this.dotenv.keys()])
    const found = [...names].flatMap((name) => {
      const value = ALERT_VARIABLE.test(name) ? this.get(name)?.value : undefined
      return value === undefined ? [] : [[name, value] as const]
    })
    return Object.fromEntries(found)
  }

  /** One line for each LOGFLOW_ name that means nothing. */
  unknownNames(): string[] {
    const known = new Set([...SETTINGS.map((spec) => envNameOf(spec.key)), ...NO_SETTINGS])
    const names = new Set([...Object.keys(this.real), ...this.dotenv.keys()])
    return [...names]
      .filter((name) => name.startsWith('LOGFLOW_') && !known.has(name) && !ALERT_VARIABLE.test(name))
      .sort()
      .map((name) => {
        const near = nearMatch(
          name.slice('LOGFLOW_'.length),
          [...known].map((other) => other.slice('LOGFLOW_'.length)),
        )
        return `${name} is not a setting${near ? `; did you mean LOGFLOW_${near}?` : ''}`
      })
  }
}
