// Attributes are one column of JSON, as DuckDB prints it: without blanks. A path is asked in each way in which its dots
// can stand between keys or in one. What only lists may need is asked where there is a list at all; of lists in lists,
// and paths of very many dots, matches() is asked: the condition is NULL there.

import {numberOf} from '../../query/number-of.js'
import {MAX_FIELD_VALUE, type Test} from '../../query/query.js'
import {prefixOf} from '../../query/wildcard.js'
import {compileAnyValue, inOrder, isSearchable, type ValueTest} from './compile-value.js'
import {type Parameters, quote} from './sql.js'

const COLUMN = 'attributes'
/** Ways to read a path double with each dot. */
const MOST_DOTS = 4
/** Lists may stand at any of its keys, which doubles the ways again. */
const MOST_DOTS_WITH_LISTS = 2

/** Whether an attribute passes any of these tests: true, false, or NULL where matches() must be asked. */
export function compileAttribute(path: string, tests: Test[], parameters: Parameters): string {
  const ways = path.split('.').length - 1 <= MOST_DOTS ? splitsOf(path) : []
  const tested = ways.length > 0 && ways.flat().every(isPlainKey) ? compileWays(path, ways, tests, parameters) : 'NULL'
  return `CASE WHEN ${mayHave(path)} THEN ${tested} ELSE false END`
}

function compileWays(path: string, ways: string[][], tests: Test[], parameters: Parameters): string {
  const direct = anyOf(ways.map((keys) => guarded(keys, path, atPlace(pathOf(keys), tests, parameters))))
  const lists = ways.length > 2 ** MOST_DOTS_WITH_LISTS ? [] : ways.flatMap(withLists)
  const inLists = lists.length === 0 ? 'NULL' : anyIn(lists, tests, parameters)
  return `CASE WHEN ${direct} THEN true WHEN NOT contains(${COLUMN}, '[') THEN false
    WHEN contains(${COLUMN}, '[[') OR contains(${COLUMN}, ',[') THEN NULL ELSE ${inLists} END`
}

/**
 * The text of an attribute that is a string, number or boolean, not longer than what is searched by name; NULL where there
 * is none, and `unknown`, an expression, where there may be several, or the columns cannot tell.
 */
export function attributeText(path: string, unknown: string): string {
  const ways = path.split('.').length - 1 <= MOST_DOTS ? splitsOf(path) : []
  if (ways.length === 0 || !ways.flat().every(isPlainKey)) return `CASE WHEN ${mayHave(path)} THEN ${unknown} END`
  const lists = [...new Set(ways.flatMap((keys) => keys.map((_, i) => pathOf(keys.slice(0, i + 1)))))]
  const inList = lists.map((place) => `coalesce(json_type(${COLUMN}, ${quote(place)}) = 'ARRAY', false)`).join(' OR ')
  const [value, ...others] = ways.map((keys) => leafText(quote(pathOf(keys))))
  // Hardly any key holds a dot.
  const dotted = [...new Set(ways.flat().filter((key) => key.includes('.')))]
  const isDotted = dotted.map((key) => `contains(${COLUMN}, ${quote(`${key}":`)})`).join(' OR ')
  const some = `list_filter([${[value, ...others].join(', ')}], lambda value: value IS NOT NULL)`
  const oneOf = `WHEN ${isDotted} THEN CASE WHEN len(${some}) > 1 THEN ${unknown} ELSE ${some}[1] END`
  return `CASE WHEN NOT coalesce(${mayHave(path)}, false) THEN NULL
    WHEN contains(${COLUMN}, '[') AND (${inList}) THEN ${unknown} ${others.length > 0 ? oneOf : ''} ELSE ${value} END`
}

/** Looked up once: each use of an expression in a CASE would be a look of its own. */
function leafText(place: string): string {
  const string = `json_extract_string(CAST(leaf AS JSON), '$')`
  return `list_transform([CAST(json_extract(${COLUMN}, ${place}) AS VARCHAR)], lambda leaf:
    CASE WHEN left(leaf, 1) IN ('{', '[', 'n') THEN NULL
      WHEN left(leaf, 1) <> '"' THEN ${printedText('leaf')}
      WHEN strlen(leaf) <= ${MAX_FIELD_VALUE} OR ${isSearchable(string)} THEN ${string} END)[1]`
}

/** Each way to cut a path at its dots, from the most keys to one. */
function splitsOf(path: string): string[][] {
  const [first, ...rest] = path.split('.') as [string, ...string[]]
  let ways = [[first]]
  for (const part of rest)
    ways = ways.flatMap((keys) => [
      [...keys, part],
      [...keys.slice(0, -1), `${keys.at(-1)}.${part}`],
    ])
  return ways
}

/** Whether DuckDB takes a key in quotes as it is; quotes, backslashes and controls it would have to unescape. */
function isPlainKey(key: string): boolean {
  return key !== '' && !/["\\*\p{C}\u2028\u2029\ufffd]/u.test(key)
}

/** As a path of DuckDB's. */
function pathOf(keys: string[], listsAfter = 0): string {
  return `$${keys.map((key, i) => `."${key}"${(listsAfter >> i) & 1 ? '[*]' : ''}`).join('')}`
}

/** Whether the last key of a path can be there at all: it ends what stands before a colon. */
function mayHave(path: string): string {
  const last = path.slice(path.lastIndexOf('.') + 1)
  return last !== '' && isPlainKey(last) ? `contains(${COLUMN}, ${quote(`${last}":`)})` : `${COLUMN} IS NOT NULL`
}

/** Keys that hold dots are rare: only where the text of one is there it is worth a look. */
function guarded(keys: string[], path: string, condition: string): string {
  const dotted = keys.filter((key) => key.includes('.')).reduce((a, b) => (b.length > a.length ? b : a), '')
  return dotted === '' || path === '' ? condition : inOrder([`contains(${COLUMN}, ${quote(`${dotted}":`)})`, condition])
}

/** A test of what stands at a place that no list is passed on the way to. */
function atPlace(path: string, tests: Test[], parameters: Parameters): string {
  const place = quote(path)
  const type = `json_type(${COLUMN}, ${place})`
  const ofValues = tests.filter((test) => test.kind !== 'exists')
  if (ofValues.length < tests.length) return holdsValue(`CAST(json_extract(${COLUMN}, ${place}) AS VARCHAR)`)
  return ofLeaf(`json_extract_string(${COLUMN}, ${place})`, type, ofValues, parameters)
}

/** A test of the elements at paths that pass lists. */
function anyIn(paths: string[], tests: Test[], parameters: Parameters): string {
  const ofValues = tests.filter((test) => test.kind !== 'exists')
  const passes =
    ofValues.length < tests.length
      ? holdsValue('CAST(item AS VARCHAR)')
      : ofLeaf(`(item ->> '$')`, 'json_type(item)', ofValues, parameters)
  const items = paths.map((path) => `json_extract(${COLUMN}, ${quote(path)})`)
  return `len(list_filter(flatten([${items.join(', ')}]), lambda item: ${passes})) > 0`
}

/** Every path that passes one list or more. */
function withLists(keys: string[]): string[] {
  return Array.from({length: 2 ** keys.length - 1}, (_, i) => pathOf(keys, i + 1))
}

/** A test of a string, number or boolean; lists and objects are none, whose text begins with a bracket. */
function ofLeaf(text: string, type: string, tests: ValueTest[], parameters: Parameters): string {
  const passes = compileAnyValue(
    tests,
    {text, printed: printedText(text, `${type} = 'DOUBLE'`), numbers: true},
    parameters,
  )
  if (tests.every(isNoContainer)) return passes
  return inOrder([passes, `NOT (left(${text}, 1) IN ('{', '[') AND ${type} IN ('OBJECT', 'ARRAY'))`])
}

/** DuckDB prints 1e21 where JSON.stringify prints 1e+21, and is the same otherwise. */
function printedText(text: string, isNumber = 'true'): string {
  return `CASE WHEN regexp_matches(${text}, '^-?[0-9.]+e[0-9]+$') AND ${isNumber}
    THEN replace(${text}, 'e', 'e+') ELSE ${text} END`
}

/** Whether nothing passes that begins with a bracket, as the text of lists and objects does. */
function isNoContainer(test: ValueTest): boolean {
  if (test.kind === 'equals') return !/^[[{]/.test(test.value)
  if (test.kind === 'range') return [test.from, test.to].some((bound) => bound && numberOf(bound.value) !== undefined)
  return test.kind === 'like' && /^[^[{]/.test(prefixOf(test.pattern))
}

/** Whether a JSON text is or holds a string, number or boolean: what is left of it when strings are emptied tells. */
function holdsValue(json: string): string {
  const emptied = `regexp_replace(${json}, '"(?:[^"\\\\]|\\\\.)*"', '""', 'g')`
  return `regexp_matches(${emptied}, '[0-9tf]|""(?:[^:]|$)')`
}

function anyOf(conditions: string[]): string {
  return `(${conditions.map((condition) => `coalesce(${condition}, false)`).join(' OR ')})`
}
