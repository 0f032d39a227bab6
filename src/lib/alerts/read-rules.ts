import type {Document, LineCounter, YAMLMap} from 'yaml'
import {LogflowError} from '../errors/logflow-error.js'
import {BadRule, type RulePath} from './bad-rule.js'

/** Where something stands in a file; line and column count from 1. */
export interface Place {
  file: string
  line: number
  column: number
}

/** A rule as a file has it; nothing of it is checked yet but that it is `key: value` lines. */
export interface PlacedRule {
  written: Record<string, unknown>
  /** Of a key in it, or of an entry of a list; of the nearest one around it where it is not written itself. */
  at(path: RulePath): Place
}

/** Aliases that one document may use: a few that stand for one another can mean gigabytes. */
const MOST_ALIASES = 1_000

/**
 * The rules of a YAML (or JSON) text: one or many documents, each a rule, a list of rules, or rules under `rules`.
 * Throws BAD_RULE that names file, line and column.
 */
export async function readRules(file: string, text: string): Promise<PlacedRule[]> {
  const yaml = await import('yaml')
  const lines = new yaml.LineCounter()
  // Of an empty text an empty list, that says of itself what was wrong in it: nothing.
  const docs = [...yaml.parseAllDocuments(text, {lineCounter: lines, prettyErrors: false})]
  const rules = docs.flatMap((doc) => rulesOf(doc as Document, {yaml, file, lines}))
  if (rules.length === 0) throw new MisplacedRule({file, line: 1, column: 1}, 'there is no rule in it', [EXAMPLE])
  return rules
}

const EXAMPLE = 'Write name, query and threshold as `key: value` lines, or several rules as a list under `rules:`'

/** The same error with the place in front, for a rule of a file; any other is as it was. */
export function placed(error: unknown, rule: PlacedRule): unknown {
  return error instanceof BadRule ? new MisplacedRule(rule.at(error.path), error.message, error.suggestions) : error
}

/** `rules/shop.yaml:3:12`. */
export function placeText({file, line, column}: Place): string {
  return `${file}:${line}:${column}`
}

/** A rule of a file that cannot be, and where. */
export class MisplacedRule extends LogflowError {
  readonly place: Place
  /** The message without the place. */
  readonly problem: string

  constructor(place: Place, problem: string, suggestions: string[] = []) {
    super('BAD_RULE', `${placeText(place)}: ${problem}`, {suggestions})
    this.place = place
    this.problem = problem
  }
}

function rulesOf(doc: Document, {yaml, file, lines}: Reading): PlacedRule[] {
  const at = (offset: number): Place => {
    const {line, col} = lines.linePos(offset)
    return {file, line, column: col}
  }
  const broken = doc.errors[0]
  if (broken) throw new MisplacedRule(at(broken.pos[0]), oneLine(broken.message), yamlHints(broken.code))
  const {contents} = doc
  if (contents === null || (yaml.isScalar(contents) && contents.value === null)) return []
  const under = yaml.isMap(contents) ? doc.get('rules', true) : contents
  const nodes = yaml.isSeq(under) ? under.items : [contents]
  const values = valuesOf(doc, at(offsetOf(contents)))
  const list = yaml.isMap(contents) && yaml.isSeq(under) ? (values as {rules: unknown}).rules : values
  return nodes.map((node, index) => {
    const map = resolved(node, doc, yaml)
    if (!yaml.isMap(map)) throw new MisplacedRule(at(offsetOf(node)), 'a rule is `key: value` lines', [EXAMPLE])
    const written = (yaml.isSeq(under) ? (list as unknown[])[index] : values) as Record<string, unknown>
    return {written, at: (path) => at(find(map, path, doc, yaml))}
  })
}

interface Reading {
  yaml: typeof import('yaml')
  file: string
  lines: LineCounter
}

/** What the document means, its aliases filled in; that may be refused, since a few can mean gigabytes. */
function valuesOf(doc: Document, place: Place): unknown {
  try {
    return doc.toJS({maxAliasCount: MOST_ALIASES})
  } catch (cause) {
    const said = cause instanceof Error ? oneLine(cause.message) : String(cause)
    throw new MisplacedRule(place, said, ['Write out what the aliases (*name) stand for'])
  }
}

/** Offset of the key of a path, or of the last part of it that is written. */
function find(map: YAMLMap, path: RulePath, doc: Document, yaml: Reading['yaml']): number {
  let here: unknown = map
  let offset = offsetOf(map)
  for (const part of path) {
    if (yaml.isMap(here)) {
      const pair = here.items.find(({key}) => String(yaml.isScalar(key) ? key.value : key) === String(part))
      if (pair === undefined) break
      offset = offsetOf(pair.key)
      here = resolved(pair.value, doc, yaml)
    } else if (yaml.isSeq(here) && here.items[Number(part)] !== undefined) {
      const item = here.items[Number(part)]
      offset = offsetOf(item)
      here = resolved(item, doc, yaml)
    } else break
  }
  return offset
}

function resolved(node: unknown, doc: Document, yaml: Reading['yaml']): unknown {
  return yaml.isAlias(node) ? node.resolve(doc) : node
}

function offsetOf(node: unknown): number {
  return (node as {range?: [number, number, number] | null} | null)?.range?.[0] ?? 0
}

function oneLine(text: string): string {
  return (text.split('\n')[0] as string).replace(/:$/, '')
}

function yamlHints(code: string): string[] {
  if (code === 'TAB_AS_INDENT') return ['Indent with spaces: YAML takes no tabs']
  if (code === 'DUPLICATE_KEY') return ['Leave out one of the two']
  return []
}
