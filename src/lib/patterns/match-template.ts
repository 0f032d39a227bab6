import {maskMessage, WILD} from './mask-message.js'
import {PLACEHOLDER} from './miner.js'
import {type SplitKey, splitKey} from './split-key.js'

/** Masked messages whose answers are kept. */
const MOST_ANSWERS = 1_000

/**
 * Whether a message is of a template, told by their texts alone, so that the same message gets the same answer whatever
 * else came: once its values are masked it has the same punctuation and the same words in the same places, where `<*>`
 * stands for any word. (A miner may leave a message out of a template that it would fit: while too few of its kind came to
 * tell that the word in that place is a value.)
 */
export function toTemplateMatcher(template: string): (message: string) => boolean {
  return toTemplatesMatcher([template])
}

/** Whether a message is of one of several templates. Masking a message is dear: it is done once, and for few. */
export function toTemplatesMatcher(templates: readonly string[]): (message: string) => boolean {
  const wanted = templates.map((template) => {
    const {words, gaps} = wordsOf(template)
    return {words, gaps: gaps.join(WILD), fixed: words.filter((word) => word !== WILD)}
  })
  /** Most messages are one of few, once they are masked. */
  const answers = new Map<string, boolean>()
  return (message) => {
    if (!wanted.some(({fixed}) => holdsInOrder(message, fixed))) return false
    const key = maskMessage(message)
    const known = answers.get(key)
    if (known !== undefined) return known
    if (answers.size >= MOST_ANSWERS) answers.clear()
    const answer = isOf(key)
    answers.set(key, answer)
    return answer
  }

  function isOf(key: string): boolean {
    const found = wordsOf(key)
    const between = found.gaps.join(WILD)
    return wanted.some(
      ({words, gaps}) =>
        words.length === found.words.length &&
        gaps === between &&
        words.every((word, place) => word === WILD || word === found.words[place]),
    )
  }
}

/** A message that holds the placeholder itself has a value there. */
function wordsOf(text: string): SplitKey {
  return splitKey(text.replaceAll(PLACEHOLDER, WILD))
}

/** Words that are no values stand in a message as they are. */
function holdsInOrder(message: string, words: readonly string[]): boolean {
  let from = 0
  for (const word of words) {
    const at = message.indexOf(word, from)
    if (at < 0) return false
    from = at + word.length
  }
  return true
}

/** What a message of the template has in it, word for word: the stretches between its values, longest first. */
export function phrasesOf(template: string): string[] {
  return template
    .split(PLACEHOLDER)
    .map((part) => part.trim())
    .filter((part) => /[\p{L}\p{N}]/u.test(part))
    .sort((a, b) => b.length - a.length)
}
