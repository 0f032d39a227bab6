/**
 * Marks every whole word of `words` in a text with `mark`. Words are as tokenize() cuts them: NFKC and lower case,
 * maximal runs of letters, digits and `_`. A word the text spells in another normal form is left unmarked.
 */
export function highlighter(words: readonly string[], mark: (text: string) => string): (text: string) => string {
  if (words.length === 0) return (text) => text
  const wanted = new Set(words)
  return (text) =>
    text.replace(/[\p{L}\p{N}_]+/gu, (word) => (wanted.has(word.normalize('NFKC').toLowerCase()) ? mark(word) : word))
}

/** A line of dashes with a word in it: `── Sat 21 Nov ────`. */
export function rule(words: string, width: number): string {
  return `── ${words} `.padEnd(Math.max(words.length + 6, Math.min(width, 100)), '─')
}
