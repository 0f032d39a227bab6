import type {QueryNode} from '../../query/query.js'
import {tokenize} from '../../query/tokenize.js'
import type {Layout} from './layout.js'
import {readWords, WORD_FIELDS, type WordBlock} from './segment-words.js'
import type {View, Viewed} from './segments.js'
import type {Span} from './windows.js'
import {hashValue, hashWord, mayHold, type WordFilter} from './word-filter.js'

/** Whether a block of these words may hold a record that matches. */
type Need = (words: WordFilter) => boolean

/**
 * The views that may hold a match of the query, each narrowed to the stretches of time that may: what the words beside
 * sealed segments rule out is left out. Views without words, and hot ones, stay as they are.
 */
export function viewsFor(lake: Viewed, query: QueryNode, views: View[]): View[] {
  const need = needOf(query)
  if (!need) return views
  return views.flatMap((view) => {
    const blocks = view.kind === 'sealed' ? lake.words.of(view) : undefined
    return blocks ? narrowed(view, blocks, need) : [view]
  })
}

function narrowed(view: View, blocks: WordBlock[], need: Need): View[] {
  const left = blocks.filter(({words}) => !words || need(words))
  return left.length === blocks.length ? [view] : partOf(view, left)
}

/** What is in some blocks of a view; nothing where there are none. */
function partOf(view: View, blocks: Block[]): View[] {
  if (blocks.length === 0) return []
  const [min, max] = [Math.min(...blocks.map(({from}) => from)), Math.max(...blocks.map(({to}) => to))]
  const rows = blocks.reduce((sum, block) => sum + block.rows, 0)
  const spans = blocks.map(({from, to}) => ({from, to: to + 1}))
  return [{...view, min, max, rows, raw: Math.ceil((view.raw * rows) / view.rows), spans}]
}

/**
 * A sealed view as two: its newest (oldest) blocks, of so many rows or a few more, and the rest. As it is where it is not
 * known to have more.
 */
export function splitView(lake: Viewed, view: View, order: 'newest' | 'oldest', rows: number): View[] {
  if (view.kind !== 'sealed' || view.rows <= rows) return [view]
  const blocks = view.spans ? evenly(view, view.spans) : (lake.words.of(view) ?? [])
  const ordered = order === 'newest' ? [...blocks].reverse() : blocks
  let [sum, count] = [0, 0]
  while (count < ordered.length && sum < rows) sum += (ordered[count++] as Block).rows
  if (count === ordered.length) return [view]
  const first = ordered.slice(0, count)
  const [from, to] = [Math.min(...first.map((block) => block.from)), Math.max(...first.map((block) => block.to))]
  // Blocks may share a millisecond, and views are told apart by time.
  const rest = ordered
    .slice(count)
    .map((block) =>
      order === 'newest'
        ? {...block, to: Math.min(block.to, from - 1)}
        : {...block, from: Math.max(block.from, to + 1)},
    )
    .filter((block) => block.from <= block.to)
  return view.spans ? [...partOf(view, first), ...partOf(view, rest)] : [...oneOf(view, first), ...oneOf(view, rest)]
}

type Block = Omit<WordBlock, 'words'>

function evenly({rows}: View, spans: Span[]): Block[] {
  return spans.map(({from, to}) => ({from, to: to - 1, rows: Math.ceil(rows / spans.length)}))
}

/** The same of neighbouring blocks: one stretch of time. */
function oneOf(view: View, blocks: Block[]): View[] {
  return partOf(view, blocks).map((part) => ({...part, spans: [{from: part.min, to: part.max + 1}]}))
}

/** `undefined` where a record can match whatever its words are. */
function needOf(query: QueryNode): Need | undefined {
  if (query.kind === 'and') {
    const needs = query.nodes.flatMap((node) => needOf(node) ?? [])
    return needs.length > 0 ? (words) => needs.every((need) => need(words)) : undefined
  }
  if (query.kind === 'or') {
    const needs = query.nodes.map(needOf)
    return needs.every((need) => need !== undefined)
      ? (words) => needs.some((need) => (need as Need)(words))
      : undefined
  }
  if (query.kind === 'field') return needOfField(query)
  if (query.kind !== 'phrase') return undefined
  // A word as no text has it is left to the search itself.
  const hashes = query.words.filter((word) => tokenize(word)[0] === word).map(hashWord)
  return hashes.length > 0 ? (words) => hashes.every((hash) => mayHold(words, hash)) : undefined
}

function needOfField({field, test}: Extract<QueryNode, {kind: 'field'}>): Need | undefined {
  if (field.in !== 'record' || test.kind !== 'equals' || !FIELDS.has(field.name)) return undefined
  const hash = hashValue(field.name, test.value)
  return (words) => mayHold(words, hash)
}

const FIELDS: ReadonlySet<string> = new Set(WORD_FIELDS)

/** What is kept of words that were read, in bytes: those of some 20 million records. */
const MOST_KEPT = 32 * 2 ** 20

/** The words of sealed segments, read when they are first asked for; those asked for last are kept. */
export class WordCache {
  readonly #kept = new Map<string, WordBlock[]>()
  #bytes = 0

  constructor(private readonly layout: Layout) {}

  /** `undefined` where there are none that can be read: they may be made any time. */
  of(view: View): WordBlock[] | undefined {
    // A store may have been removed and begun anew: then another segment has this name.
    const key = `${view.path} ${view.bytes} ${view.rows} ${view.stored}`
    const known = this.#kept.get(key)
    const blocks = known ?? readWords(this.layout, view)
    if (!blocks) return undefined
    this.#kept.delete(key)
    this.#kept.set(key, blocks)
    if (!known) this.#bytes += sizeOf(blocks)
    for (const [name, oldest] of this.#kept) {
      if (this.#bytes <= MOST_KEPT) break
      this.#kept.delete(name)
      this.#bytes -= sizeOf(oldest)
    }
    return blocks
  }
}

function sizeOf(blocks: WordBlock[]): number {
  return blocks.reduce((sum, {words}) => sum + 128 + (words?.bytes.length ?? 0), 0)
}
