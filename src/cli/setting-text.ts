import type {Origin, SettingValue} from '../lib/config/config.js'
import {SETTING_BY_KEY} from '../lib/config/settings.js'
import {formatBytes, formatDuration} from '../lib/output/numbers.js'

/** `file config.yaml:3`, `environment KAFKA_BOOTSTRAP_SERVERS`, `default`. */
export function originText(origin: Origin): string {
  const place = 'file' in origin ? `${origin.file}${origin.line === undefined ? '' : `:${origin.line}`}` : ''
  switch (origin.from) {
    case 'flag':
      return `flag ${origin.name}`
    case 'environment':
      return `environment ${origin.name}`
    case 'profile':
      return `profile ${origin.name} ${place}`
    case 'file':
      return `file ${place}`
    case 'default':
      return 'default'
  }
}

/** A value for people: sizes and durations with their unit, lists with commas, `-` for none. */
export function shownValue(key: string, value: SettingValue): string {
  if (value === undefined) return '-'
  const type = SETTING_BY_KEY.get(key)?.type
  if (type === 'duration') return formatDuration(Number(value))
  if (type === 'bytes') return formatBytes(Number(value))
  return Array.isArray(value) ? value.join(', ') : String(value)
}
