// What Tab does at a prompt, as in zsh: the first press writes what all candidates have in common and shows them, the next
// ones go through them, shift-Tab back.

import type {Line} from '../line-editor.js'

export interface Candidate {
  /** What stands in the line once it is taken, in the place of the word that was begun. */
  value: string
  /** What is shown of it, where that is more or less. */
  label?: string
}

/** What may follow: candidates for the text behind `before`, those worth most first. */
export interface Completion {
  before: string
  candidates: readonly Candidate[]
}

/** Candidates that are shown above the prompt. */
export interface Offered extends Completion {
  /** What stands behind the cursor. */
  after: string
  /** Which one stands in the line; -1 while none does. */
  at: number
}

/** The line after Tab (`step` 1) or shift-Tab (-1), and what is shown now. @param ask what may follow a text */
export function completed(
  line: Line,
  offered: Offered | undefined,
  step: 1 | -1,
  ask: (text: string) => Completion,
): {line: Line; offered?: Offered} {
  if (offered && offered.candidates.length > 0) return turned(offered, step)
  const chars = [...line.text]
  const text = chars.slice(0, line.at).join('')
  const after = chars.slice(line.at).join('')
  const {before, candidates} = ask(text)
  const [only] = candidates
  if (candidates.length === 1 && only) return {line: lineWith(before, only.value, after)}
  const common = commonBeginning(candidates.map(({value}) => value))
  const begun = text.slice(before.length)
  const grown = common.length > begun.length ? lineWith(before, common, after) : line
  return {line: grown, offered: {before, candidates, after, at: -1}}
}

function turned(offered: Offered, step: 1 | -1): {line: Line; offered: Offered} {
  const {before, candidates, after, at} = offered
  const count = candidates.length
  const next = at < 0 ? (step > 0 ? 0 : count - 1) : (at + step + count) % count
  return {line: lineWith(before, candidates[next]?.value ?? '', after), offered: {...offered, at: next}}
}

function lineWith(before: string, value: string, after: string): Line {
  return {text: `${before}${value}${after}`, at: [...before, ...value].length}
}

function commonBeginning(values: readonly string[]): string {
  let common = [...(values[0] ?? '')]
  for (const value of values) {
    const chars = [...value]
    let same = 0
    while (same < common.length && common[same] === chars[same]) same++
    common = common.slice(0, same)
  }
  return common.join('')
}

/** Candidates that go on from what was typed, in whatever case. */
export function goingOn(candidates: readonly Candidate[], begun: string): Candidate[] {
  const wanted = begun.toLowerCase()
  return candidates.filter(({value}) => value.toLowerCase().startsWith(wanted))
}
