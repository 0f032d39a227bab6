import {describe, expect, test} from 'vitest'
import {withOtherCases} from '../../../src/lib/query/case-folding.js'
import {parseRegex, RegexError} from '../../../src/lib/query/parse-regex.js'
import {printForJavaScript} from '../../../src/lib/query/print-regex.js'
import {leastLengthOf, toRe2, toSearch} from '../../../src/lib/query/regex.js'
import {toLinearSearch} from '../../../src/lib/query/regex-automaton.js'
import {seededRandom} from '../../support/random.js'

/** Expression with its slashes, what it is found in, what it is not found in. */
const MEANINGS: Array<[string, string[], string[]]> = [
  ['/card/', ['a card declined', 'cardboard'], ['Card', 'car d']],
  ['/card/i', ['CARD', 'a Card'], ['car']],
  ['/^card$/', ['card'], ['card\n', 'a card', 'a\ncard\nb']],
  ['/a.c/', ['abc', 'a\rc', 'a\u2028c', 'a😀c'], ['a\nc', 'ac']],
  ['/^.$/', ['😀', 'é'], ['ab', '']],
  ['/\\d+ms/', ['took 12ms'], ['took ms', '٣ms']],
  ['/^\\w+$/', ['under_score9'], ['é', 'a b', 'a-b']],
  ['/^\\W$/i', ['ſ', 'é', '-'], ['k', '_']],
  ['/a\\sb/', ['a b', 'a\tb', 'a\vb'], ['a\u00a0b', 'ab']],
  ['/\\bdone\\b/', ['is done.', 'done', 'édoneé'], ['undone', 'done_']],
  ['/\\bs\\b/i', ['S', 'ſ\u00e9 s'], ['ſa', 'ass']],
  ['/k/i', ['K', 'K'], ['c']],
  ['/ß/i', ['ẞ', 'ß'], ['ss', 'SS']],
  ['/i/i', ['I'], ['ı', 'İ']],
  ['/Σ/i', ['σ', 'ς'], []],
  ['/^[à-ö]+$/i', ['ÀÖ', 'é'], ['×', 'a']],
  ['/[^a-z]/i', ['1'], ['K', 'ſ', 'abcXYZ']],
  ['/[\\d.-]+%/', ['12.5%', '-%'], ['a%']],
  ['/[^\\d\\s]/', ['a'], ['1 2']],
  ['/[\\D]/', ['a'], ['12']],
  ['/^(GET|POST) \\/orders\\/\\d{2,4}$/', ['GET /orders/42', 'POST /orders/1234'], ['GET /orders/4', 'PUT /orders/42']],
  ['/^a{2}$/', ['aa'], ['a', 'aaa']],
  ['/^a{2,}?$/', ['aa', 'aaaa'], ['a']],
  ['/^(?:ab)*$/', ['', 'abab'], ['aba']],
  ['/a||b/', [''], []],
  ['/\\x41\\u0042\\x{43}\\u{1F600}/', ['ABC😀'], ['ABC']],
  ['/\\$\\{a\\}\\.\\*/', ['$\u007ba}.*'], ['$\u007ba}*']],
  ['/}]/', ['a}]'], ['}']],
  ['/😀+/', ['😀😀'], ['\ud83d']],
  ['/\\n\\t/', ['\n\t'], ['nt']],
]

describe('finds', () => {
  test.each(MEANINGS)('%s', (typed, yes, no) => {
    const regex = read(typed)
    for (const search of [toSearch(regex), toLinearSearch(parseRegex(regex.source, regex.ignoreCase))]) {
      expect(yes.filter((text) => !search(text))).toEqual([])
      expect(no.filter(search)).toEqual([])
    }
  })
})

test('our own search finds what JavaScript finds', () => {
  const random = seededRandom(3)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const expression = (depth: number): string => {
    const roll = random()
    if (depth === 0 || roll < 0.3)
      return pick(['a', 'b', '.', '[ab]', '[^a]', '\\w', '\\s', '\\b', '^', '$', 'é', '😀', ''])
    if (roll < 0.6) return expression(depth - 1) + expression(depth - 1)
    if (roll < 0.75) return `(${expression(depth - 1)}|${expression(depth - 1)})`
    return `(${expression(depth - 1)})${pick(['*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '+?'])}`
  }
  const differing: string[] = []
  for (let i = 0; i < 3_000; i++) {
    const source = expression(4)
    const tree = readable(source, random() < 0.3)
    if (!tree) continue
    const native = new RegExp(printForJavaScript(tree), 'u')
    const linear = toLinearSearch(tree)
    for (let n = 0; n < 5; n++) {
      const text = Array.from({length: Math.floor(random() * 8)}, () =>
        pick(['a', 'b', 'A', ' ', '\n', 'é', '😀', '_']),
      ).join('')
      if (native.test(text) !== linear(text)) differing.push(`/${source}/ in ${JSON.stringify(text)}`)
    }
  }
  expect(differing).toEqual([])
})

function readable(source: string, ignoreCase: boolean) {
  try {
    return parseRegex(source, ignoreCase)
  } catch (error) {
    if (error instanceof RegexError) return undefined
    throw error
  }
}

test('no text keeps it busy', () => {
  const long = `${'a'.repeat(200_000)}!`
  for (const source of ['(a+)+$', '(a|a)*b', 'a*a*a*a*b', '(.*)(.*)(.*)x', 'a+b', '(\\w+\\s?)+$', '(a?){100}a{100}b'])
    expect(toSearch({source, ignoreCase: false})(long)).toBe(false)
})

/** Expression, place, what is said of it. */
const REFUSED: Array<[string, number, string]> = [
  ['(a', 0, 'this parenthesis is never closed'],
  ['a)', 1, 'this parenthesis was never opened'],
  ['[a', 0, 'this [ is never closed'],
  ['[]a]', 1, 'this set is empty; the character itself is \\]'],
  ['[^]', 2, 'this set is empty; the character itself is \\]'],
  ['[z-a]', 1, 'this range goes backwards'],
  ['[a-\\d]', 1, 'a range ends in one character; the character - is \\-'],
  ['[[:alpha:]]', 1, 'named sets are not supported; the character itself is \\['],
  ['*a', 0, 'there is nothing to repeat: a character or a group was expected before this'],
  ['a|*', 2, 'there is nothing to repeat: a character or a group was expected before this'],
  ['a**', 2, 'one repeat after another: a character or a group was expected before this'],
  ['a++', 2, 'one repeat after another: a character or a group was expected before this'],
  ['^*', 1, 'a place cannot be repeated: a character or a group was expected before this'],
  ['a{,3}', 1, 'expected {n}, {n,} or {n,m} here; the character itself is \\{'],
  ['a{3,2}', 1, 'the first number must not be over the second'],
  ['a{801}', 1, 'nothing can be repeated more than 800 times'],
  ['((a{50}){50})', 8, 'nothing can be repeated more than 800 times'],
  ['(abcdefgh){800}', 0, 'this regular expression is too large: shorten its repeats'],
  ['{', 0, 'there is nothing to repeat; the character itself is \\{'],
  ['(?=a)', 1, 'look-around, names and flags in a group are not supported: expected ( or (?:'],
  ['(?<!a)', 1, 'look-around, names and flags in a group are not supported: expected ( or (?:'],
  ['(?i)a', 1, 'look-around, names and flags in a group are not supported: expected ( or (?:'],
  ['(?P<n>a)', 1, 'look-around, names and flags in a group are not supported: expected ( or (?:'],
  ['(a)\\1', 3, 'back-references are not supported'],
  ['\\pL', 0, '\\p is not supported: of these, \\d \\w \\s \\b \\n \\r \\t \\f \\v \\xHH \\uHHHH are'],
  ['\\B', 0, '\\B is not supported: of these, \\d \\w \\s \\b \\n \\r \\t \\f \\v \\xHH \\uHHHH are'],
  ['[\\b]', 1, '\\b is not supported: of these, \\d \\w \\s \\b \\n \\r \\t \\f \\v \\xHH \\uHHHH are'],
  ['\\x4', 0, 'expected 2 hexadecimal digits, or some between { and }'],
  ['\\u{110000}', 0, 'this is no character of Unicode'],
  ['\\ud800', 0, 'this is no character of Unicode'],
  ['a\\', 1, 'a character is missing after this backslash'],
  [`${'('.repeat(65)}a${')'.repeat(65)}`, 64, 'groups are nested more than 64 deep'],
]

describe('refuses', () => {
  test.each(REFUSED)('%s', (source, at, problem) => {
    let error: unknown
    try {
      parseRegex(source, false)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(RegexError)
    expect({at: (error as RegexError).at, problem: (error as RegexError).problem}).toEqual({at, problem})
  })
})

/** What RE2 is given. */
test.each([
  ['/a.b/', 'a[^\\x{a}]b'],
  ['/^\\w+$/', '^[0-9A-Z_a-z]+$'],
  ['/k/i', '[Kk\\x{212a}]'],
  ['/(a|b)c|d/', '(?:a|b)c|d'],
  ['/(a|bc)*?/', '(?:a|bc)*?'],
  ['/\\bé{2,3}/', '\\b\\x{e9}{2,3}'],
  ['/[^\\s\\S]/', '[^\\x{0}-\\x{10ffff}]'],
])('%s for RE2: %s', (typed, expected) => {
  expect(toRe2(read(typed))).toBe(expected)
})

/** How many characters a text must have. */
test.each([
  ['/abc/', 3],
  ['/^$/', 0],
  ['/a?b*c+\\b/', 1],
  ['/\\w{30}z|éü/', 2],
  ['/(ab|cde){3,}😀/', 7],
  ['/(a{20}){2,9}[^x]/', 41],
])('%s is like no text of fewer than %i characters', (typed, expected) => {
  expect(leastLengthOf(read(typed))).toBe(expected)
})

test('letters in other cases are those of simple case folding, as JavaScript has it', () => {
  const differing: string[] = []
  for (let code = 0; code <= 0x1ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const char = String.fromCodePoint(code)
    if (char.toLowerCase() === char && char.toUpperCase() === char) continue
    const ours = withOtherCases([[code, code]]).flatMap(([from, to]) =>
      Array.from({length: to - from + 1}, (_, i) => String.fromCodePoint(from + i)),
    )
    const same = new RegExp(`^${char}$`, 'iu')
    const near = [char, ...char.toLowerCase(), ...char.toUpperCase(), ...char.toUpperCase().toLowerCase()]
    for (const other of new Set([...ours, ...near])) {
      if (same.test(other) !== ours.includes(other)) differing.push(`${code.toString(16)} ${other}`)
    }
  }
  expect(differing).toEqual([])
})

function read(typed: string) {
  const end = typed.lastIndexOf('/')
  return {source: typed.slice(1, end), ignoreCase: typed.slice(end + 1) === 'i'}
}
