import {createHash} from 'node:crypto'
import {foldShapes, type Shape, TemplateIndex} from './fold-shapes.js'
import {maskMessage, WILD} from './mask-message.js'
import {joinKey, splitKey} from './split-key.js'

export interface MinerOptions<S> {
  /** What is kept of the messages of a template besides their number: made for its first, united when two become one. */
  stats: {create(): S; merge(into: S, from: S): void}
  /** Kinds of message told apart at most; of more the rarest are folded by their first words. */
  maxShapes?: number
}

export interface Template<S> {
  /** 12 hex digits of a hash of the text: the same template has the same id, whatever came before it. */
  id: string
  /** The message with `<*>` for its values. */
  text: string
  count: number
  /** The first message of it, cut to its beginning where it is long. */
  example: string
  stats: S
}

export interface Miner<S> {
  /** Counts a message (`count` times) and returns the stats of its kind, to be brought up to date by the caller now. */
  add(message: string, count?: number): S
  /** The templates so far, most frequent first. */
  templates(): Array<Template<S>>
  /** Kinds of message that were folded by their first words alone, as there were too many to tell apart. */
  readonly coarsened: number
}

/** What a value is in the text of a template. */
export const PLACEHOLDER = '<*>'

const MAX_SHAPES = 10_000
const MAX_EXAMPLE = 500
/** New shapes in a group before it is folded the first time; later, half as many as there are. */
const FIRST_FOLD = 32
/** Words that are left of a message that is folded by its first words. */
const HEAD_WORDS = 2

interface Kept<S> extends Shape {
  group: Group<S>
  count: number
  example: string
  stats: S
  into?: Kept<S>
}

/** Shapes with the same number of words and the same punctuation. */
interface Group<S> {
  gaps: string[]
  shapes: Array<Kept<S>>
  templates: TemplateIndex<Kept<S>>
  fresh: number
}

/**
 * Folds messages into templates as they come. Memory is bounded by `maxShapes`, whatever comes. The same messages give
 * the same templates, and as long as `maxShapes` suffices their order seldom matters.
 */
export function createMiner<S>(options: MinerOptions<S>): Miner<S> {
  return new ShapeMiner(options)
}

class ShapeMiner<S> implements Miner<S> {
  private readonly byKey = new Map<string, Kept<S>>()
  private readonly groups = new Map<string, Group<S>>()
  private readonly maxShapes: number
  private shapes = 0
  private order = 0
  coarsened = 0

  constructor(private readonly options: MinerOptions<S>) {
    this.maxShapes = options.maxShapes ?? MAX_SHAPES
  }

  add(message: string, count = 1): S {
    const key = maskMessage(message)
    const shape = this.known(key) ?? this.learn(key, message)
    shape.count += count
    return shape.stats
  }

  templates(): Array<Template<S>> {
    this.foldAll()
    return [...this.live()]
      .map(({words, group, count, example, stats}) => {
        const text = joinKey({words, gaps: group.gaps}).replaceAll(WILD, PLACEHOLDER)
        return {id: idOf(text), text, count, example, stats}
      })
      .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
  }

  private *live(): Generator<Kept<S>> {
    for (const group of this.groups.values()) yield* group.shapes
  }

  private known(key: string): Kept<S> | undefined {
    let shape = this.byKey.get(key)
    if (!shape?.into) return shape
    while (shape.into) shape = shape.into
    this.byKey.set(key, shape)
    return shape
  }

  private learn(key: string, message: string): Kept<S> {
    if (this.shapes >= this.maxShapes) this.shrink()
    if (this.byKey.size >= 4 * this.maxShapes) this.forgetAliases()
    const {words, gaps} = splitKey(key)
    const group = this.groupOf(gaps)
    const template = group.templates.find(words)
    if (template) {
      this.byKey.set(key, template)
      return template
    }
    const shape = this.insert(group, words, message)
    this.byKey.set(key, shape)
    group.templates.add(shape)
    if (++group.fresh >= Math.max(FIRST_FOLD, group.shapes.length / 2)) this.fold(group)
    return this.known(key) as Kept<S>
  }

  private groupOf(gaps: string[]): Group<S> {
    const name = gaps.join(WILD)
    let group = this.groups.get(name)
    if (!group) {
      group = {gaps, shapes: [], templates: new TemplateIndex<Kept<S>>([]), fresh: 0}
      this.groups.set(name, group)
    }
    return group
  }

  private insert(group: Group<S>, words: string[], message: string): Kept<S> {
    const shape: Kept<S> = {
      words,
      learned: words.map(() => false),
      order: this.order++,
      group,
      count: 0,
      example: message.length > MAX_EXAMPLE ? `${message.slice(0, MAX_EXAMPLE)}…` : message,
      stats: this.options.stats.create(),
    }
    group.shapes.push(shape)
    this.shapes++
    return shape
  }

  private fold(group: Group<S>): void {
    this.shapes -= group.shapes.length
    group.shapes = foldShapes(group.shapes, this.merge)
    group.templates = new TemplateIndex(group.shapes)
    group.fresh = 0
    this.shapes += group.shapes.length
  }

  private readonly merge = (into: Kept<S>, from: Kept<S>): void => {
    into.count += from.count
    this.options.stats.merge(into.stats, from.stats)
  }

  private foldAll(): void {
    for (const group of this.groups.values()) if (group.fresh > 0) this.fold(group)
  }

  /** Makes room: folds what can be folded and, where that is not enough, the rarest half by their first words. */
  private shrink(): void {
    this.foldAll()
    if (this.shapes <= this.maxShapes / 2) return
    const rarest = [...this.live()].sort((a, b) => a.count - b.count || a.order - b.order)
    const heads = new Map<string, Kept<S>>()
    for (const shape of rarest.slice(0, this.shapes - Math.floor(this.maxShapes / 2))) {
      this.coarsened++
      this.fallUnder(this.headOf(shape, heads), shape)
    }
    for (const group of this.groups.values()) {
      group.shapes = group.shapes.filter((shape) => !shape.into)
      group.templates = new TemplateIndex(group.shapes)
    }
    for (const [name, group] of this.groups) if (group.shapes.length === 0) this.groups.delete(name)
    this.shapes = [...this.live()].length
    this.forgetAliases()
  }

  /** The shape `first two <*>` for a shape; `<*>` for one that is such a shape, and once there are many of those. */
  private headOf({words, order, example}: Kept<S>, heads: Map<string, Kept<S>>): Kept<S> {
    const isHead = words.length <= HEAD_WORDS + 1 && words.at(-1) === WILD
    const many = heads.size >= this.maxShapes / 8
    const head = many || isHead ? [WILD] : [...words.slice(0, HEAD_WORDS), WILD]
    const key = head.join(' ')
    const found = heads.get(key) ?? this.known(key)
    if (found) return found
    const made = this.insert(this.groupOf(['', ...head.slice(1).map(() => ' '), '']), head, example)
    made.order = order
    heads.set(key, made)
    this.byKey.set(key, made)
    return made
  }

  private fallUnder(head: Kept<S>, shape: Kept<S>): void {
    if (head === shape) return
    shape.into = head
    this.merge(head, shape)
  }

  private forgetAliases(): void {
    this.byKey.clear()
    for (const shape of this.live()) this.byKey.set(joinKey({words: shape.words, gaps: shape.group.gaps}), shape)
  }
}

/** 12 hex digits of the SHA-256 of a template's text. */
function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
