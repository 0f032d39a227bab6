import {homedir} from 'node:os'
import {join} from 'node:path'
import type {SettingValue} from './config.js'
import {PIPELINE_SETTINGS} from './pipeline-settings.js'
import {SERVER_SETTINGS} from './server-settings.js'

/** What the user writes for a key, in the file, in the environment or as a flag. */
export interface SettingSpec {
  /** Dotted, snake_case, as in the file. */
  key: string
  type: 'text' | 'name' | 'integer' | 'boolean' | 'list' | 'choice' | 'duration' | 'bytes' | 'path'
  choices?: readonly string[]
  min?: number
  /** Names in the environment besides `LOGFLOW_<KEY>`, which comes first. */
  env?: readonly string[]
  /** Never shown, not even in part. */
  secret?: boolean
  /** As the user would write it; `undefined` where the value is computed or there is none. */
  default?: string | number | boolean | readonly string[]
  /** One line for `config init` and the documentation. */
  describe: string
  /** Shown, commented out, by `config init` where there is no default. */
  example?: string
}

/** Every key there is, in the order in which they are listed. */
export const SETTINGS: readonly SettingSpec[] = [...PIPELINE_SETTINGS, ...SERVER_SETTINGS]

export const SETTING_BY_KEY: ReadonlyMap<string, SettingSpec> = new Map(SETTINGS.map((spec) => [spec.key, spec]))

/** `kafka.client_id` → `LOGFLOW_KAFKA_CLIENT_ID`. */
export function envNameOf(key: string): string {
  return `LOGFLOW_${key.replaceAll('.', '_').toUpperCase()}`
}

/** `data_dir` → `data-dir`: keys without a dot can be flags of this name. */
export function flagNameOf(key: string): string | undefined {
  return key.includes('.') ? undefined : key.replaceAll('_', '-')
}

/** Folders by the XDG rules everywhere; on Windows below %APPDATA% and %LOCALAPPDATA%. */
export interface Folders {
  config: string
  data: string
}

export function standardFolders(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Folders {
  const home = env.HOME || homedir()
  const windows = platform === 'win32'
  const config = env.XDG_CONFIG_HOME || (windows && env.APPDATA) || join(home, '.config')
  const data = env.XDG_DATA_HOME || (windows && env.LOCALAPPDATA) || join(home, '.local', 'share')
  return {config: join(config, 'logflow'), data: join(data, 'logflow')}
}

const MASK = '********'

/** What may be shown of a value: nothing of a secret, and no password inside a URL. */
export function masked(spec: SettingSpec, value: SettingValue): SettingValue {
  if (value === undefined) return undefined
  if (spec.secret) return MASK
  if (Array.isArray(value)) return value.map(maskUrl)
  return typeof value === 'string' ? maskUrl(value) : value
}

/** A parameter of a URL that holds a secret: `?password=`, `&sslpassword=`, `?api_key=`. */
export const SECRET_PARAMETER = /pass|pwd|secret|token|api_?key/i

/**
 * `https://user:pass@host` → `https://user:********@host`, also where the password is not escaped as it should be; and
 * `?password=pass` → `?password=********`, which PostgreSQL takes as well.
 */
export function maskUrl(text: string): string {
  return text
    .replace(/(:\/\/[^/\s:@]*):(?!\d+(?:[/,\s]|$))\S*@/g, `$1:${MASK}@`)
    .replace(/([?&])([^=&\s]+)=[^&#\s]+/g, (whole, sign: string, name: string) =>
      SECRET_PARAMETER.test(name) ? `${sign}${name}=${MASK}` : whole,
    )
}
