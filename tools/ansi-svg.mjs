// Text with colours (SGR), as a terminal shows it, to a picture of that terminal: an SVG with nothing in it but text,
// rectangles and paths. Pure: the same text gives the same bytes.
import {styledCharsFromTokens, tokenize} from '@alcalzone/ansi-tokenize'

/** One column and one row of the terminal, and the letters in them; px. */
const CELL = {width: 8.4, height: 19, font: 14, baseline: 14}
const MARGIN = 14
const TITLE_BAR = 34

const INK = '#c9d1d9'
const PAPER = '#0d1117'
/** The sixteen named colours for letters, readable on PAPER. */
const LETTERS = (
  '#6e7681 #ff7b72 #3fb950 #d29922 #58a6ff #bc8cff #39c5cf #b1bac4 ' +
  '#8b949e #ffa198 #56d364 #e3b341 #79c0ff #d2a8ff #56d4dd #f0f6fc'
).split(' ')
/** The same below letters: darker, so that white stays readable on them. */
const GROUNDS = (
  '#484f58 #b62324 #196c2e #845306 #1158c7 #8957e5 #1b7c83 #b1bac4 ' +
  '#6e7681 #da3633 #238636 #9e6a03 #1f6feb #a371f7 #2b8f96 #f0f6fc'
).split(' ')

/**
 * The picture of one screen.
 *
 * @param ansi lines with SGR colours, as `tmux capture-pane -e` gives them
 * @param columns width of the terminal; unless given, of the widest line
 * @param title what stands in the window's title bar, and is read out where pictures are not seen
 */
export function ansiToSvg(ansi, {columns, title = ''} = {}) {
  const rows = screenRows(ansi)
  const across = columns ?? Math.max(1, ...rows.map(widthOf))
  const width = round(across * CELL.width + 2 * MARGIN)
  const height = round(rows.length * CELL.height + TITLE_BAR + MARGIN)
  const lines = rows.flatMap((row, index) => drawRow(row, TITLE_BAR + index * CELL.height))
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>text{font:${CELL.font}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre}</style>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${PAPER}" stroke="#30363d"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map(
      (fill, at) => `<circle cx="${18 + at * 18}" cy="17" r="5" fill="${fill}"/>`,
    ),
    `<text x="${round(width / 2)}" y="21" text-anchor="middle" fill="#8b949e">${escapeXml(title)}</text>`,
    `<g fill="${INK}" xml:space="preserve">`,
    ...lines,
    '</g>',
    '</svg>',
  ].join('\n')}\n`
}

/** Rows of cells: what stands in each, its column and width in columns, and its style. Blank ends are left out. */
function screenRows(ansi) {
  const rows = [[]]
  for (const char of styledCharsFromTokens(tokenize(ansi.replaceAll('\x1b[m', '\x1b[0m').replaceAll('\r', '')))) {
    const row = rows.at(-1)
    if (char.value === '\n') rows.push([])
    else if (char.value.search(CONTROL) < 0) {
      row.push({text: char.value, column: widthOf(row), columns: char.fullWidth ? 2 : 1, style: styleOf(char.styles)})
    }
  }
  const cut = rows.map((row) => row.slice(0, 1 + row.findLastIndex(isSeen)))
  return cut.slice(0, 1 + cut.findLastIndex((row) => row.length > 0))
}

function isSeen({text, style}) {
  return text !== ' ' || style.ground !== undefined || style.underline
}

function widthOf(row) {
  const last = row.at(-1)
  return last === undefined ? 0 : last.column + last.columns
}

/** What XML cannot hold, and no terminal draws. */
const CONTROL = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu

/** SGR codes in force to what they mean here. */
function styleOf(codes) {
  const style = {}
  for (const {code} of codes) {
    const numbers = code.slice(2, -1).split(';').map(Number)
    const [first] = numbers
    if (first === 1) style.bold = true
    else if (first === 2) style.dim = true
    else if (first === 3) style.italic = true
    else if (first === 4) style.underline = true
    else if (first === 7) style.inverse = true
    else if (first === 9) style.struck = true
    else if (isLetters(first)) style.ink = colorOf(numbers, LETTERS)
    else if (isLetters(first - 10)) style.ground = colorOf(numbers, GROUNDS)
  }
  if (!style.inverse) return style
  return {...style, ink: style.ground ?? PAPER, ground: style.ink ?? INK}
}

/** Whether a code sets the colour of letters; of their ground it is ten more. */
function isLetters(code) {
  return (code >= 30 && code <= 38) || (code >= 90 && code <= 97)
}

function colorOf([code, kind, ...rest], named) {
  if (code % 10 !== 8) return named[(code % 10) + (code >= 90 ? 8 : 0)]
  return kind === 2 ? hex(rest) : colorOf256(rest[0], named)
}

/** Of the 256: the named ones, a cube of six steps each way, and greys. */
function colorOf256(index, named) {
  if (index < 16) return named[index]
  if (index >= 232) return hex(Array(3).fill(8 + (index - 232) * 10))
  const cube = index - 16
  return hex(
    [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((step) => (step === 0 ? 0 : 55 + step * 40)),
  )
}

function hex(parts) {
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

function drawRow(row, top) {
  return runsOf(row).flatMap((run) => [...groundOf(run, top), ...inkOf(run, top)])
}

/** Neighbours of one style and one kind, letters or lines: each run is placed by its own column. */
function runsOf(row) {
  const runs = []
  let style = ''
  for (const cell of row) {
    const own = JSON.stringify([cell.style, cell.text in SHAPES && (SHADES[cell.text] ?? 1)])
    const wide = cell.columns === 2
    if (own !== style || wide) runs.push({...cell, cells: [cell]})
    else {
      runs.at(-1).cells.push(cell)
      runs.at(-1).columns += cell.columns
    }
    style = wide ? '' : own
  }
  return runs
}

function groundOf({column, columns, style}, top) {
  if (style.ground === undefined) return []
  return [
    `<rect x="${left(column)}" y="${top}" width="${round(columns * CELL.width)}" height="${CELL.height}" fill="${style.ground}"/>`,
  ]
}

function inkOf(run, top) {
  if (run.cells[0].text in SHAPES) {
    const parts = run.cells.flatMap(({text, column}) => SHAPES[text](MARGIN + column * CELL.width, top))
    const path = joinedParts(parts).map(pathOf).join('')
    const shade = SHADES[run.cells[0].text]
    return [`<path d="${path}"${paint(run.style)}${shade ? ` opacity="${shade}"` : ''}/>`]
  }
  return wordsOf(run).map(({text, column, columns}) => {
    const length = columns > 1 ? ` textLength="${round(columns * CELL.width)}" lengthAdjust="spacingAndGlyphs"` : ''
    return `<text x="${left(column)}" y="${top + CELL.baseline}"${length}${lettering(run.style)}>${escapeXml(text)}</text>`
  })
}

/** A run without its blanks at either end, and cut where three or more stand in it; underlined blanks are drawn. */
function wordsOf({cells, style}) {
  if (style.underline) return [joined(cells)]
  const words = []
  let blanks = 3
  for (const cell of cells) {
    if (cell.text === ' ') blanks++
    else {
      if (blanks >= 3) words.push([])
      else words.at(-1).push(...Array(blanks).fill({text: ' ', columns: 1}))
      words.at(-1).push(cell)
      blanks = 0
    }
  }
  return words.map(joined)
}

function joined(cells) {
  const columns = cells.reduce((sum, cell) => sum + cell.columns, 0)
  return {text: cells.map(({text}) => text).join(''), column: cells[0].column, columns}
}

function paint({ink, dim}) {
  return `${ink ? ` fill="${ink}"` : ''}${dim ? ' fill-opacity=".6"' : ''}`
}

function lettering(style) {
  const lines = [style.underline && 'underline', style.struck && 'line-through'].filter(Boolean).join(' ')
  return [
    paint(style),
    style.bold ? ' font-weight="bold"' : '',
    style.italic ? ' font-style="italic"' : '',
    lines ? ` text-decoration="${lines}"` : '',
  ].join('')
}

/** Left free above blocks, so that bars of neighbouring rows stay apart; px. */
const LEAD = 2

/** A part of a cell as a rectangle, in shares of its width and of its height below the lead, from the top left. */
function part(x, y, width, height) {
  const tall = CELL.height - LEAD
  return (cellLeft, top) => [
    {x: cellLeft + x * CELL.width, y: top + LEAD + y * tall, width: width * CELL.width, height: height * tall},
  ]
}

/** Rectangles that touch their neighbour and are as high become one: no seam, and fewer bytes. */
function joinedParts(parts) {
  const joined = []
  for (const part of parts) {
    const last = joined.at(-1)
    const touches = last && Math.abs(last.x + last.width - part.x) < 0.01
    if (touches && last.y === part.y && last.height === part.height) last.width += part.width
    else joined.push({...part})
  }
  return joined
}

function pathOf({x, y, width, height}) {
  return `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`
}

const LIGHT = 1.2
const HEAVY = 3

/** Lines from the middle of a cell to its edges; a corner meets in the middle. */
function line(edges, thick = LIGHT) {
  return (cellLeft, top) => {
    const [x, y] = [cellLeft + CELL.width / 2, top + CELL.height / 2]
    const half = thick / 2
    const across = edges.includes('l') || edges.includes('r')
    const down = edges.includes('u') || edges.includes('d')
    const from = edges.includes('l') ? cellLeft : x - (down ? half : 0)
    const to = edges.includes('r') ? cellLeft + CELL.width : x + (down ? half : 0)
    const upper = edges.includes('u') ? top : y - (across ? half : 0)
    const lower = edges.includes('d') ? top + CELL.height : y + (across ? half : 0)
    return [
      ...(across ? [{x: from, y: y - half, width: to - from, height: thick}] : []),
      ...(down ? [{x: x - half, y: upper, width: thick, height: lower - upper}] : []),
    ]
  }
}

const SHADES = {'░': 0.25, '▒': 0.5, '▓': 0.75}

/** What fonts draw with gaps between rows and columns: drawn as shapes, as terminals do. */
const SHAPES = {
  ...Object.fromEntries([...'█░▒▓'].map((text) => [text, part(0, 0, 1, 1)])),
  '▀': part(0, 0, 1, 0.5),
  '▐': part(0.5, 0, 0.5, 1),
  '▕': part(7 / 8, 0, 1 / 8, 1),
  '▔': part(0, 0, 1, 1 / 8),
  ...Object.fromEntries([...'▁▂▃▄▅▆▇'].map((text, at) => [text, part(0, 1 - (at + 1) / 8, 1, (at + 1) / 8)])),
  ...Object.fromEntries([...'▏▎▍▌▋▊▉'].map((text, at) => [text, part(0, 0, (at + 1) / 8, 1)])),
  ...Object.fromEntries(
    Object.entries({
      '─': 'lr',
      '│': 'ud',
      '┌': 'rd',
      '┐': 'ld',
      '└': 'ru',
      '┘': 'lu',
      '├': 'udr',
      '┤': 'udl',
      '┬': 'lrd',
      '┴': 'lru',
      '┼': 'lrud',
      '╭': 'rd',
      '╮': 'ld',
      '╰': 'ru',
      '╯': 'lu',
      '╴': 'l',
      '╶': 'r',
      '╵': 'u',
      '╷': 'd',
    }).map(([text, edges]) => [text, line(edges)]),
  ),
  ...Object.fromEntries(
    Object.entries({'━': 'lr', '┃': 'ud', '╸': 'l', '╺': 'r', '╹': 'u', '╻': 'd'}).map(([text, edges]) => [
      text,
      line(edges, HEAVY),
    ]),
  ),
}

function left(column) {
  return round(MARGIN + column * CELL.width)
}

function round(number) {
  return Math.round(number * 100) / 100
}

function escapeXml(text) {
  return text
    .replace(CONTROL, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
