import {shellArgument, shellQuoted, shellWord} from '../query/shell-words.js'

/** Where the records come from, as flags that were given, so that a command that is copied looks in the same place. */
export interface Place {
  /** Of every command: `--profile prod`. */
  shared: readonly string[]
  /** Of commands that ask the store, and of those that ask the bus. */
  store: readonly string[]
  bus: readonly string[]
  /** Files that are watched in place of bus and store. */
  files: readonly string[]
  /** What was asked for when the screen was opened: nothing else arrives. */
  asked: {query: string; flags: readonly string[]}
}

export const AS_CONFIGURED: Place = {shared: [], store: [], bus: [], files: [], asked: {query: '', flags: []}}

export interface PlaceFlags {
  profile?: string
  config?: string
  'data-dir'?: string
  store?: string
  bus?: string
  service?: readonly string[]
  level?: readonly string[]
  'min-level'?: string
  'trace-id'?: string
  'correlation-id'?: string
  'request-id'?: string
}

/** Flags that name a place, by what they were given; an address that holds a password is not repeated. */
export function placeOfFlags(flags: PlaceFlags, files: readonly string[] = [], query = ''): Place {
  const words = (...names: Array<keyof PlaceFlags>) =>
    names.flatMap((name) =>
      [flags[name] ?? []].flat().flatMap((value) => (holdsSecret(value) ? [] : [`--${name}`, shellWord(value)])),
    )
  return {
    shared: words('profile', 'config', 'data-dir'),
    store: words('store'),
    bus: words('bus'),
    files: files.flatMap((file) => ['--file', shellWord(file)]),
    asked: {query, flags: words('service', 'level', 'min-level', 'trace-id', 'correlation-id', 'request-id')},
  }
}

/** An address with a user's name and, most likely, a password. */
function holdsSecret(value: string): boolean {
  return /^[a-z]+:\/\/[^/]*@/i.test(value)
}

/** A `logflow` command that looks where the screen does. The flags stand first: behind `--` they would be none. */
export function inPlace({shared, store, bus, files}: Place, command: string): string {
  const [verb] = /^logflow (dlq \w+|\w+)/.exec(command) ?? []
  if (verb === undefined) return command
  const words = verb.startsWith('logflow dlq') ? [...shared, ...bus] : [...shared, ...store, ...files]
  return [verb, ...words].join(' ') + command.slice(verb.length)
}

/** The command that finds one record. */
export function recordCommand(place: Place, id: string): string {
  if (place.files.length === 0) return inPlace(place, `logflow get ${shellArgument(id)}`)
  return inPlace(place, `logflow search ${shellQuoted(`id:${JSON.stringify(id)}`)}`)
}
