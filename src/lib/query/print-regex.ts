import {unreachable} from '../errors/logflow-error.js'
import type {Ranges, RegexTree} from './regex-tree.js'

/** How an engine writes a code point that must not be read as syntax. */
type Spelling = (code: number) => string

/** For `new RegExp(…, 'u')`. */
export function printForJavaScript(tree: RegexTree): string {
  return print(tree, (code) => `\\u{${code.toString(16)}}`)
}

/** For RE2, with its default options. */
export function printForRe2(tree: RegexTree): string {
  return print(tree, (code) => `\\x{${code.toString(16)}}`)
}

function print(tree: RegexTree, spelling: Spelling): string {
  switch (tree.kind) {
    case 'one':
      return printOne(tree.of, tree.negated, spelling)
    case 'start':
      return '^'
    case 'end':
      return '$'
    case 'boundary':
      return '\\b'
    case 'row':
      return tree.parts
        .map((part) => (part.kind === 'choice' ? grouped(part, spelling) : print(part, spelling)))
        .join('')
    case 'choice':
      return tree.parts.map((part) => print(part, spelling)).join('|')
    case 'repeat': {
      const part = tree.part.kind === 'one' ? print(tree.part, spelling) : grouped(tree.part, spelling)
      return `${part}${times(tree.min, tree.max)}${tree.lazy ? '?' : ''}`
    }
    default:
      return unreachable(tree)
  }
}

function grouped(tree: RegexTree, spelling: Spelling): string {
  return `(?:${print(tree, spelling)})`
}

function times(min: number, max: number): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`
  if (min === 0 && max === 1) return '?'
  return min === max ? `{${min}}` : `{${min},${max}}`
}

function printOne(of: Ranges, negated: boolean, spelling: Spelling): string {
  const [first] = of
  if (!negated && of.length === 1 && first && first[0] === first[1]) return printCode(first[0], spelling)
  const ranges = of.map(([from, to]) =>
    from === to ? printCode(from, spelling) : `${printCode(from, spelling)}-${printCode(to, spelling)}`,
  )
  return `[${negated ? '^' : ''}${ranges.join('')}]`
}

function printCode(code: number, spelling: Spelling): string {
  const char = String.fromCodePoint(code)
  return /[0-9A-Za-z_ ]/.test(char) ? char : spelling(code)
}
