import {expect, test} from 'vitest'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {parseTemplate} from '../../../src/lib/output/template.js'

test('fields, what stands for a missing one, and escapes', () => {
  expect(parseTemplate('{@timestamp} { service | - } \\{x\\}\\t\\n\\\\{a.b|}')).toEqual([
    {field: '@timestamp', otherwise: ''},
    {text: ' '},
    {field: 'service', otherwise: ' - '},
    {text: ' {x}\t\n\\'},
    {field: 'a.b', otherwise: ''},
  ])
  expect(parseTemplate('')).toEqual([])
})

// The template, the place of the caret, and what is said.
test.each([
  ['a {b', 2, 'no } ends this field'],
  ['a {b {c}', 2, 'no } ends this field'],
  ['a} b', 1, 'no { stands before this }'],
  ['{} b', 0, 'no field is named here'],
  ['{|x}', 0, 'no field is named here'],
  ['a \\x', 2, 'a backslash goes before n, t, \\, { or }'],
  ['a \\', 2, 'a backslash goes before n, t, \\, { or }'],
])('%j is refused at %i', (template, at, why) => {
  let thrown: unknown
  try {
    parseTemplate(template)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(LogflowError)
  const [said, shown, caret] = (thrown as LogflowError).message.split('\n')
  expect(said).toBe(`--template: ${why}`)
  expect(shown).toBe(`  ${template}`)
  expect(caret).toBe(`  ${' '.repeat(at)}^`)
})
