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
  const wanted = wordsOf(template)
  const gaps = wanted.gaps.join(WILD)
  const rare = longest(wanted.words)
  /** Most messages are one of few, once they are masked. */
  const answers = new Map<string, boolean>()
  return (message) => {
    // Words that are no values stand in a message as they are.
    if (!message.includes(rare)) return false
    const key = maskMessage(message)
    const known = answers.get(key)
    if (known !== undefined) return known
    if (answers.size >= MOST_ANSWERS) answers.clear()
    const answer = isOf(key)
    answers.set(key, answer)
    return answer
  }

  function isOf(key: string): boolean {
    const {words, gaps: between} = wordsOf(key)
    if (words.length !== wanted.words.length || between.join(WILD) !== gaps) return false
    return wanted.words.every((word, place) => word === WILD || word === words[place])
  }
}

/** A message that holds the placeholder itself has a value there. */
function wordsOf(text: string): SplitKey {
  return splitKey(text.replaceAll(PLACEHOLDER, WILD))
}

function longest(words: readonly string[]): string {
  return words.reduce((most, word) => (word !== WILD && word.length > most.length ? word : most), '')
}

/** What a message of the template has in it, word for word: the stretches between its values, longest first. */
export function phrasesOf(template: string): string[] {
  return template
    .split(PLACEHOLDER)
    .map((part) => part.trim())
    .filter((part) => /[\p{L}\p{N}]/u.test(part))
    .sort((a, b) => b.length - a.length)
}
