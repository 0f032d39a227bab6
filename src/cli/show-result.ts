import {OutputClosed} from '../lib/errors/logflow-error.js'
import {escapeControls, escapeJsonControls} from '../lib/output/escape-controls.js'
import {flatten} from '../lib/output/fields.js'
import {csvLine, logfmtLine, type RowColumn, rowsText} from '../lib/output/rows.js'
import type {Context} from './context.js'

/**
 * Shows the one result of a command that ends: `pretty()` for people, one object on one line for programs. The
 * pretty text must already be safe for a terminal (escapeControls) where it holds foreign text.
 */
export async function showResult(context: Context, result: object, pretty: () => string): Promise<void> {
  await context.out.write(resultText(context, result, pretty))
  await context.out.end()
}

function resultText({format, screen}: Context, result: object, pretty: () => string): string {
  const safe = screen.isTerminal ? escapeJsonControls : (text: string) => text
  switch (format) {
    case 'json':
    case 'jsonl':
      return `${safe(JSON.stringify(result))}\n`
    case 'logfmt':
      return `${safe(logfmtLine(flatten(result as Record<string, unknown>)))}\n`
    case 'csv': {
      const pairs = flatten(result as Record<string, unknown>)
      const values = pairs.map(([, value]) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
      return `${csvLine(pairs.map(([key]) => key))}\r\n${safe(csvLine(values))}\r\n`
    }
    default:
      return pretty()
  }
}

/** Shows a list of things of one kind: a table for people, one object each for programs (`json`: one array). */
export async function showRows(
  context: Context,
  rows: readonly object[],
  columns: readonly RowColumn[],
): Promise<void> {
  await context.out.write(rowsText(context.format, rows, columns, context.screen))
  await context.out.end()
}

/** Bytes as they are on a pipe; on a terminal as text that is safe there. */
export async function showBytes({out, screen}: Context, bytes: Buffer): Promise<void> {
  if (screen.isTerminal) {
    await out.write(`${escapeControls(bytes.toString())}\n`)
    return out.end()
  }
  await out.end()
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(bytes, (error) => {
      if (!error) resolve()
      else if ((error as NodeJS.ErrnoException).code === 'EPIPE') reject(new OutputClosed('the reader has gone'))
      else reject(error)
    })
  })
}

/** Prints the result of a command whose doing is what matters, for programs that ask for it: -o json or jsonl. */
export async function showResultIfAsked(context: Context, result: object): Promise<void> {
  const {output} = context.config
  if (output === 'json' || output === 'jsonl' || context.format === 'json') await showResult(context, result, () => '')
}
