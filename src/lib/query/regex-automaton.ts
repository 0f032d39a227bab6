// Searches a text for a regular expression in time that grows with the text's length alone, whatever the expression:
// a deterministic automaton that is made as the text needs it (as RE2 does). JavaScript's own backtracks, and a line
// like "aaaa…" can keep it busy for ever.

import {unreachable} from '../errors/logflow-error.js'
import {type Ranges, type RegexTree, WORD} from './regex-tree.js'

type Instruction =
  | {kind: 'one'; classes: boolean[]; next: number}
  | {kind: 'split'; next: number[]}
  | {kind: 'start' | 'end' | 'boundary'; next: number}
  | {kind: 'match'}

/** Instructions that are to be tried next, before the character to come is known. */
interface State {
  at: number[]
  /** At the beginning of the text. */
  first: boolean
  /** The character before is a word character. */
  afterWord: boolean
  /** By class of the next character, the end being one more. */
  next: Array<State | typeof FOUND | undefined>
}

const FOUND = Symbol('found')
/** Numbers held by the states kept; with more they are made anew. */
const MOST_KEPT = 200_000

/** Whether something in a text is like this. */
export function toLinearSearch(tree: RegexTree): (text: string) => boolean {
  const automaton = new Automaton(tree)
  return (text) => automaton.search(text)
}

class Automaton {
  readonly #classes: Classes
  readonly #program: Instruction[] = [{kind: 'match'}]
  readonly #entry: number
  readonly #seen: Uint32Array
  #round = 0
  #states = new Map<string, State>()
  #kept = 0

  constructor(tree: RegexTree) {
    this.#classes = new Classes(tree)
    this.#entry = this.#add(tree, 0)
    this.#seen = new Uint32Array(this.#program.length)
  }

  search(text: string): boolean {
    let state = this.#stateOf([this.#entry], true, false)
    for (let i = 0; i < text.length; ) {
      const code = text.codePointAt(i) as number
      i += code > 0xffff ? 2 : 1
      const of = this.#classes.of(code)
      const next = state.next[of] ?? this.#step(state, of)
      if (next === FOUND) return true
      state = next
    }
    const end = this.#classes.end
    return (state.next[end] ?? this.#step(state, end)) === FOUND
  }

  /** What comes after a state when the next character is of this class. */
  #step(state: State, of: number): State | typeof FOUND {
    const place = {first: state.first, last: of === this.#classes.end}
    const boundary = state.afterWord !== this.#classes.isWord(of)
    this.#round++
    const after = new Set<number>([this.#entry])
    const waiting = [...state.at]
    let found = false
    for (let at = waiting.pop(); at !== undefined && !found; at = waiting.pop()) {
      if (this.#seen[at] === this.#round) continue
      this.#seen[at] = this.#round
      const instruction = this.#program[at] as Instruction
      if (instruction.kind === 'match') found = true
      else if (instruction.kind === 'split') waiting.push(...instruction.next)
      else if (instruction.kind === 'one') {
        if (instruction.classes[of]) after.add(instruction.next)
      } else {
        const holds = {start: place.first, end: place.last, boundary}[instruction.kind]
        if (holds) waiting.push(instruction.next)
      }
    }
    const next = found
      ? FOUND
      : this.#stateOf(
          [...after].sort((a, b) => a - b),
          false,
          this.#classes.isWord(of),
        )
    state.next[of] = next
    return next
  }

  #stateOf(at: number[], first: boolean, afterWord: boolean): State {
    const key = `${first ? '^' : ''}${afterWord ? 'w' : ''}${at.join()}`
    const known = this.#states.get(key)
    if (known) return known
    if (this.#kept > MOST_KEPT) {
      this.#states = new Map()
      this.#kept = 0
    }
    const state: State = {at, first, afterWord, next: []}
    this.#states.set(key, state)
    this.#kept += at.length + this.#classes.end
    return state
  }

  /** Adds the instructions of a tree that go on to `next`; gives where they begin. */
  #add(tree: RegexTree, next: number): number {
    switch (tree.kind) {
      case 'one':
        return this.#push({kind: 'one', classes: this.#classes.within(tree.of, tree.negated), next})
      case 'start':
      case 'end':
      case 'boundary':
        return this.#push({kind: tree.kind, next})
      case 'row':
        return tree.parts.reduceRight((after, part) => this.#add(part, after), next)
      case 'choice':
        return this.#push({kind: 'split', next: tree.parts.map((part) => this.#add(part, next))})
      case 'repeat':
        return this.#addRepeat(tree, next)
      default:
        return unreachable(tree)
    }
  }

  #addRepeat({part, min, max}: Extract<RegexTree, {kind: 'repeat'}>, next: number): number {
    let entry = next
    if (max === Number.POSITIVE_INFINITY) {
      const again: Instruction = {kind: 'split', next: [next]}
      entry = this.#push(again)
      again.next.push(this.#add(part, entry))
    } else {
      for (let i = min; i < max; i++) entry = this.#push({kind: 'split', next: [next, this.#add(part, entry)]})
    }
    for (let i = 0; i < min; i++) entry = this.#add(part, entry)
    return entry
  }

  #push(instruction: Instruction): number {
    return this.#program.push(instruction) - 1
  }
}

/** Code points in classes that no set of the expression tells apart. */
class Classes {
  /** First code point of each class. */
  readonly #starts: number[]
  readonly #ascii: Uint16Array
  /** The class that stands for the end of the text. */
  readonly end: number
  readonly #words: boolean[]

  constructor(tree: RegexTree) {
    const sets = [WORD, ...setsOf(tree)]
    this.#starts = [...new Set([0, ...sets.flatMap((set) => set.flatMap(([from, to]) => [from, to + 1]))])].sort(
      (a, b) => a - b,
    )
    this.end = this.#starts.length
    this.#ascii = Uint16Array.from({length: 128}, (_, code) => this.#find(code))
    this.#words = this.within(WORD, false)
  }

  of(code: number): number {
    return code < 128 ? (this.#ascii[code] as number) : this.#find(code)
  }

  isWord(of: number): boolean {
    return this.#words[of] === true
  }

  /** Which classes are in a set; the end is in none. */
  within(set: Ranges, negated: boolean): boolean[] {
    return this.#starts.map((start) => set.some(([from, to]) => start >= from && start <= to) !== negated)
  }

  #find(code: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] as number) <= code) low = middle
      else high = middle - 1
    }
    return low
  }
}

function setsOf(tree: RegexTree): Ranges[] {
  if (tree.kind === 'one') return [tree.of]
  if (tree.kind === 'repeat') return setsOf(tree.part)
  return tree.kind === 'row' || tree.kind === 'choice' ? tree.parts.flatMap(setsOf) : []
}
