import {WILD} from './mask-message.js'

const RUN = /[^\s=:,;()[\]{}|"'`<>]+/g
const STOPS = /[.!?]+$/
/** Something a word is made of: a letter, a digit, or anything beyond ASCII. */
const WORDY = /[a-zA-Z\d\u0080-\uffff]/

/** The words of a masked message, and what stands before, between and after them: one more. */
export interface SplitKey {
  words: string[]
  gaps: string[]
}

/** Words are what the mask took for words: runs between delimiters, less the full stops at their ends. */
export function splitKey(key: string): SplitKey {
  const words: string[] = []
  const gaps: string[] = []
  let last = 0
  const add = (from: number, to: number) => {
    gaps.push(key.slice(last, from))
    words.push(key.slice(from, to))
    last = to
  }
  for (const {0: run, index} of key.matchAll(RUN)) {
    const wild = run.indexOf(WILD)
    if (wild >= 0) {
      for (let at = wild; at >= 0; at = run.indexOf(WILD, at + 1)) add(index + at, index + at + 1)
      continue
    }
    const length = run.length - (STOPS.exec(run)?.[0].length ?? 0)
    if (WORDY.test(run)) add(index, index + length)
  }
  gaps.push(key.slice(last))
  return {words, gaps}
}

/** The text a split key was made of. */
export function joinKey({words, gaps}: SplitKey): string {
  return gaps.map((gap, index) => gap + (words[index] ?? '')).join('')
}
