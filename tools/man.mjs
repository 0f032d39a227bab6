// The manual pages, one a command and one about all: dist/man/logflow.1, dist/man/logflow-search.1 …, from the manifest
// that the commands themselves make. npm installs them with the package: man logflow.
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {ROOT, readPackage} from './build-options.mjs'

/** Every page by file name, as troff with the man macros (man(7)). */
export function manualPages(manifest, {name, version, description}) {
  const commands = Object.values(manifest.commands).filter(({hidden}) => !hidden)
  const pages = new Map([[`${name}.1`, mainPage(commands, {name, version, description})]])
  for (const command of commands) pages.set(`${pageName(name, command)}.1`, commandPage(command, {name, version}))
  return pages
}

function mainPage(commands, {name, version, description}) {
  return page([
    heading(name, version),
    ...section('NAME', [`${name} \\- ${text(description)}`]),
    ...section('SYNOPSIS', [`.B ${name}`, '.I COMMAND', '[\\fIFLAGS\\fR]']),
    ...section(
      'COMMANDS',
      commands.flatMap((command) => entry(`\\fB${pageName(name, command)}\\fR(1)`, command.summary)),
    ),
    ...section(
      'EXIT STATUS',
      EXIT_STATUS.flatMap(([status, meaning]) => entry(`\\fB${status}\\fR`, meaning)),
    ),
    ...section('SEE ALSO', [
      text(`${name} COMMAND --help; ${name} config list shows every setting and where it is from.`),
    ]),
  ])
}

const EXIT_STATUS = [
  ['0', 'done'],
  ['1', 'the answer is no: nothing matched under --fail-if-none, an expectation broke, a test of a rule differs'],
  ['2', 'wrong use'],
  ['3', 'could not know: a backend does not answer, or the pipeline has not caught up'],
  ['4', 'not authorised'],
  ['5', 'done, but some records are dead-lettered'],
  ['6', 'a local resource: disk full, permission, a lock held'],
  ['70', 'an internal error'],
  ['130', 'interrupted'],
]

function commandPage(command, {name, version}) {
  const title = pageName(name, command)
  const words = `${name} ${command.id.replaceAll(':', ' ')}`
  const flags = Object.values(command.flags).filter(({hidden}) => !hidden)
  return page([
    heading(title, version),
    ...section('NAME', [`${text(title)} \\- ${text(command.summary ?? '')}`]),
    ...section('SYNOPSIS', [`.B ${text(words)}`, ...Object.values(command.args).map(argument), '[\\fIFLAGS\\fR]']),
    ...section('DESCRIPTION', paragraphs(command.description ?? command.summary ?? '')),
    ...section(
      'ARGUMENTS',
      Object.values(command.args).flatMap((arg) => entry(`\\fI${text(arg.name.toUpperCase())}\\fR`, arg.description)),
    ),
    ...section('OPTIONS', flags.flatMap(option)),
    ...section('EXAMPLES', [
      '.nf',
      ...(command.examples ?? []).map((example) => text(exampleText(example, name, command.id))),
      '.fi',
    ]),
    ...section('SEE ALSO', [`\\fB${name}\\fR(1)`]),
  ])
}

function option({name, char, type, allowNo, helpValue, options, description, summary}) {
  const names = [...(char ? [`-${char}`] : []), `--${allowNo ? '[no-]' : ''}${name}`].map(
    (one) => `\\fB${text(one)}\\fR`,
  )
  const value = type === 'option' ? ` \\fI${text(helpValue ?? name.toUpperCase())}\\fR` : ''
  const choice = options ? ` (${options.join(', ')})` : ''
  return entry(`${names.join(', ')}${value}`, `${summary ?? description ?? ''}${choice}`)
}

function argument({name, required, multiple}) {
  const shown = `\\fI${text(name.toUpperCase())}\\fR${multiple ? '...' : ''}`
  return required ? shown : `[${shown}]`
}

function exampleText(example, name, id) {
  const line = typeof example === 'string' ? example : example.command
  return line.replaceAll('<%= config.bin %>', name).replaceAll('<%= command.id %>', id.replaceAll(':', ' '))
}

function pageName(name, {id}) {
  return `${name}-${id.replaceAll(':', '-')}`
}

function heading(title, version) {
  return `.TH ${text(title.toUpperCase())} 1 "" "logflow ${version}" "logflow"`
}

function section(title, lines) {
  return lines.length === 0 ? [] : [`.SH ${title}`, ...lines]
}

function entry(term, about) {
  return ['.TP', term, text(about ?? '')]
}

/** A table of a description keeps its lines: they are set as they are. */
function paragraphs(description) {
  return description
    .split('\n\n')
    .flatMap((paragraph) =>
      paragraph.includes('\n') ? ['.PP', '.nf', ...paragraph.split('\n').map(text), '.fi'] : ['.PP', text(paragraph)],
    )
}

/** Plain text as troff reads it: backslashes, hyphens that are to stay, and dots and quotes that begin a line. */
function text(plain) {
  const escaped = plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/[^\x00-\x7f]/gu, unicode)
  return escaped
    .split('\n')
    .map((line) => (/^[.']/.test(line) ? `\\&${line}` : line))
    .join('\n')
}

/** The lines of drawings are not in every device's font. */
const PLAIN = {'─': '\\-', '│': '|'}

function unicode(character) {
  if (PLAIN[character]) return PLAIN[character]
  return `\\[u${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}]`
}

function page(lines) {
  return `${lines.join('\n')}\n`
}

if (process.argv[1] === import.meta.filename) {
  const folder = join(ROOT, 'dist', 'man')
  rmSync(folder, {recursive: true, force: true})
  mkdirSync(folder, {recursive: true})
  const manifest = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8'))
  for (const [file, page] of manualPages(manifest, readPackage())) writeFileSync(join(folder, file), page)
}
