export type Invocation =
  | {kind: 'command'; id: string; argv: string[]}
  /** Help on a command or topic, or on everything where no subject is named. */
  | {kind: 'help'; subject?: string}
  | {kind: 'unknown'; words: string}

const HELP = new Set(['--help', '-h'])

/** What a command line asks for. Ids join topic and name by a colon; users write a space, or the colon. */
export function findCommand(argv: readonly string[], ids: readonly string[]): Invocation {
  const end = argv.indexOf('--')
  const asksHelp = (end === -1 ? argv : argv.slice(0, end)).some((word) => HELP.has(word))
  const rest = splitColon(argv[0] === 'help' ? argv.slice(1) : argv)
  const help = asksHelp || argv[0] === 'help'
  const words = leadingWords(rest)
  if (words.length === 0)
    return rest.length === 0 || help ? {kind: 'help'} : {kind: 'unknown', words: rest[0] as string}
  for (let length = words.length; length > 0; length--) {
    const id = words.slice(0, length).join(':')
    if (ids.includes(id)) return help ? {kind: 'help', subject: id} : {kind: 'command', id, argv: rest.slice(length)}
  }
  for (let length = words.length; length > 0; length--) {
    const topic = words.slice(0, length).join(':')
    if (!ids.some((id) => id.startsWith(`${topic}:`))) continue
    if (help || words.length === length) return {kind: 'help', subject: topic}
    return {kind: 'unknown', words: words.slice(0, length + 1).join(' ')}
  }
  return {kind: 'unknown', words: words[0] as string}
}

/** `config:path` is another way to write `config path`. */
function splitColon(argv: readonly string[]): string[] {
  const [first = '', ...rest] = argv
  return /^[a-z-]+(:[a-z-]+)+$/.test(first) ? [...first.split(':'), ...rest] : [...argv]
}

const MOST_WORDS = 3

/** Words before the first flag, no more than the longest id has. */
function leadingWords(argv: readonly string[]): string[] {
  const words: string[] = []
  for (const word of argv) {
    if (word.startsWith('-') || words.length === MOST_WORDS) break
    words.push(word)
  }
  return words
}
