// What follows in a command line that is being typed: asked by the scripts of shell-scripts.ts, on every press of Tab.
// Candidates go out one a line, `value<tab>what it is`; the last line is `:` and what the shell does with them.

import {OFFERED_FIELDS, queryValue, queryWord, VALUED_FIELDS} from '../../lib/query/query-word.js'
import type {Package} from '../run.js'
import {kindOf, type ValueKind} from './kinds.js'
import {type Candidate, type Place, placeOf, startingWith} from './place.js'
import {isWorthStaying, type RealValues} from './real-values.js'

export interface Answer {
  candidates: Candidate[]
  /** `files`, `folders`: the shell completes these itself. `nospace`: more of the same word follows. */
  follow: 'space' | 'nospace' | 'files' | 'folders'
}

/** @param argv the words before the cursor's word, and last that word up to the cursor; without `logflow` */
export async function complete(argv: readonly string[], pack: Package): Promise<Answer> {
  const [{TOPICS}, {openRealValues}] = await Promise.all([import('../registry.js'), import('./real-values.js')])
  const words = argv.slice(0, -1)
  const place = placeOf(words, argv.at(-1) ?? '', pack.manifest, TOPICS)
  return answer(place, openRealValues(words))
}

export async function answer(place: Place, real: RealValues): Promise<Answer> {
  switch (place.kind) {
    case 'nothing':
      return {candidates: [], follow: 'space'}
    case 'command':
    case 'flag':
      return {candidates: place.candidates, follow: 'space'}
    case 'value': {
      if (place.flag.options) return ofWords(place.flag.options.map(named), place)
      return withBefore(await ofKind(kindOf(place), place.value, real), place.before)
    }
    case 'argument':
      return ofKind(kindOf(place), place.value, real)
  }
}

/** A word as bash hands it over, its quotes and backslashes still in it, perhaps not closed yet. */
export function unquoted(word: string): string {
  let text = ''
  let quote = ''
  for (let at = 0; at < word.length; at++) {
    const char = word[at] as string
    if (char === quote) quote = ''
    else if (quote === '' && (char === "'" || char === '"')) quote = char
    else if (char === '\\' && quote !== "'") text += word[++at] ?? ''
    else text += char
  }
  return text
}

/** What is printed; descriptions and foreign values on one line each. */
export function printAnswer({candidates, follow}: Answer): string {
  const lines = candidates
    .filter(({value}) => isWorthStaying(value))
    .map(({value, describe}) => (describe ? `${value}\t${describe.replace(/[\t\r\n]+/g, ' ')}` : value))
  return `${[...lines, `:${follow}`].join('\n')}\n`
}

async function ofKind(kind: ValueKind | undefined, begin: string, real: RealValues): Promise<Answer> {
  switch (kind) {
    case undefined:
      return {candidates: [], follow: 'space'}
    case 'file':
      return {candidates: [], follow: 'files'}
    case 'folder':
      return {candidates: [], follow: 'folders'}
    case 'query':
      return ofQuery(begin, real)
    case 'services': {
      const before = begin.slice(0, begin.lastIndexOf(',') + 1)
      const services = startingWith(await real.of('service'), begin.slice(before.length))
      return withBefore({candidates: services, follow: 'space'}, before)
    }
    default:
      return {candidates: startingWith(await real.of(kind), begin), follow: 'space'}
  }
}

async function ofQuery(query: string, real: RealValues): Promise<Answer> {
  if (query.startsWith('@')) {
    const saved = (await real.of('search')).map(({value}) => named(`@${value}`))
    return {candidates: startingWith(saved, query), follow: 'space'}
  }
  const word = queryWord(query)
  if (word.kind === 'text') return {candidates: [], follow: 'space'}
  if (word.kind === 'name') {
    const names = OFFERED_FIELDS.map((name) => named(`${name}:`))
    return withBefore({candidates: startingWith(names, word.begin), follow: 'nospace'}, word.before)
  }
  const field = VALUED_FIELDS.find((one) => one === word.field)
  if (field === undefined) return {candidates: [], follow: 'space'}
  const fitting = startingWith(await real.of(field), word.begin)
  const quoted = fitting.map(({value}) => named(queryValue(value)))
  return withBefore({candidates: quoted, follow: 'nospace'}, word.before)
}

function ofWords(words: Candidate[], {value, before}: {value: string; before: string}): Answer {
  return withBefore({candidates: startingWith(words, value), follow: 'space'}, before)
}

function withBefore({candidates, follow}: Answer, before: string): Answer {
  return {candidates: candidates.map((one) => ({...one, value: `${before}${one.value}`})), follow}
}

function named(value: string): Candidate {
  return {value}
}
