import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {answer, printAnswer, unquoted} from '../../src/cli/complete/complete.js'
import {placeOf} from '../../src/cli/complete/place.js'
import {TOPICS} from '../../src/cli/registry.js'
import {queryWord} from '../../src/lib/query/query-word.js'

const MANIFEST = JSON.parse(readFileSync(join(import.meta.dirname, '../../oclif.manifest.json'), 'utf8'))

const VALUES: Record<string, string[]> = {
  service: ['gateway', 'payment', 'pay desk'],
  level: ['info', 'warn', 'error'],
  profile: ['local', 'production'],
  search: ['trouble'],
  user: ['ada'],
  setting: ['kafka.brokers', 'kafka.ssl'],
  time: ['15m', '1h'],
  shell: ['bash', 'zsh', 'fish'],
}
const REAL = {of: async (kind: string) => (VALUES[kind] ?? []).map((value) => ({value}))}

/** What is offered for a line up to the cursor, its words cut at spaces. */
async function offered(line: string): Promise<{values: string[]; follow: string}> {
  const words = line.split(' ')
  const place = placeOf(words.slice(0, -1), words.at(-1) as string, MANIFEST, TOPICS)
  const {candidates, follow} = await answer(place, REAL)
  return {values: candidates.map(({value}) => value), follow}
}

test.each([
  ['sea', ['search', 'searches'], 'space'],
  ['metrics o', ['overview'], 'space'],
  ['metrics overview extra', [], 'nospace'],
  ['help met', ['metrics'], 'space'],
  ['nothing ', [], 'space'],
  ['search --trace', ['--trace-id'], 'space'],
  ['search --service pay', ['payment', 'pay desk'], 'space'],
  ['search --service=pay', ['--service=payment', '--service=pay desk'], 'space'],
  ['search -s g', ['gateway'], 'space'],
  ['search -l w', ['warn'], 'space'],
  ['search -o ta', ['table'], 'space'],
  ['search --output=ta', ['--output=table'], 'space'],
  ['search --since 1', ['15m', '1h'], 'space'],
  ['search --profile p', ['production'], 'space'],
  ['search @tr', ['@trouble'], 'space'],
  ['search serv', ['service:'], 'nospace'],
  ['search -- serv', ['service:'], 'nospace'],
  ['search service:pay', ['service:payment', 'service:"pay desk"'], 'nospace'],
  ['search level>=w', ['level>=warn'], 'nospace'],
  ['search --file ', [], 'files'],
  ['search --data-dir x', [], 'folders'],
  ['ship app', [], 'files'],
  ['ship a.log b.', [], 'files'],
  ['config get kafka.s', ['kafka.ssl'], 'space'],
  ['generate --services gateway,pay', ['gateway,payment', 'gateway,pay desk'], 'space'],
  ['users show a', ['ada'], 'space'],
  ['completion z', ['zsh'], 'space'],
  ['search --limit ', [], 'space'],
])('logflow %s', async (line, values, follow) => {
  expect(await offered(line)).toEqual({values, follow})
})

test('a flag that was given is not offered again, unless it may be given twice', async () => {
  const {values} = await offered('search --limit 5 --service a --')
  expect(values).toContain('--service')
  expect(values).not.toContain('--limit')
})

test('a flag is offered with what it does', async () => {
  const place = placeOf(['search'], '--limi', MANIFEST, TOPICS)
  expect(printAnswer(await answer(place, REAL))).toMatch(/^--limit\t\S.*\n:space\n$/)
})

test.each([
  ['', {kind: 'name', before: '', begin: ''}],
  ['timeout serv', {kind: 'name', before: 'timeout ', begin: 'serv'}],
  ['a AND (level:er', {kind: 'value', before: 'a AND (level:', field: 'level', begin: 'er'}],
  ['-service:x', {kind: 'value', before: '-service:', field: 'service', begin: 'x'}],
  ['level>=', {kind: 'value', before: 'level>=', field: 'level', begin: ''}],
  ['status:>=5', {kind: 'value', before: 'status:>=', field: 'status', begin: '5'}],
  ['error.name:Time', {kind: 'value', before: 'error.name:', field: 'error.name', begin: 'Time'}],
  ['/conn.*', {kind: 'text'}],
  ['"card decl', {kind: 'text'}],
  ['"card declined" ser', {kind: 'name', before: '"card declined" ', begin: 'ser'}],
])('the last word of the query %s', (query, expected) => {
  expect(queryWord(query)).toEqual(expected)
})

test.each([
  ["'service:pa", 'service:pa'],
  ['"a b"', 'a b'],
  ['a\\ b', 'a b'],
  ["'it'\\''s'", "it's"],
  ['--level="wa', '--level=wa'],
])('bash hands over %s', (word, text) => {
  expect(unquoted(word)).toBe(text)
})

test('a value that would move the cursor is not offered', () => {
  const candidates = [{value: 'a\u001b[2Jb'}, {value: 'two\nlines'}, {value: ''}, {value: 'plain', describe: 'a\tb\nc'}]
  expect(printAnswer({candidates, follow: 'space'})).toBe('plain\ta b c\n:space\n')
})
