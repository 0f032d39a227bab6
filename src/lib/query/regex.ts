import {parseRegex} from './parse-regex.js'
import {printForJavaScript, printForRe2} from './print-regex.js'
import type {Regex} from './query.js'

// One meaning for every engine: each gets the expression printed anew from its tree, in terms that leave nothing to
// the engine: what `\w` is, what `.` takes, what `i` takes for the same letter.

/** Whether something in a text is like this. */
export function toSearch({source, ignoreCase}: Regex): (text: string) => boolean {
  const expression = new RegExp(printForJavaScript(parseRegex(source, ignoreCase)), 'u')
  return (text) => expression.test(text)
}

/** Where it is found in a text: begins and ends, none of them empty. */
export function findAll({source, ignoreCase}: Regex): (text: string) => Array<readonly [number, number]> {
  const expression = new RegExp(printForJavaScript(parseRegex(source, ignoreCase)), 'gu')
  return (text) => {
    const found = [...text.matchAll(expression)].map(({0: part, index}) => [index, index + part.length] as const)
    return found.filter(([begin, end]) => end > begin)
  }
}

/** For RE2, as a partial match with its default options; case is written out, so no flag is needed. */
export function toRe2({source, ignoreCase}: Regex): string {
  return printForRe2(parseRegex(source, ignoreCase))
}
