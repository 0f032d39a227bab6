import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {expect, test} from 'vitest'
import {LineJoiner} from '../../../src/lib/parse/multiline.js'

const text = readFileSync(resolve(import.meta.dirname, '../../cases/multiline/traces.txt'), 'utf8')
const cases = text
  .split(/^## /m)
  .slice(1)
  .map((block) => {
    const [name = '', ...lines] = block.trimEnd().split('\n')
    return {name, lines}
  })

/** The lines again, each marked as the joiner sees it. */
function mark(lines: string[], end: string, blanks: boolean): string[] {
  const joiner = new LineJoiner()
  return lines.map((line) => {
    if (line === '') {
      const bytes = Buffer.from(end)
      if (blanks) expect(joiner.continues(bytes, 0, bytes.length)).toBe(false)
      return ''
    }
    // The line stands in the middle of a buffer, as it does in a chunk of a file.
    const bytes = Buffer.from(`xx${line.slice(2)}${end}yy`)
    return `${joiner.continues(bytes, 2, bytes.length - 2) ? '+ ' : '| '}${line.slice(2)}`
  })
}

test.each(cases.map(({name, lines}) => [name, lines] as const))('%s', (_, lines) => {
  expect(mark(lines, '', false)).toEqual(lines)
})

test('blank lines may be passed or not, returns at the end change nothing', () => {
  for (const {lines} of cases) {
    expect(mark(lines, '', true)).toEqual(lines)
    expect(mark(lines, '\r', true)).toEqual(lines)
  }
})

test('a case that follows another is not joined to it', () => {
  const all = cases.flatMap(({lines}) => [
    '| 2026-01-05T10:00:00Z INFO between',
    ...lines.filter((line) => line !== ''),
  ])
  const marked = mark(all, '', false)
  expect(marked.filter((line) => line === '| 2026-01-05T10:00:00Z INFO between')).toHaveLength(cases.length)
})

test('reset forgets the unit in hand', () => {
  const joiner = new LineJoiner()
  const head = Buffer.from('java.lang.Error: x')
  const frame = Buffer.from('\tat a.B.c(B.java:1)')
  joiner.continues(head, 0, head.length)
  expect(joiner.continues(frame, 0, frame.length)).toBe(true)
  joiner.reset()
  expect(joiner.continues(frame, 0, frame.length)).toBe(false)
})

test('an event without end is cut, and goes on as another', () => {
  const joiner = new LineJoiner()
  const head = Buffer.from('java.lang.Error: x')
  const frame = Buffer.from('\tat a.B.c(B.java:1)')
  joiner.continues(head, 0, head.length)
  const answers = Array.from({length: 2500}, () => joiner.continues(frame, 0, frame.length))
  expect(answers.filter((joined) => !joined).length).toBe(2)
  const long = Buffer.from(`\t${'x'.repeat(300_000)}`)
  joiner.reset()
  joiner.continues(head, 0, head.length)
  joiner.continues(frame, 0, frame.length)
  expect([long, long, long].map((line) => joiner.continues(line, 0, line.length))).toEqual([true, false, false])
})
