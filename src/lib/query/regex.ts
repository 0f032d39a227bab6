import {parseRegex} from './parse-regex.js'
import {printForJavaScript, printForRe2} from './print-regex.js'
import type {Regex} from './query.js'
import {toLinearSearch} from './regex-automaton.js'
import type {RegexTree} from './regex-tree.js'

// One meaning for every engine: each gets the expression printed anew from its tree, in terms that leave nothing to
// the engine: what `\w` is, what `.` takes, what `i` takes for the same letter.

/** Steps that JavaScript may take for one text; what may need more is searched by our own automaton. */
const MOST_STEPS = 4_000_000

/** Whether something in a text is like this. No expression and no text keeps it busy for long. */
export function toSearch({source, ignoreCase}: Regex): (text: string) => boolean {
  const tree = parseRegex(source, ignoreCase)
  const linear = toLinearSearch(tree)
  const repeats = openRepeatsOf(tree)
  if (repeats > MOST_REPEATS) return linear
  const expression = new RegExp(printForJavaScript(tree), 'u')
  return (text) => (isQuick(repeats, text) ? expression.test(text) : linear(text))
}

/** Where it is found in a text: begins and ends, none of them empty. Of a text that might take long it finds nothing. */
export function findAll({source, ignoreCase}: Regex): (text: string) => Array<readonly [number, number]> {
  const tree = parseRegex(source, ignoreCase)
  const repeats = openRepeatsOf(tree)
  if (repeats > MOST_REPEATS) return () => []
  const expression = new RegExp(printForJavaScript(tree), 'gu')
  return (text) => {
    if (!isQuick(repeats, text)) return []
    const found = [...text.matchAll(expression)].map(({0: part, index}) => [index, index + part.length] as const)
    return found.filter(([begin, end]) => end > begin)
  }
}

/** For RE2, as a partial match with its default options; case is written out, so no flag is needed. */
export function toRe2({source, ignoreCase}: Regex): string {
  return printForRe2(parseRegex(source, ignoreCase))
}

/** No text of fewer characters (code points) is like this. */
export function leastLengthOf({source, ignoreCase}: Regex): number {
  return leastLength(parseRegex(source, ignoreCase))
}

function leastLength(tree: RegexTree): number {
  switch (tree.kind) {
    case 'one':
      return 1
    case 'row':
      return tree.parts.reduce((sum, part) => sum + leastLength(part), 0)
    case 'choice':
      return Math.min(...tree.parts.map(leastLength))
    case 'repeat':
      return tree.min * leastLength(tree.part)
    default:
      return 0
  }
}

const MOST_REPEATS = 4

/** JavaScript tries every place, and at each every length of each repeat. */
function isQuick(repeats: number, {length}: string): boolean {
  return repeats === 0 || length ** (repeats + 1) <= MOST_STEPS
}

/** Repeats one beside another; infinite where there are choices within one, which are tried in every combination. */
function openRepeatsOf(tree: RegexTree): number {
  if (tree.kind === 'row' || tree.kind === 'choice') {
    return tree.parts.reduce((sum, part) => sum + openRepeatsOf(part), 0)
  }
  if (tree.kind !== 'repeat') return 0
  if (tree.max <= 1) return openRepeatsOf(tree.part)
  return hasChoice(tree.part) ? Number.POSITIVE_INFINITY : 1
}

function hasChoice(tree: RegexTree): boolean {
  if (tree.kind === 'row') return tree.parts.some(hasChoice)
  return tree.kind === 'choice' || tree.kind === 'repeat'
}
