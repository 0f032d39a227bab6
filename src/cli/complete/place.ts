// Where the cursor stands in a command line, and so what could follow. Pure: the manifest tells what every command takes.

import type {Manifest, ManifestCommand} from '../manifest.js'

/** What has to be completed. Every kind but `value` and `argument` is answered by the manifest alone. */
export type Place =
  | {kind: 'command'; candidates: Candidate[]}
  | {kind: 'flag'; candidates: Candidate[]}
  /** Of a flag: `before` is what stands in the same word before the value (`--level=`). */
  | {kind: 'value'; command: string; flag: Flag; value: string; before: string}
  | {kind: 'argument'; command: string; name: string; value: string}
  | {kind: 'nothing'}

export interface Candidate {
  value: string
  describe?: string
}

export interface Flag {
  name: string
  helpValue?: string
  options?: string[]
}

interface FlagSpec extends Flag {
  char?: string
  description?: string
  summary?: string
  type: 'boolean' | 'option'
  multiple?: boolean
  hidden?: boolean
  allowNo?: boolean
}

/**
 * @param words what stands before the word at the cursor, without `logflow`
 * @param current that word up to the cursor, perhaps empty
 * @param topics what each topic is about
 */
export function placeOf(
  words: readonly string[],
  current: string,
  {commands}: Manifest,
  topics: Record<string, {description: string}>,
): Place {
  const typed = words[0] === 'help' ? words.slice(1) : words
  const id = commandOf(typed, commands)
  const command = id === undefined ? undefined : commands[id]
  if (!command) return nextWord(typed, current, commands, topics)
  if (words[0] === 'help') return {kind: 'nothing'}
  return inCommand(command, typed.slice(command.id.split(':').length), current)
}

/** The command that the first words name: the longest that does. */
function commandOf(words: readonly string[], commands: Manifest['commands']): string | undefined {
  for (let length = Math.min(words.length, 3); length > 0; length--) {
    const id = words.slice(0, length).join(':')
    if (commands[id]) return id
  }
  return undefined
}

function nextWord(
  words: readonly string[],
  current: string,
  commands: Manifest['commands'],
  topics: Record<string, {description: string}>,
): Place {
  if (words.some((word) => word.startsWith('-'))) return {kind: 'nothing'}
  const before = words.map((word) => `${word}:`).join('')
  const found = new Map<string, string | undefined>()
  for (const {id, summary, hidden} of Object.values(commands)) {
    if (hidden || !id.startsWith(before)) continue
    const [next = '', ...more] = id.slice(before.length).split(':')
    const topic = topics[`${before}${next}`]?.description
    if (more.length === 0 || !found.has(next)) found.set(next, more.length === 0 ? summary : topic)
  }
  if (found.size > 0 && words.length === 0) found.set('help', 'Show what there is, or what a command takes')
  const candidates = [...found].map(([value, describe]) => ({value, ...(describe ? {describe} : {})}))
  return {kind: 'command', candidates: startingWith(candidates, current)}
}

function inCommand(command: ManifestCommand, words: readonly string[], current: string): Place {
  const flags = Object.values(command.flags) as FlagSpec[]
  const {open, positions, ended, given} = readWords(words, flags)
  if (open) return {kind: 'value', command: command.id, flag: open, value: current, before: ''}
  if (!ended && current.startsWith('-')) return flagAt(command, flags, current, given)
  const args = Object.values(command.args) as Array<{name: string; multiple?: boolean}>
  const last = args.at(-1)
  const at = args[positions] ?? (last?.multiple ? last : undefined)
  return at ? {kind: 'argument', command: command.id, name: at.name, value: current} : {kind: 'nothing'}
}

function flagAt(command: ManifestCommand, flags: FlagSpec[], current: string, given: ReadonlySet<string>): Place {
  const equals = current.indexOf('=')
  if (equals === -1) {
    const left = flags.filter((flag) => !flag.hidden && (flag.multiple || !given.has(flag.name)))
    return {kind: 'flag', candidates: startingWith(left.flatMap(spellings), current)}
  }
  const flag = flagOf(current.slice(0, equals), flags)
  if (flag?.type !== 'option') return {kind: 'nothing'}
  const before = current.slice(0, equals + 1)
  return {kind: 'value', command: command.id, flag, value: current.slice(equals + 1), before}
}

function spellings({name, summary, description, allowNo}: FlagSpec): Candidate[] {
  const [line] = (summary ?? description ?? '').split('\n')
  const describe = line ? {describe: line} : {}
  return [{value: `--${name}`, ...describe}, ...(allowNo ? [{value: `--no-${name}`, ...describe}] : [])]
}

interface Read {
  /** A flag that still waits for its value. */
  open?: FlagSpec
  /** Arguments so far. */
  positions: number
  /** After `--`: only arguments follow. */
  ended: boolean
  given: Set<string>
}

function readWords(words: readonly string[], flags: FlagSpec[]): Read {
  const read: Read = {positions: 0, ended: false, given: new Set()}
  for (const word of words) {
    if (read.open) read.open = undefined
    else if (read.ended || !word.startsWith('-') || word === '-') read.positions++
    else if (word === '--') read.ended = true
    else {
      const [name = ''] = word.split('=', 1)
      const flag = flagOf(name, flags)
      if (!flag) continue
      read.given.add(flag.name)
      if (flag.type === 'option' && !word.includes('=')) read.open = flag
    }
  }
  return read
}

/** `--level`, `--no-process`, `-l`; of `-qo` the last, which alone may take a value. */
function flagOf(word: string, flags: FlagSpec[]): FlagSpec | undefined {
  if (word.startsWith('--')) {
    const name = word.slice(2)
    return flags.find((flag) => flag.name === name || (flag.allowNo && `no-${flag.name}` === name))
  }
  return flags.find((flag) => flag.char !== undefined && flag.char === word.at(-1))
}

export function startingWith(candidates: Candidate[], begin: string): Candidate[] {
  return candidates.filter(({value}) => value.startsWith(begin))
}
