import type {Key} from '../line-editor.js'
import {clamp} from '../view.js'

/** One word for a key: its name, `ctrl-f`, or what was typed. */
export function wordOf(key: Key): string {
  return key.name ?? (key.ctrl ? `ctrl-${key.text}` : key.text)
}

/**
 * Where a key that moves in a list leads, as in less; undefined for every other key.
 *
 * @param at place one is at; @param last the last place there is; @param page lines of a screen
 */
export function movedIn(at: number, last: number, page: number, key: Key): number | undefined {
  const to = targetOf(at, last, page, wordOf(key))
  return to === undefined ? undefined : clamp(to, 0, Math.max(0, last))
}

function targetOf(at: number, last: number, page: number, word: string): number | undefined {
  switch (word) {
    case 'down':
    case 'j':
      return at + 1
    case 'up':
    case 'k':
      return at - 1
    case 'pageDown':
    case 'ctrl-f':
    case ' ':
      return at + page
    case 'pageUp':
    case 'ctrl-b':
      return at - page
    case 'home':
    case 'g':
      return 0
    case 'end':
    case 'G':
      return last
    default:
      return undefined
  }
}
