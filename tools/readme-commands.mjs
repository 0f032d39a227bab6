// Writes the list of commands in docs/commands.md from oclif.manifest.json; with --check only says whether it is current.
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const BEGIN = '<!-- commands: made by tools/readme-commands.mjs -->'
const END = '<!-- /commands -->'

/** The page with its list of commands as the manifest has it. */
export function withCommands(page, manifest) {
  const rows = Object.values(manifest.commands)
    .filter((command) => !command.hidden)
    .map((command) => `| \`logflow ${command.id.replaceAll(':', ' ')}\` | ${command.summary} |`)
    .sort()
  const table = ['| command | does |', '|---|---|', ...rows].join('\n')
  const before = page.slice(0, page.indexOf(BEGIN) + BEGIN.length)
  return `${before}\n${table}\n${page.slice(page.indexOf(END))}`
}

if (process.argv[1] === import.meta.filename) {
  const path = join(ROOT, 'docs', 'commands.md')
  const page = readFileSync(path, 'utf8')
  const manifest = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8'))
  const current = withCommands(page, manifest)
  if (!process.argv.includes('--check')) writeFileSync(path, current)
  else if (current !== page) {
    console.error('the list of commands in docs/commands.md is not current: node tools/readme-commands.mjs')
    process.exitCode = 1
  }
}
