import {createInterface} from 'node:readline'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {isAnswerable} from './confirm.js'
import type {Context} from './context.js'

/** A secret is a line: what is longer is none, but a file that was piped in by mistake. */
const MOST_BYTES = 8_192

/** Asks for a line on stderr, and does not show what is typed where it is a secret. Rejects when the run is ended. */
export function askOn(context: Context, question: string, options: {hidden: boolean}): Promise<string> {
  const {talk, signal} = context
  const lines = createInterface({input: process.stdin, output: talk.stream, terminal: true, historySize: 0})
  talk.stream.write(question)
  if (options.hidden) (lines as unknown as {_writeToOutput(text: string): void})._writeToOutput = () => {}
  return new Promise((resolve, reject) => {
    const ended = () => reject(new LogflowError('USAGE', 'nothing was typed'))
    const aborted = () => {
      reject(new DOMException('the run was ended at a question', 'AbortError'))
      lines.close()
    }
    // In a terminal that readline holds, Ctrl-C comes to us alone.
    lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    signal.addEventListener('abort', aborted, {once: true})
    lines.once('line', (line) => {
      resolve(line)
      lines.close()
    })
    lines.once('close', () => {
      signal.removeEventListener('abort', aborted)
      if (options.hidden) talk.stream.write('\n')
      ended()
    })
  })
}

/** The one line that stdin holds, without its end: `--password-stdin`, `--token-stdin`. */
export async function secretFromStdin(flag: string): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk
    if (text.length > MOST_BYTES) throw new LogflowError('USAGE', `${flag} takes one line on stdin, and this is more`)
  }
  const line = text.replace(/\r?\n$/, '')
  if (line === '' || line.includes('\n')) {
    throw new LogflowError('USAGE', `${flag} takes one line on stdin, and there is ${line === '' ? 'none' : 'more'}`)
  }
  return line
}

/**
 * A password: from stdin where `--password-stdin` says so, else of LOGFLOW_PASSWORD, else typed and not shown. Never of
 * the command line, which other users of the machine can read.
 */
export async function passwordFor(
  context: Context,
  {fromStdin, question, twice}: {fromStdin?: boolean; question: string; twice?: boolean},
): Promise<string> {
  if (fromStdin) return secretFromStdin('--password-stdin')
  const {password} = context.config
  if (password !== undefined) return password
  if (!isAnswerable()) {
    throw new LogflowError('USAGE', 'there is no terminal to ask for the password on', {
      suggestions: ['Give it with --password-stdin, or as LOGFLOW_PASSWORD in the environment'],
    })
  }
  const typed = await askOn(context, question, {hidden: true})
  if (twice && typed !== (await askOn(context, 'Again: ', {hidden: true})))
    throw new LogflowError('USAGE', 'the two are not the same')
  return typed
}
