import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {basename, dirname, join, relative, resolve} from 'node:path'
import {Parser} from '@oclif/core'
import {describe, expect, test} from 'vitest'
import {parseQuery} from '../src/lib/query/parse-query.js'
import {type CommandLine, commandLines} from './support/command-lines.js'

// The README and the pages of docs/: what they name is there, and what they tell to type is understood.

const ROOT = resolve(import.meta.dirname, '..')
const {withCommands} = await import(join(ROOT, 'tools/readme-commands.mjs'))
/** The commands as they declare themselves; that the manifest is current is tested with the commands. */
const MANIFEST: {commands: Record<string, Command>} = JSON.parse(
  readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8'),
)
const PICTURES = join(ROOT, 'docs/pictures')
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const JOBS = ['ship', 'find', 'follow', 'alert', 'ci', 'operate', 'generate', 'commands', 'design']

interface Command {
  args: Record<string, object>
  flags: Record<string, object>
  strict: boolean
}

const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8')

describe.each(PAGES)('%s', (page) => {
  const text = textOf(page)

  test('every relative link leads to a file, and to a heading of it', () => {
    const links = linksOf(text).filter((link) => !/^https?:/.test(link))
    for (const link of links) {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), path)
      expect(existsSync(target), link).toBe(true)
      expect(relative(ROOT, target), link).not.toMatch(/^\.\./)
      if (anchor !== undefined) expect(anchorsOf(readFileSync(target, 'utf8')), link).toContain(anchor)
    }
  })

  test('every picture says what is on it', () => {
    for (const [, alt] of text.matchAll(/!\[([^\]]*)\]\(/g)) expect(alt).toMatch(/^.{20,}$/)
  })

  test('what is to be typed is understood: commands, flags, arguments, queries', async () => {
    for (const line of [...shellBlocks(text).flatMap(commandLines), ...inText(text)]) await understood(line)
  })
})

test('calls are found wherever a shell would find them', () => {
  const script = [
    'kubectl logs x | logflow ship - --service "my shop" && ./go # logflow comment',
    'LOGFLOW_TOPIC=a logflow search \'a | b # c\' > out.jsonl; logflow get "$(logflow search --limit 1)" &',
    'source <(logflow completion bash)',
    'logflow tail \\',
    '  --since 1h 2>/dev/null',
  ].join('\n')
  expect(commandLines(script).map(({words}) => words.slice(1))).toEqual([
    ['ship', '-', '--service', 'my shop'],
    ['search', '--limit', '1'],
    ['search', 'a | b # c'],
    ['get', 'SUBSTITUTED'],
    ['completion', 'bash'],
    ['tail', '--since', '1h'],
  ])
})

test('the README begins with the two lines that try it and test it', () => {
  const [first, second] = shellBlocks(textOf('README.md'))
  expect([first, second]).toEqual(['npm install && npm run demo', 'npm install && npm test'])
})

test('every page is named in the README, and every picture on a page', () => {
  expect(PAGES.map((page) => basename(page, '.md')).sort()).toEqual(['README', ...JOBS].sort())
  const links = linksOf(textOf('README.md')).map((link) => link.split('#')[0])
  for (const job of JOBS) expect(links).toContain(`docs/${job}.md`)
  const shown = PAGES.flatMap((page) => linksOf(textOf(page))).map((link) => basename(link))
  for (const picture of readdirSync(PICTURES)) expect(shown).toContain(picture)
})

test('pictures are small, and hold nothing that runs or comes from elsewhere', () => {
  for (const picture of readdirSync(PICTURES)) {
    const svg = readFileSync(join(PICTURES, picture), 'utf8')
    expect(statSync(join(PICTURES, picture)).size, picture).toBeLessThan(60_000)
    expect(svg, picture).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*>\n<title>/)
    expect(svg, picture).not.toMatch(/<script|<image|<foreignObject|href=|url\(|@import| on\w+=/i)
  }
})

test('the list of commands is current', () => {
  expect(withCommands(textOf('docs/commands.md'), MANIFEST)).toBe(textOf('docs/commands.md'))
})

async function understood({words, source}: CommandLine): Promise<void> {
  const [, ...argv] = words
  const id = [3, 2, 1].map((length) => argv.slice(0, length)).find((part) => part.join(':') in MANIFEST.commands)
  if (id === undefined && argv[0] === '--help') return
  if (id === undefined) throw new Error(`there is no such command: ${source}`)
  const rest = argv.slice(id.length)
  if (rest.includes('--help')) return
  const {args, flags, strict} = MANIFEST.commands[id.join(':')] as Command
  const spec = {args: parsable(args), flags: parsable(flags), strict} as Parameters<typeof Parser.parse>[1]
  const parsed = await Parser.parse(rest, spec).catch(({message}: Error) => {
    throw new Error(`not understood: ${source}\n${message}`)
  })
  expect(parsed.nonExistentFlags, source).toEqual([])
  const {query} = {...parsed.args, ...parsed.flags} as {query?: string}
  if (query !== undefined && !/^(@|-$)/.test(query)) expect(() => parseQuery(query), source).not.toThrow()
}

/** Flags or arguments of the manifest, with what the manifest cannot hold: values are taken as they are. */
function parsable(declared: Record<string, object>): Record<string, object> {
  const parse = async (value: unknown) => value
  return Object.fromEntries(Object.entries(declared).map(([name, one]) => [name, {input: [], ...one, parse}]))
}

function linksOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link as string)
}

/** Anchors as GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '')
}

function shellBlocks(text: string): string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)\n```$/gm)].map(([, block]) => block as string)
}

/** Whole command lines in the text: `logflow …` with something to do, and no letters that stand for something else. */
function inText(text: string): CommandLine[] {
  const inline = [...withoutCode(text).matchAll(/`(logflow [^`\n]+)`/g)].map(([, line]) => line as string)
  const plain = (line: string) => !/[A-Z]{3,}|…|\|/.test(line.replace(/'[^']*'/g, ''))
  return inline
    .filter(plain)
    .flatMap(commandLines)
    .filter(({words}) => !(words.slice(1).join(':') in MANIFEST.commands))
}
