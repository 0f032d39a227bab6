import {expect, test} from 'vitest'
import type {RecordFormatName} from '../../../src/lib/output/record-writer.js'
import {rowsText} from '../../../src/lib/output/rows.js'

const ROWS = [
  {name: 'bus', depth: 1204, where: {host: 'a', ports: [1, 2]}},
  {name: 'say "hi", \x1b[31m\u202e', depth: 3},
]
const COLUMNS = [
  {title: 'name', least: 8},
  {title: 'how many', key: 'depth', align: 'right' as const, show: (value: unknown) => `${value} in all`},
  {title: 'where'},
]
const pipe = {isTerminal: false, width: Number.POSITIVE_INFINITY, color: false}
const terminal = {isTerminal: true, width: 40, color: false}

test.each([
  [
    'json',
    pipe,
    '[{"name":"bus","depth":1204,"where":{"host":"a","ports":[1,2]}},{"name":"say \\"hi\\", \\u001b[31m\u202e","depth":3}]\n',
  ],
  [
    'jsonl',
    terminal,
    '{"name":"bus","depth":1204,"where":{"host":"a","ports":[1,2]}}\n{"name":"say \\"hi\\", \\u001b[31m\\u202e","depth":3}\n',
  ],
  [
    'logfmt',
    pipe,
    'name=bus depth=1204 where.host=a where.ports=[1,2]\nname="say \\"hi\\", \\u001b[31m\u202e" depth=3\n',
  ],
  [
    'csv',
    pipe,
    'name,depth,where\r\nbus,1204,"{""host"":""a"",""ports"":[1,2]}"\r\n"say ""hi"", \x1b[31m\u202e",3,\r\n',
  ],
  [
    'csv',
    terminal,
    'name,depth,where\r\nbus,1204,"{""host"":""a"",""ports"":[1,2]}"\r\n"say ""hi"", \\x1b[31m\\u202e",3,\r\n',
  ],
  ['raw', terminal, 'bus\nsay "hi", \\u001b[31m\\u202e\n'],
  [
    'table',
    terminal,
    [
      'name         how many  where',
      'bus       1204 in all  {"host":"a","ports":[1,2]}',
      'say "hi…     3 in all',
      '',
    ].join('\n'),
  ],
] satisfies Array<[RecordFormatName, typeof pipe, string]>)('%s to %o', (format, screen, expected) => {
  expect(rowsText(format, ROWS, COLUMNS, screen)).toBe(expected)
})

test('no rows are no lines, and one empty array', () => {
  expect(rowsText('json', [], COLUMNS, pipe)).toBe('[]\n')
  expect(rowsText('jsonl', [], COLUMNS, pipe)).toBe('')
  expect(rowsText('pretty', [], COLUMNS, pipe)).toBe('name  how many  where\n')
})
