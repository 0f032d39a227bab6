import {WILD} from './mask-message.js'

/** Messages that are one after masking, and what folding has made of them. All of one group have as many words. */
export interface Shape {
  words: string[]
  /** By place: the variety of words there told that it is a value, not a mask. */
  learned: boolean[]
  /** Of the messages, for settling which example is kept and what stands first. */
  order: number
  /** Folded into that one. */
  into?: Shape
}

/**
 * So many different words in one place, all else equal, and the place holds values. Fewer would take words that tell
 * kinds apart (`opened`, `closed`) for values; more would leave names of users apart.
 */
const ENOUGH = 5
/** The same where all look like names made by machines or programmers: `com.shop.Cart`, `retry_max`, `host-a`. */
const ENOUGH_NAMES = 3
/** The same for the first word: it seldom is a value. */
const ENOUGH_FIRST = 10
/** The same where only one other word, or none, is left to tell what the message is about. */
const ENOUGH_ALONE = [200, 20]
/** The same for two places that change together. */
const ENOUGH_PAIR = 6
const ROUNDS = 8
/** Pairs of places are looked at while they are this many at most, over all shapes of a group. */
const MAX_PAIRS = 200_000

const NAME = /[a-zA-Z].*[._@$/\\-].*[a-zA-Z]|_|[a-z][A-Z].*[a-z][A-Z]/

/**
 * Folds the shapes of one group (the same number of words, the same punctuation) until nothing changes. What comes out
 * depends on the set of shapes, not on their order. Those folded into others carry `into`; the others are returned.
 */
export function foldShapes<S extends Shape>(shapes: readonly S[], merge: (into: S, from: S) => void): S[] {
  let live = unite([...shapes], merge)
  for (let round = 0; round < ROUNDS && live.length > 1; round++) {
    const before = live.length
    const widened = widen(live, singles(live)) || widen(live, pairs(live)) || absorb(live)
    if (!widened) break
    live = unite(live, merge)
    if (live.length === before && round > 2) break
  }
  return live
}

/** Shapes with the same words become one: the first of them. */
function unite<S extends Shape>(shapes: S[], merge: (into: S, from: S) => void): S[] {
  const byText = new Map<string, S>()
  for (const shape of shapes) {
    const text = shape.words.join(' ')
    const first = byText.get(text)
    if (!first) byText.set(text, shape)
    else {
      const [into, from] = first.order <= shape.order ? [first, shape] : [shape, first]
      into.learned = into.learned.map((learned, place) => learned || (from.learned[place] as boolean))
      from.into = into
      merge(into, from)
      byText.set(text, into)
    }
  }
  return [...byText.values()]
}

function singles(shapes: readonly Shape[]): number[][] {
  return (shapes[0]?.words ?? []).map((_, place) => [place])
}

function pairs(shapes: readonly Shape[]): number[][] {
  const places = singles(shapes).flat()
  const all = places.flatMap((first) => places.slice(first + 1).map((second) => [first, second]))
  return all.length * shapes.length <= MAX_PAIRS ? all : []
}

/** Makes values of the places whose words are many, all other words equal. False where there is none. */
function widen(shapes: readonly Shape[], choices: readonly number[][]): boolean {
  const hashes = shapes.map(({words}) => words.map(hashOf))
  const sums = hashes.map((hash) => hash.reduce((sum, each) => sum + each, 0))
  const wider: Array<{shape: Shape; place: number; learned: boolean}> = []
  for (const places of choices) {
    for (const alike of alikeBut(shapes, places, hashes, sums)) {
      const verdicts = places.map((place) => verdictOn(alike, place, places))
      if (verdicts.includes('no')) continue
      for (const shape of alike)
        for (const [index, place] of places.entries())
          wider.push({shape, place, learned: verdicts[index] === 'learned'})
    }
  }
  let changed = false
  // All are decided on the same words before any is changed, so that the order of places decides nothing.
  for (const {shape, place, learned} of wider) {
    if (shape.words[place] !== WILD) {
      shape.words[place] = WILD
      changed = true
    }
    if (learned) shape.learned[place] = true
  }
  return changed
}

/** Sets of two and more shapes that differ in these places alone. */
function alikeBut(shapes: readonly Shape[], places: number[], hashes: number[][], sums: number[]): Shape[][] {
  const byRest = new Map<number, Shape[]>()
  for (const [index, shape] of shapes.entries()) {
    if (places.length > 1 && places.some((place) => shape.words[place] === WILD)) continue
    let rest = sums[index] as number
    for (const place of places) rest -= (hashes[index] as number[])[place] as number
    const alike = byRest.get(rest)
    if (!alike) byRest.set(rest, [shape])
    // Sums of hashes may meet by chance.
    else if (shape.words.every((word, place) => word === alike[0]?.words[place] || places.includes(place)))
      alike.push(shape)
  }
  return [...byRest.values()].filter((alike) => alike.length > 1)
}

type Verdict = 'no' | 'wild' | 'learned'

function verdictOn(alike: readonly Shape[], place: number, places: readonly number[]): Verdict {
  const words = new Set(alike.map((shape) => shape.words[place] as string))
  if (words.size < 2) return 'no'
  const constants = constantsOf(alike[0] as Shape, places)
  if (constants < 2) return words.size >= (ENOUGH_ALONE[constants] as number) ? 'learned' : 'no'
  const enough = [...words].every((word) => word === WILD || NAME.test(word))
    ? ENOUGH_NAMES
    : places.length > 1
      ? ENOUGH_PAIR
      : place === 0
        ? ENOUGH_FIRST
        : ENOUGH
  if (words.size >= enough) return 'learned'
  return words.has(WILD) ? 'wild' : 'no'
}

/** Words that are no values, without those in `places`. */
function constantsOf(shape: Shape, places: readonly number[] = []): number {
  return shape.words.reduce((sum, word, place) => sum + (word === WILD || places.includes(place) ? 0 : 1), 0)
}

/** Gives shapes the words of the template that covers them. False where none is covered. */
function absorb(shapes: readonly Shape[]): boolean {
  const templates = new TemplateIndex(shapes)
  let changed = false
  const found = shapes.map((shape) => templates.find(shape.words, shape))
  for (const [index, template] of found.entries()) {
    if (!template) continue
    ;(shapes[index] as Shape).words = [...template.words]
    changed = true
  }
  return changed
}

/** True for shapes that other messages may fall under: two constant words and a value at least. */
function isTemplate(shape: Shape): boolean {
  return shape.words.includes(WILD) && constantsOf(shape) >= 2
}

/** Templates of one group, by the first word that each has of its own: few of many are compared. */
export class TemplateIndex<S extends Shape> {
  private readonly byFirst = new Map<string, S[]>()
  private readonly places = new Set<number>()

  constructor(shapes: readonly S[]) {
    for (const shape of shapes) this.add(shape)
  }

  /** Takes it if it is a template. */
  add(shape: S): void {
    if (!isTemplate(shape)) return
    const place = shape.words.findIndex((word) => word !== WILD)
    const key = keyOf(place, shape.words[place] as string)
    const alike = this.byFirst.get(key)
    this.places.add(place)
    if (alike) alike.push(shape)
    else this.byFirst.set(key, [shape])
  }

  /** The template that covers these words, of several the one with most words of its own. */
  find(words: readonly string[], except?: Shape): S | undefined {
    let best: S | undefined
    let most = 0
    for (const place of this.places) {
      for (const template of this.byFirst.get(keyOf(place, words[place] as string)) ?? []) {
        if (template === except || !covers(template, words)) continue
        const constants = constantsOf(template)
        if (constants > most || (constants === most && best && template.words.join(' ') < best.words.join(' '))) {
          best = template
          most = constants
        }
      }
    }
    return best
  }
}

function keyOf(place: number, word: string): string {
  return `${place} ${word}`
}

/** At places of masks alone one plain word may stand: `connection from localhost` beside many addresses. */
function covers({words: template, learned}: Shape, words: readonly string[]): boolean {
  let strange = 0
  for (let place = 0; place < template.length; place++) {
    const word = words[place]
    if (word === template[place]) continue
    if (template[place] !== WILD || (!learned[place] && ++strange > 1)) return false
  }
  return true
}

const HASHES = new Map<string, number>()
const MAX_HASHES = 100_000

/** 46 bits for a word in a place, so that the sum over all words of a message is exact. */
function hashOf(word: string, place: number): number {
  let hash = HASHES.get(word)
  if (hash === undefined) {
    if (HASHES.size >= MAX_HASHES) HASHES.clear()
    hash = 0x811c9dc5
    for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193)
    HASHES.set(word, hash)
  }
  const low = Math.imul(hash ^ (place * 0x9e3779b1), 0x85ebca6b)
  const high = Math.imul((low ^ (low >>> 13)) + hash, 0xc2b2ae35)
  return ((high ^ (high >>> 16)) >>> 0) * 0x4000 + (low >>> 18)
}
