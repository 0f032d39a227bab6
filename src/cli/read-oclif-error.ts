import {nearMatch} from '../lib/config/near-match.js'

export interface Usage {
  message: string
  suggestions: string[]
}

/** The errors of oclif's parser carry these; the classes themselves are not exported. */
interface ParserError extends Error {
  oclif?: {exit?: number}
  flags?: unknown
  args?: unknown
  parse?: {
    input?: {flags?: Record<string, {char?: string; aliases?: string[]}>; args?: Record<string, unknown>}
    output?: {argv?: unknown[]}
  }
}

const ANSI = /\x1b\[[0-9;]*m/g

/** A wrong flag or argument in our words, or `undefined` where the error is not of oclif's parser. */
export function readOclifError(thrown: unknown): Usage | undefined {
  if (!(thrown instanceof Error)) return undefined
  const error = thrown as ParserError
  const parsing = /^Parsing --([\w-]+) \n\t/.exec(error.message)
  if (error.oclif === undefined && !parsing) return undefined
  const known = Object.keys(error.parse?.input?.flags ?? {})
  if (Array.isArray(error.flags)) {
    const written = String(error.flags[0]).split('=')[0] as string
    const near = nearMatch(written.replace(/^-+/, ''), written.startsWith('--') ? known : [])
    const hint = near
      ? `Did you mean --${near}?`
      : /^-[^-]./.test(written) && takesArgument(error)
        ? afterFlags(written)
        : ''
    return {message: `unknown flag ${written}`, suggestions: hint ? [hint] : SEE_HELP}
  }
  const lines = error.message
    .replace(ANSI, '')
    .replace(/\n*See more help with --help\s*$/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  if (parsing) return {message: `--${parsing[1]}: ${lowerFirst(lines.slice(1).join(' '))}`, suggestions: SEE_HELP}
  if (Array.isArray(error.args) && /^Missing/.test(error.message)) {
    const names = (error.args as Array<{name: string}>).map(({name}) => name.toUpperCase())
    return {message: `missing ${names.join(' and ')}`, suggestions: SEE_HELP}
  }
  if (Array.isArray(error.args) && /^Unexpected/.test(error.message) && takesArgument(error))
    return {message: lowerFirst(lines.join(' ')), suggestions: [asOne(error), ...SEE_HELP]}
  if (/^The following errors? occurred/.test(lines[0] ?? '')) lines.shift()
  const expected = /^Expected (.*?)=(.*) to be one of: (.*)$/s.exec(lines.join(' '))
  if (expected) {
    const [, flag, given, choices] = expected as unknown as [string, string, string, string]
    const near = nearMatch(given, choices.split(', '))
    const message = `${flag} must be one of ${choices}, not ${JSON.stringify(given)}`
    return {message, suggestions: near ? [`Did you mean ${near}?`] : []}
  }
  return {message: inOurWords(lowerFirst(lines.join(' '))), suggestions: SEE_HELP}
}

/** Flags that exclude or need each other. */
function inOurWords(message: string): string {
  const excluded = /^(--[\w-]+)=.* cannot also be provided when using (--[\w-]+)$/s.exec(message)
  if (excluded) return `${excluded[1]} and ${excluded[2]} exclude each other`
  const needed = /^all of the following must be provided when using (--[\w-]+): (--[\w-]+)$/.exec(message)
  return needed ? `${needed[1]} works only with ${needed[2]}` : message
}

function takesArgument({parse}: ParserError): boolean {
  return Object.keys(parse?.input?.args ?? {}).length > 0
}

/** A query that leaves a word out may begin with a dash. */
function afterFlags(written: string): string {
  return `What begins with - and is no flag goes last, behind --:  -- '${written}'`
}

/** The usual reason for too many arguments: a query of several words without quotes. */
function asOne({parse}: ParserError): string {
  const words = (parse?.output?.argv ?? []).join(' ')
  const example = /^[\w .:@/-]{1,60}$/.test(words) ? `:  '${words}'` : ''
  return `Several words are one argument in quotes${example}`
}

const SEE_HELP = ['Run the command with --help to see how it is used']

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
