import type {Marks} from '../query/marks.js'
import {findAll} from '../query/regex.js'
import {toLike} from '../query/wildcard.js'

const WORD = /[\p{L}\p{N}_]+/gu

/**
 * Puts `mark` round what `marks` name in a text. Words are as tokenize() cuts them: NFKC and lower case, maximal runs
 * of letters, digits and `_`. A word that the text spells in another normal form is left unmarked.
 */
export function highlighter(
  {words, patterns, regexes}: Marks,
  mark: (text: string) => string,
): (text: string) => string {
  if (words.length + patterns.length + regexes.length === 0) return (text) => text
  const wanted = new Set(words)
  const likes = patterns.map(toLike)
  const finds = regexes.map(findAll)
  const asked = (word: string): boolean => wanted.has(word) || likes.some((like) => like(word))
  return (text) => {
    const spans: Array<readonly [number, number]> = finds.flatMap((find) => find(text))
    if (wanted.size + likes.length > 0) {
      for (const {0: word, index} of text.matchAll(WORD)) {
        if (asked(word.normalize('NFKC').toLowerCase())) spans.push([index, index + word.length])
      }
    }
    return spans.length === 0 ? text : marked(text, spans, mark)
  }
}

/** Spans that overlap are marked as one. */
function marked(text: string, spans: Array<readonly [number, number]>, mark: (text: string) => string): string {
  spans.sort((a, b) => a[0] - b[0])
  let out = ''
  let at = 0
  for (let index = 0; index < spans.length; ) {
    const [start, first] = spans[index] as readonly [number, number]
    let end = first
    for (index++; index < spans.length && (spans[index] as readonly [number, number])[0] <= end; index++)
      end = Math.max(end, (spans[index] as readonly [number, number])[1])
    out += text.slice(at, start) + mark(text.slice(start, end))
    at = end
  }
  return out + text.slice(at)
}

/** A line of dashes with a word in it: `── Sat 21 Nov ────`. */
export function rule(words: string, width: number): string {
  return `── ${words} `.padEnd(Math.max(words.length + 6, Math.min(width, 100)), '─')
}
