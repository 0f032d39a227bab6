import {expect, test} from 'vitest'
import {nearMatch} from '../../../src/lib/config/near-match.js'
import {readDotenv} from '../../../src/lib/config/read-dotenv.js'
import {parseBytes, parseDuration} from '../../../src/lib/config/read-value.js'
import {maskUrl} from '../../../src/lib/config/settings.js'

test.each([
  ['paymnt', ['orders', 'payment'], 'payment'],
  ['servcie', ['service', 'source'], 'service'],
  ['--svc', ['service'], undefined],
  ['out', ['output'], 'output'],
  ['x', ['y'], 'y'],
  ['completely', ['other', 'words'], undefined],
  ['KAFKA', ['kafka'], 'kafka'],
  ['', ['a'], 'a'],
  ['anything', [], undefined],
])('nearMatch(%j, %j) is %j', (word, candidates, expected) => {
  expect(nearMatch(word, candidates)).toBe(expected)
})

test('a .env is read as shells and other tools read it', () => {
  const text = [
    '\ufeffA=1',
    'export B = two words  # comment',
    "C='single $X # not a comment'",
    'D="double \\"quoted\\" \\n line"',
    'E=',
    'F=#only a comment',
    '# G=commented out',
    'not a line',
    '1H=bad name',
    'URL=http://h/#anchor',
    'A=later wins',
  ].join('\r\n')
  expect(Object.fromEntries(readDotenv(text))).toEqual({
    A: 'later wins',
    B: 'two words',
    C: 'single $X # not a comment',
    D: 'double "quoted" \n line',
    E: '',
    F: '',
    URL: 'http://h/#anchor',
  })
})

test.each([
  ['500ms', 500],
  ['1.5s', 1500],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['90', undefined],
  ['1y', undefined],
  ['', undefined],
])('parseDuration(%j) is %j', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each([
  ['4096', 4096],
  ['256MB', 256e6],
  ['1 GiB', 2 ** 30],
  ['1.5kb', 1500],
  ['1 parsec', undefined],
  ['-1', undefined],
])('parseBytes(%j) is %j', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes)
})

test.each([
  ['https://u:p@h:9200', 'https://u:********@h:9200'],
  ['http://a, http://u:p:q/r@b', 'http://a, http://u:********@b'],
  ['http://h:9200/x@y', 'http://h:9200/x@y'],
  [
    'postgres://db/x?user=ada&password=pa55&sslmode=require',
    'postgres://db/x?user=ada&password=********&sslmode=require',
  ],
  ['postgres://ada:pa55@db/x?sslpassword=pa56', 'postgres://ada:********@db/x?sslpassword=********'],
  ['https://otlp/v1?api_key=pa55#top', 'https://otlp/v1?api_key=********#top'],
])('maskUrl(%j)', (text, shown) => {
  expect(maskUrl(text)).toBe(shown)
})
