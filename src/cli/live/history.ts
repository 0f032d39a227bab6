// What was typed at the live screen's prompts, kept in the data directory for its owner alone: a line of JSON each.

import {appendFileSync, mkdirSync, readFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {replaceFile} from '../../lib/sources/replace-file.js'
import {MOST_REMEMBERED, remembered} from '../../lib/tui/prompt/history.js'
import {PURPOSES} from '../../lib/tui/prompt/purposes.js'
import type {History} from '../../lib/tui/state.js'

type Purpose = keyof History

const OWN = 0o600
/** Lines from which on the file is written anew, with those alone that are still of use. */
const CROWDED = MOST_REMEMBERED * 4

/** Lines of earlier sessions; none where the file is not there or cannot be read. What is damaged is left out. */
export async function readHistory(path: string): Promise<History> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return {}
  }
  const lines = text.split('\n').filter((line) => line !== '')
  const history: Partial<Record<Purpose, readonly string[]>> = {}
  for (const {purpose, line} of lines.flatMap(entryOf)) history[purpose] = remembered(history[purpose] ?? [], line)
  if (lines.length > CROWDED) await writeAnew(path, history).catch(() => undefined)
  return history
}

/** Keeps one line more. Several sessions may do so at once. */
export function keepLine(path: string, purpose: Purpose, line: string): void {
  mkdirSync(dirname(path), {recursive: true})
  appendFileSync(path, entryText(purpose, line), {mode: OWN})
}

async function writeAnew(path: string, history: History): Promise<void> {
  const text = Object.entries(history).flatMap(([purpose, lines]) =>
    lines.map((line) => entryText(purpose as Purpose, line)),
  )
  await replaceFile(path, text.join(''), {temporary: `${path}.${process.pid}.tmp`, mode: OWN})
}

function entryText(purpose: Purpose, line: string): string {
  return `${JSON.stringify({prompt: purpose, line})}\n`
}

function entryOf(text: string): Array<{purpose: Purpose; line: string}> {
  try {
    const {prompt, line} = JSON.parse(text) as {prompt?: string; line?: unknown}
    return typeof line === 'string' && Object.hasOwn(PURPOSES, prompt ?? '') ? [{purpose: prompt as Purpose, line}] : []
  } catch {
    return []
  }
}
