// Bloom filters over words and ids: 14 bits each and 7 hashes, so that about 1 in 700 that are not there seem to be (an
// older logflow wrote 10, and 1 in 100; a filter knows its size). Of a store of many blocks a few are read in vain.
// Words are those of tokenize(); UTF-8 bytes are hashed, in texts and in queries alike.

import {MAX_WORD} from '../../query/tokenize.js'

const BITS = 14
const HASHES = 7

/** A set of words that may say yes to one it does not hold, and never says no to one it holds. */
export interface WordFilter {
  /** How many bits are in use, from the lowest of the first byte; 0 where there is no word. */
  bits: number
  bytes: Uint8Array
}

/** FNV-1a. */
const START = 0x811c9dc5 | 0
const PRIME = 0x01000193
const NEWLINE = 10

/** What a word hashes to; pass it to `mayHold`. Not cut or folded: give it a word as tokenize() does. */
export function hashWord(word: string): number {
  return finished(hashOn(START, word))
}

/** What a value of a field hashes to: no word, nor a value of another field, does but by chance. */
export function hashValue(field: string, value: string): number {
  return finished(hashOn(startOf(field), value))
}

function startOf(field: string): number {
  return hashOn(START, `${field}\0`)
}

function hashOn(start: number, text: string): number {
  let hash = start
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, PRIME)
  return hash
}

/** False where the word is certainly not among those of the filter. */
export function mayHold({bits, bytes}: WordFilter, hash: number): boolean {
  if (bits === 0) return false
  const step = stepOf(hash)
  for (let i = 0, at = hash; i < HASHES; i++, at = (at + step) >>> 0) {
    const bit = at % bits
    if (((bytes[bit >>> 3] as number) & (1 << (bit & 7))) === 0) return false
  }
  return true
}

/** Collects the distinct words of texts, as their hashes in an open table, and makes a filter of them. */
export class WordCollector {
  /** Hashes that are not finished yet; 0 is a free place. */
  #table = new Uint32Array(1 << 13)
  #count = 0

  /** Adds the words of an ASCII text. */
  addAscii(text: string): void {
    this.#add(Buffer.from(`${text} `, 'latin1'), MAX_WORD)
  }

  /** Adds words that tokenize() has cut before, with something ASCII between them that is in no word. */
  addCut(words: string): void {
    this.#add(Buffer.from(`${words} `), Number.POSITIVE_INFINITY)
  }

  /** Adds values of a field, a line each. */
  addValues(field: string, lines: string): void {
    const start = startOf(field)
    let hash = start
    for (const byte of Buffer.from(`${lines}\n`)) {
      if (byte === NEWLINE) this.#put(hash)
      hash = byte === NEWLINE ? start : Math.imul(hash ^ byte, PRIME)
    }
  }

  /** A filter of all words added; the collector is empty afterwards. */
  finish(): WordFilter {
    const bits = this.#count === 0 ? 0 : Math.max(64, this.#count * BITS)
    const bytes = new Uint8Array(Math.ceil(bits / 8))
    for (const found of this.#table) {
      if (found === 0) continue
      const hash = finished(found)
      const step = stepOf(hash)
      for (let i = 0, at = hash; i < HASHES; i++, at = (at + step) >>> 0) {
        const bit = at % bits
        bytes[bit >>> 3] = (bytes[bit >>> 3] as number) | (1 << (bit & 7))
      }
    }
    this.#table.fill(0)
    this.#count = 0
    return {bits, bytes}
  }

  /** Cuts, lower-cases and hashes in one pass; `text` ends outside a word, `most` is the bytes of a word that count. */
  #add(text: Uint8Array, most: number): void {
    const end = text.length
    for (let i = 0; i < end; i++) {
      let byte = FOLDED[text[i] as number] as number
      if (byte === 0) continue
      const from = i
      let hash = START
      do {
        hash = Math.imul(hash ^ byte, PRIME)
        byte = FOLDED[text[++i] as number] as number
      } while (byte !== 0)
      this.#put(i - from > most ? hashFolded(text.subarray(from, from + most)) : hash)
    }
  }

  #put(given: number): void {
    const hash = given >>> 0 || 1
    const table = this.#table
    const mask = table.length - 1
    let at = (hash ^ (hash >>> 15)) & mask
    for (let found = table[at]; found !== 0; found = table[at]) {
      if (found === hash) return
      at = (at + 1) & mask
    }
    table[at] = hash
    if (++this.#count * 2 > mask) this.#grow()
  }

  #grow(): void {
    const old = this.#table
    this.#table = new Uint32Array(old.length * 2)
    this.#count = 0
    for (const hash of old) if (hash !== 0) this.#put(hash)
  }
}

function hashFolded(bytes: Uint8Array): number {
  let hash = START
  for (const byte of bytes) hash = Math.imul(hash ^ (FOLDED[byte] as number), PRIME)
  return hash
}

/** What each byte counts as: lower case, or 0 where it is in no word. Bytes beyond ASCII are letters of cut words. */
const FOLDED = Uint8Array.from({length: 256}, (_, code) => {
  const char = String.fromCharCode(code).toLowerCase()
  return code >= 128 ? code : /[a-z0-9_]/.test(char) ? char.charCodeAt(0) : 0
})

/** Spreads a hash over all bits; FNV's own are alike for words that are. */
function finished(hash: number): number {
  return mix(hash >>> 0 || 1)
}

/** Odd, so that it reaches every bit. */
function stepOf(hash: number): number {
  return (mix(hash ^ 0x9e3779b9) | 1) >>> 0
}

/** The end of MurmurHash3: every bit of the input reaches every bit of the output. */
function mix(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
