import {shellWord} from '../query/shell-words.js'
import {formatDuration} from './numbers.js'
import {paletteFor} from './palette.js'
import type {Screen} from './screen.js'
import {padTo, wrapTo} from './text-width.js'

/** Where nobody knows how wide the place is, and how wide prose gets at most. */
const WIDTH = 80
const WIDEST = 100

/** `$ logflow search 'level>=error'`: broken between words where the screen is narrower, as a shell takes it back. */
export function commandText(words: readonly string[], screen: Screen): string {
  const lines: string[] = []
  let line = '$ logflow'
  for (const word of words.map(shellWord)) {
    if (line.length + word.length + 3 <= screen.width) line += ` ${word}`
    else {
      lines.push(`${line} \\`)
      line = `    ${word}`
    }
  }
  const {bold} = paletteFor(screen.color)
  return [...lines, line].map((one) => `${bold(one)}\n`).join('')
}

/** The command on one line, without a prompt. */
export function plainCommand(words: readonly string[]): string {
  return ['logflow', ...words.map(shellWord)].join(' ')
}

export function introText(folder: string, keep: boolean, screen: Screen): string {
  const {bold} = paletteFor(screen.color)
  const after = keep ? 'which stays afterwards.' : 'which is deleted at the end.'
  return prose(
    `A shop goes wrong, an alert opens, and you find out why. No server is needed, and nothing of yours is read or changed: all of it happens in ${folder}, ${after}`,
    screen,
    bold('logflow demo'),
  )
}

/** `── 3 of 11 · Get the logs in ──────`, and what is seen and why. */
export function stepText(at: {index: number; of: number; title: string; why: string}, screen: Screen): string {
  const {bold} = paletteFor(screen.color)
  return `\n${rule(`${at.index} of ${at.of} · ${at.title}`, screen, bold)}${prose(at.why, screen)}\n`
}

/** What is said at the end of the tour. */
export function outroText(
  {ms, own}: {ms: number; own: ReadonlyArray<{words: readonly string[]; what: string}>},
  screen: Screen,
): string {
  const {bold, dim} = paletteFor(screen.color)
  const commands = own.map(({words}) => plainCommand(words))
  const column = Math.max(...commands.map((command) => command.length)) + 3
  return [
    `\n${rule('That was it', screen, bold)}`,
    prose(
      `A rule was made, an incident was written, shipped and checked record by record, an alert opened, and its errors were searched, folded and traced to the deploy that brought them: in ${formatDuration(ms)} of work, with no server.`,
      screen,
    ),
    '\nWith your own logs:\n',
    ...own.map(({what}, index) => `  ${bold(padTo(commands[index] as string, column))}${dim(what)}\n`),
  ].join('')
}

/** What has become of the folder. @param keptData the data directory in it, where it was kept */
export function folderText(folder: string, keptData: string | undefined): string {
  if (keptData === undefined) return `\n${folder} is deleted.\n`
  const commands = [['search', 'level>=error'], ['live']].map((words) =>
    plainCommand([...words, '--data-dir', keptData]),
  )
  return `\nKept in ${folder}. To go on with it:\n  ${commands.join('\n  ')}\nDelete the folder when you no longer need it.\n`
}

function rule(text: string, screen: Screen, bold: (text: string) => string): string {
  const [line, dot] = screen.ascii ? ['-', '-'] : ['─', '·']
  const width = proseWidth(screen)
  const shown = ` ${screen.ascii ? text.replaceAll('·', dot) : text} `
  return `${line.repeat(2)}${bold(shown)}${line.repeat(Math.max(2, width - shown.length - 2))}\n`
}

function prose(text: string, screen: Screen, title?: string): string {
  const lines = wrapTo(text, proseWidth(screen))
  return [...(title === undefined ? [] : [title]), ...lines].map((line) => `${line}\n`).join('')
}

function proseWidth({width}: Screen): number {
  return Number.isFinite(width) ? Math.max(20, Math.min(width, WIDEST)) : WIDTH
}
