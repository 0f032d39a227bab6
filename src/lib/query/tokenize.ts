// The one tokenizer: a word is a maximal run of letters, digits and `_`, NFKC-normalised and lower-cased.
// Every engine searches words cut here and nowhere else, so that the same query finds the same records.

const WORD = /[\p{L}\p{N}_]+/gu
const ASCII = /^[\x00-\x7f]*$/
const ASCII_WORD = /[a-z0-9_]+/g

/** Longer words are cut to this many UTF-16 units, in texts and in queries alike: a term of Lucene's must fit. */
export const MAX_WORD = 1_024

/** The words of a text, in order, as searched. */
export function tokenize(text: string): string[] {
  const words = ASCII.test(text)
    ? text.toLowerCase().match(ASCII_WORD)
    : text.normalize('NFKC').toLowerCase().match(WORD)
  if (!words) return []
  return words.map((word) => (word.length > MAX_WORD ? word.slice(0, MAX_WORD) : word))
}
