import type {Place} from './place.js'

/** What real values a flag or an argument takes. */
export type ValueKind =
  | 'service'
  | 'services'
  | 'level'
  | 'query'
  | 'time'
  | 'rule'
  | 'alert'
  | 'profile'
  | 'topic'
  | 'user'
  | 'search'
  | 'setting'
  | 'bus'
  | 'store'
  | 'shell'
  | 'file'
  | 'folder'

const OF_FLAGS: Record<string, ValueKind> = {
  service: 'service',
  services: 'services',
  level: 'level',
  'min-level': 'level',
  profile: 'profile',
  topic: 'topic',
  user: 'user',
  rule: 'rule',
  alert: 'alert',
  bus: 'bus',
  store: 'store',
  'until-match': 'query',
  query: 'query',
}

/** By what help calls the value, for flags that are not named above. */
const OF_HELP_VALUES: Record<string, ValueKind> = {
  FILE: 'file',
  PATH: 'file',
  WHERE: 'file',
  DIR: 'folder',
  TIME: 'time',
}

/** By `command argument`, or by the argument's name alone. */
const OF_ARGUMENTS: Record<string, ValueKind> = {
  'config:get key': 'setting',
  'config:set key': 'setting',
  'metrics:service name': 'service',
  'searches:delete name': 'search',
  'alerts:ack ids': 'alert',
  'alerts:resolve ids': 'alert',
  'completion shell': 'shell',
  query: 'query',
  who: 'user',
  file: 'file',
  files: 'file',
  paths: 'file',
  receipt: 'file',
  rule: 'rule',
  rules: 'rule',
  alert: 'alert',
  alerts: 'alert',
}

export function kindOf(place: Extract<Place, {kind: 'value' | 'argument'}>): ValueKind | undefined {
  if (place.kind === 'argument') return OF_ARGUMENTS[`${place.command} ${place.name}`] ?? OF_ARGUMENTS[place.name]
  const {name, helpValue} = place.flag
  return OF_FLAGS[name] ?? OF_HELP_VALUES[helpValue ?? '']
}
