import {createInterface} from 'node:readline/promises'
import type {Talk} from './context.js'

/** True where somebody sits at both ends: at stdin to answer and at stderr to read the question. */
export function isAnswerable(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** Asks a question on stderr; only `y` and `yes` are a yes. An end of stdin, or of the run, is a no. */
export async function confirmOn(talk: Talk, question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({input: process.stdin, output: talk.stream})
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, {signal}).catch(() => ''), ended])
    return ['y', 'yes'].includes(answer.trim().toLowerCase())
  } finally {
    lines.close()
  }
}
