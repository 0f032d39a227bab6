import {unreachable} from '../errors/logflow-error.js'
import type {LogRecord} from '../record/record.js'
import {toFieldPredicate} from './field-predicate.js'
import type {QueryNode, Regex, Wildcard} from './query.js'
import {toSearch} from './regex.js'
import {textsOf} from './text-of.js'
import {tokenize} from './tokenize.js'
import {toLike} from './wildcard.js'

/**
 * The meaning of a query: whether a record is one of its answers. Live tails and plain files are searched with
 * this, and every store is tested against it. A tree is made ready once, however often it is asked.
 */
export function matches(node: QueryNode, record: LogRecord): boolean {
  let predicate = READY.get(node)
  if (!predicate) {
    predicate = toPredicate(node)
    READY.set(node, predicate)
  }
  return predicate(record)
}

const READY = new WeakMap<QueryNode, (record: LogRecord) => boolean>()

/** The same for many records. The tree must not change meanwhile. */
export function toPredicate(node: QueryNode): (record: LogRecord) => boolean {
  const passes = compile(node)
  return (record) => passes(new Looked(record))
}

const ASCII = /^[\x00-\x7f]*$/

type Passes = (looked: Looked) => boolean

/** A record that is being looked at: its texts and their words are made at most once. */
class Looked {
  #texts?: string[]
  #words?: string[][]
  #lowered?: Array<string | undefined>

  constructor(readonly record: LogRecord) {}

  get texts(): string[] {
    this.#texts ??= textsOf(this.record)
    return this.#texts
  }

  /** Whether a word can be among the words: a look that is far quicker than cutting them, and right for most records. */
  mayHold(word: string): boolean {
    this.#lowered ??= this.texts.map((text) => (ASCII.test(text) ? text.toLowerCase() : undefined))
    return this.#lowered.some((text) => text === undefined || text.includes(word))
  }

  get words(): string[][] {
    this.#words ??= this.texts.map(tokenize)
    return this.#words
  }
}

function compile(node: QueryNode): Passes {
  switch (node.kind) {
    case 'all':
      return () => true
    case 'and': {
      const parts = node.nodes.map(compile)
      return (looked) => parts.every((part) => part(looked))
    }
    case 'or': {
      const parts = node.nodes.map(compile)
      return (looked) => parts.some((part) => part(looked))
    }
    case 'not': {
      const part = compile(node.node)
      return (looked) => !part(looked)
    }
    case 'phrase': {
      const longest = node.words.reduce((a, b) => (b.length > a.length ? b : a), '')
      return (looked) => looked.mayHold(longest) && looked.words.some((words) => holdsPhrase(words, node.words))
    }
    case 'wild-word':
      return wildWord(node.pattern)
    case 'text-regex':
      return textRegex(node.regex)
    case 'level': {
      const levels = new Set(node.levels)
      return ({record}) => record.level !== undefined && levels.has(record.level)
    }
    case 'field': {
      const passes = toFieldPredicate(node.field, node.test)
      return ({record}) => passes(record)
    }
    default:
      return unreachable(node)
  }
}

function wildWord(pattern: Wildcard): Passes {
  const like = toLike(pattern)
  return (looked) => looked.words.some((words) => words.some(like))
}

function textRegex(regex: Regex): Passes {
  const search = toSearch(regex)
  return (looked) => looked.texts.some(search)
}

function holdsPhrase(words: string[], phrase: string[]): boolean {
  const last = words.length - phrase.length
  for (
    let at = words.indexOf(phrase[0] as string);
    at !== -1 && at <= last;
    at = words.indexOf(phrase[0] as string, at + 1)
  ) {
    if (phrase.every((word, i) => words[at + i] === word)) return true
  }
  return false
}
