import {expect, test} from 'vitest'
import {parseRegex} from '../../../../src/lib/query/parse-regex.js'
import {toSearch} from '../../../../src/lib/query/regex.js'
import {tokenize} from '../../../../src/lib/query/tokenize.js'
import {type RequiredWord, requiredWords} from '../../../../src/lib/store/elasticsearch/required-words.js'

/** `word` is whole, `word*` begins one, `*word` ends one; alternatives with bars between. */
function wordsOf(source: string, ignoreCase = false): string | undefined {
  return requiredWords(parseRegex(source, ignoreCase))
    ?.map((words) => words.map(({text, begins, ends}) => `${begins ? '' : '*'}${text}${ends ? '' : '*'}`).join(' '))
    .join(' | ')
}

test.each<[string, string | undefined]>([
  ['timeout after \\d+ms', '*timeout after'],
  ['^card declined$', 'declined card'],
  [' code=E', 'code'],
  ['Connection REFUSED by', '*connection refused'],
  ['(user|order) not found', 'foun* not'],
  ['(a long )+way', 'long'],
  ['(a long )*way', undefined],
  ['one two|three four', '*one | *three fou*'],
  ['error|.', undefined],
  ['caf\u00e9 noir', 'noi*'],
  ['x\\bcard\\bx', '*car*'],
  ['[Ee]rror: ', '*error'],
  ['[0-9a-f]{8}', undefined],
  ['ab', undefined],
])('%s', (source, words) => {
  expect(wordsOf(source)).toBe(words)
})

test('whatever the case: the Kelvin sign and the long s are letters of a word', () => {
  expect(wordsOf('disk risk of', true)).toBe('*disk risk')
})

test.each([
  ['cafe', 'a cafe\u0301 here'],
  ['cafe', 'cafes'],
  ['a cafe', 'a cafe\u0301'],
  ['x=', 'x=\u0338y'],
  ['disk', 'DIS\u212a'],
  ['timeout \\d', 'Timeout 5'],
  ['^i', 'I\u0307stanbul'],
  ['(ab c|de f)+', 'xab cde fx'],
  ['long_name', 'a-long_name2'],
])('%s is found only where its words are: %s', (source, text) => {
  expect(toSearch({source, ignoreCase: true})(text)).toBe(true)
  const alternatives = requiredWords(parseRegex(source, true)) ?? []
  const words = tokenize(text)
  const holds = ({text: part, begins, ends}: RequiredWord) =>
    words.some((word) =>
      begins ? (ends ? word === part : word.startsWith(part)) : ends ? word.endsWith(part) : word.includes(part),
    )
  expect(alternatives.length === 0 || alternatives.some((row) => row.every(holds))).toBe(true)
})
