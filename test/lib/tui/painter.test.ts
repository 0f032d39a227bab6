import {expect, test} from 'vitest'
import {Painter} from '../../../src/lib/tui/painter.js'

/** What a terminal makes of what a painter writes: rows of single-width characters, colours left out. */
class Screen {
  rows: string[][] = []
  written = ''
  #row = 0
  #column = 0

  constructor(
    readonly columns: number,
    readonly height: number,
  ) {
    this.#clear()
    // Whatever stood there before.
    for (const row of this.rows) row.fill('#')
  }

  write(text: string): void {
    this.written += text
    for (const [, code, char] of text.matchAll(/\u001b\[([?\d;]*[a-zA-Z])|(.)/gsu)) {
      if (char !== undefined) this.#put(char)
      else if (code === '2J') this.#clear()
      else if (code === 'K') this.#row_().fill(' ', Math.min(this.#column, this.columns - 1))
      else if (code?.endsWith('H')) this.#go(code)
      else if (!code?.endsWith('m') && !code?.startsWith('?')) throw new Error(`unknown code ${code}`)
    }
  }

  text(): string[] {
    return this.rows.map((row) => row.join('').trimEnd())
  }

  #go(code: string): void {
    const [row, column] = code.slice(0, -1).split(';').map(Number)
    this.#row = (row as number) - 1
    this.#column = (column as number) - 1
  }

  #put(char: string): void {
    this.#row_()[Math.min(this.#column, this.columns - 1)] = char
    this.#column++
  }

  #row_(): string[] {
    return this.rows[this.#row] as string[]
  }

  #clear(): void {
    this.rows = Array.from({length: this.height}, () => Array<string>(this.columns).fill(' '))
  }
}

test('the terminal shows the frame, whatever it showed before', () => {
  const screen = new Screen(10, 4)
  const painter = new Painter((text) => screen.write(text))
  const frames = [
    ['one', 'two', 'three'],
    ['one', 'exactly 10', 'x'],
    ['', 'exactly 11!'.slice(0, 10), 'x', 'y'],
    ['only one'],
    ['\u001b[31mred\u001b[39m       ', 'a\u001b[1mb\u001b[22m'],
    [],
    ['a', 'b', 'c', 'd'],
  ]
  for (const frame of frames) {
    painter.paint(frame, 10)
    const plain = frame.map((line) => line.replace(/\u001b\[\d+m/g, '').trimEnd())
    expect(screen.text()).toEqual([...plain, ...Array<string>(4 - frame.length).fill('')])
  }
})

test('only lines that differ are written, and nothing where none does', () => {
  const screen = new Screen(10, 4)
  const painter = new Painter((text) => screen.write(text))
  painter.paint(['one', 'two', 'three'], 10)
  screen.written = ''
  painter.paint(['one', 'two', 'three'], 10)
  expect(screen.written).toBe('')
  painter.paint(['one', 'TWO', 'three'], 10)
  expect(screen.written).toContain('TWO')
  expect(screen.written).not.toContain('one')
})

test('all of it again once what the terminal shows is not known, and at another width', () => {
  for (const [columns, forget] of [
    [10, true],
    [12, false],
  ] as const) {
    const screen = new Screen(12, 2)
    const painter = new Painter((text) => screen.write(text))
    painter.paint(['one', 'two'], 10)
    for (const row of screen.rows) row.fill('~')
    if (forget) painter.forget()
    painter.paint(['one', 'two'], columns)
    expect(screen.text()).toEqual(['one', 'two'])
  }
})
