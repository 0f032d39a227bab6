// Words that stand in every text in which a regular expression is found: by them the texts are looked up that are then
// searched. Only what is sure once a text is normalised and cut into words: runs of literal characters of ASCII.

import type {Ranges, RegexTree} from '../../query/regex-tree.js'

/** A word, or a part of one where the expression does not say how it begins or ends. */
export interface RequiredWord {
  text: string
  begins: boolean
  ends: boolean
}

/** Parts of words shorter than this are in too many to be worth the looking. */
const SHORTEST_PART = 3
/** Parts of words are looked for in all words there are. */
const MOST_WORDS = 6

/** For each alternative of an expression what all its texts hold; `undefined` where there is one that needs nothing. */
export function requiredWords(tree: RegexTree): RequiredWord[][] | undefined {
  const alternatives = tree.kind === 'choice' ? tree.parts : [tree]
  const rows = alternatives.map((alternative) => {
    const runs = new Runs()
    runs.add(alternative)
    return runs.words()
  })
  return rows.every((row) => row.length > 0) ? rows : undefined
}

class Runs {
  /** Literal characters in a row, lower-case; a blank for the beginning and the end of the text. */
  readonly #runs: string[] = ['']

  add(tree: RegexTree): void {
    switch (tree.kind) {
      case 'start':
      case 'end':
        this.#append(' ')
        return
      case 'row':
        for (const part of tree.parts) this.add(part)
        return
      case 'one': {
        const char = tree.negated ? undefined : charOf(tree.of)
        if (char === undefined) this.#break()
        else this.#append(char)
        return
      }
      case 'repeat':
        this.#break()
        if (tree.min > 0) this.add(tree.part)
        this.#break()
        return
      default:
        this.#break()
    }
  }

  /** The longest of them: those in fewest texts, likely. */
  words(): RequiredWord[] {
    const words = this.#runs.flatMap(wordsOf)
    const unique = new Map(words.map((word) => [JSON.stringify(word), word]))
    return [...unique.values()].sort((a, b) => b.text.length - a.text.length).slice(0, MOST_WORDS)
  }

  #append(char: string): void {
    this.#runs.push(`${this.#runs.pop()}${char}`)
  }

  #break(): void {
    this.#runs.push('')
  }
}

/** The one character of ASCII that all of these are to the tokenizer: a letter in its cases, or a single character. */
function charOf(of: Ranges): string | undefined {
  if (of.some(([from, to]) => to - from > 1)) return undefined
  const codes = of.flatMap(([from, to]) => (from === to ? [from] : [from, to]))
  const chars = new Set(codes.map((code) => String.fromCodePoint(code).normalize('NFKC').toLowerCase()))
  const [char] = chars
  return chars.size === 1 && char !== undefined && /^[\x01-\x7f]$/.test(char) ? char : undefined
}

function wordsOf(run: string): RequiredWord[] {
  return [...run.matchAll(/[a-z0-9_]+/g)].flatMap((match) => {
    const begins = match.index > 0
    const ends = match.index + match[0].length < run.length
    // A mark that follows may make another letter of the last one.
    const text = ends ? match[0] : match[0].slice(0, -1)
    return text.length >= (begins && ends ? 1 : SHORTEST_PART) ? [{text, begins, ends}] : []
  })
}
