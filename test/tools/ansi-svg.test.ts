import {join, resolve} from 'node:path'
import {describe, expect, test} from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const {ansiToSvg} = await import(join(ROOT, 'tools/ansi-svg.mjs'))

/** What is drawn of the screen, without the window about it. A column is 8.4 px wide and begins at 14; a row is 19 high. */
function drawn(ansi: string): string[] {
  const lines = (ansiToSvg(ansi) as string).split('\n')
  return lines.slice(lines.findIndex((line) => line.startsWith('<g ')) + 1, lines.indexOf('</g>'))
}

const LONG = 'lengthAdjust="spacingAndGlyphs"'

describe('letters', () => {
  test.each([
    ['plain', 'ab', [`<text x="14" y="48" textLength="16.8" ${LONG}>ab</text>`]],
    ['a colour by name', '\x1b[31ma', ['<text x="14" y="48" fill="#ff7b72">a</text>']],
    ['a bright one', '\x1b[91ma', ['<text x="14" y="48" fill="#ffa198">a</text>']],
    ['one of 256: the cube', '\x1b[38;5;130ma', ['<text x="14" y="48" fill="#af5f00">a</text>']],
    ['one of 256: a grey', '\x1b[38;5;240ma', ['<text x="14" y="48" fill="#585858">a</text>']],
    ['one of 256: a named one', '\x1b[38;5;9ma', ['<text x="14" y="48" fill="#ffa198">a</text>']],
    ['true colour', '\x1b[38;2;1;2;255ma', ['<text x="14" y="48" fill="#0102ff">a</text>']],
    [
      'several at once',
      '\x1b[1;4;32ma',
      ['<text x="14" y="48" fill="#3fb950" font-weight="bold" text-decoration="underline">a</text>'],
    ],
    ['dim', '\x1b[2ma', ['<text x="14" y="48" fill-opacity=".6">a</text>']],
    [
      'what ends a style',
      '\x1b[1ma\x1b[22mb\x1b[32mc\x1b[md',
      [
        '<text x="14" y="48" font-weight="bold">a</text>',
        '<text x="22.4" y="48">b</text>',
        '<text x="30.8" y="48" fill="#3fb950">c</text>',
        '<text x="39.2" y="48">d</text>',
      ],
    ],
    [
      'on a ground',
      '\x1b[37;41mFATAL\x1b[0m',
      [
        '<rect x="14" y="34" width="42" height="19" fill="#b62324"/>',
        `<text x="14" y="48" textLength="42" ${LONG} fill="#b1bac4">FATAL</text>`,
      ],
    ],
    [
      'turned about',
      '\x1b[7ma',
      ['<rect x="14" y="34" width="8.4" height="19" fill="#c9d1d9"/>', '<text x="14" y="48" fill="#0d1117">a</text>'],
    ],
  ])('%s', (_, ansi, expected) => expect(drawn(ansi)).toEqual(expected))
})

describe('columns', () => {
  test.each([
    ['rows are below each other', 'a\nb', ['<text x="14" y="48">a</text>', '<text x="14" y="67">b</text>']],
    ['one or two blanks stay in a text', 'a  b', [`<text x="14" y="48" textLength="33.6" ${LONG}>a  b</text>`]],
    ['more of them begin another', ' a   b', ['<text x="22.4" y="48">a</text>', '<text x="56" y="48">b</text>']],
    [
      'a wide character takes two, and what follows keeps its column',
      '日b',
      [`<text x="14" y="48" textLength="16.8" ${LONG}>日</text>`, '<text x="30.8" y="48">b</text>'],
    ],
    ['a combined one takes one', 'e\u0301b', [`<text x="14" y="48" textLength="16.8" ${LONG}>e\u0301b</text>`]],
    ['blanks at the end of rows and of the screen are left out', 'a   \n  \n', ['<text x="14" y="48">a</text>']],
  ])('%s', (_, ansi, expected) => expect(drawn(ansi)).toEqual(expected))

  test('the window is as wide and high as the screen, blank rows between included', () => {
    expect(ansiToSvg('ab\n\nc')).toMatch(/^<svg [^>]*width="44.8" height="105" /)
    expect(ansiToSvg('ab\n\nc', {columns: 100})).toMatch(/^<svg [^>]*width="868" height="105" /)
    expect(ansiToSvg('')).toMatch(/^<svg [^>]*height="48" /)
  })
})

describe('lines and blocks are shapes that meet', () => {
  test.each([
    ['a line goes from edge to edge', '──', ['<path d="M14 42.9h16.8v1.2h-16.8z"/>']],
    ['and down to the next row', '│\n│', ['<path d="M17.6 34h1.2v19h-1.2z"/>', '<path d="M17.6 53h1.2v19h-1.2z"/>']],
    ['half a block', '▌', ['<path d="M14 36h4.2v17h-4.2z"/>']],
    ['a bar of an eighth', '▁', ['<path d="M14 50.88h8.4v2.13h-8.4z"/>']],
    ['a shade', '\x1b[31m▒', ['<path d="M14 36h8.4v17h-8.4z" fill="#ff7b72" opacity="0.5"/>']],
    ['letters beside them are letters', 'a█', ['<text x="14" y="48">a</text>', '<path d="M22.4 36h8.4v17h-8.4z"/>']],
  ])('%s', (_, ansi, expected) => expect(drawn(ansi)).toEqual(expected))
})

test('hostile text stays text, in the screen and in the title', () => {
  const hostile = '</text><script>alert("1")</script>&\x00\x07\x1b[2J\u009b\ud800'
  const svg = ansiToSvg(`${hostile}\x1b[31m${hostile}`, {title: `" onload="x${hostile}`}) as string
  expect(new Set([...svg.matchAll(/<\/?([^\s/>]+)/g)].map(([, tag]) => tag))).toEqual(
    new Set(['svg', 'title', 'style', 'rect', 'circle', 'text', 'g']),
  )
  expect(svg).not.toMatch(/ onload="/)
  expect(svg).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u)
  expect(svg).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;')
})

test('the same screen gives the same picture, with nothing from elsewhere', () => {
  const screen = '\x1b[32m● following\x1b[0m  │ 日本 ▁▂▃'
  expect(ansiToSvg(screen, {title: 'x'})).toBe(ansiToSvg(screen, {title: 'x'}))
  expect(ansiToSvg(screen)).not.toMatch(/href|url\(|@import|http(?!:\/\/www\.w3\.org\/2000\/svg")/)
})
