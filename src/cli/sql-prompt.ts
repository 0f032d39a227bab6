import {createInterface} from 'node:readline/promises'
import type {Database} from '../lib/database/database.js'
import {readSql} from '../lib/database/read-sql.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {plural} from '../lib/output/numbers.js'
import {rowsText} from '../lib/output/rows.js'
import type {Context} from './context.js'

/** Reads statements from stdin, each up to its semicolon, and shows their rows; changes nothing. Ends with stdin. */
export async function promptForSql(context: Context, database: Database): Promise<void> {
  const {talk, signal} = context
  const asks = process.stdin.isTTY === true && talk.screen.isTerminal
  const lines = createInterface({input: process.stdin, ...(asks ? {output: talk.stream} : {}), signal})
  let typed = ''
  const prompt = () => {
    if (!asks) return
    lines.setPrompt(typed === '' ? 'sql> ' : '...> ')
    lines.prompt()
  }
  if (asks) talk.note('statements end with a semicolon and only read; .quit or Ctrl-D ends')
  prompt()
  try {
    for await (const line of lines) {
      if (typed === '' && /^\s*[.\\](q|quit|exit)\s*$/.test(line)) break
      typed = `${typed}${line}\n`
      if (typed.trim() === '') typed = ''
      else if (/;\s*$/.test(line)) {
        await answer(context, database, typed)
        typed = ''
      }
      prompt()
    }
    if (typed.trim() !== '') await answer(context, database, typed)
  } finally {
    lines.close()
    await context.out.end()
  }
}

async function answer({out, format, screen, talk}: Context, database: Database, typed: string): Promise<void> {
  try {
    const {columns, rows} = await readSql(database, typed)
    const titled = columns.map((title) => ({title, least: 8}))
    if (rows.length > 0) await out.write(rowsText(format, rows, titled, screen))
    await out.flush()
    if (screen.isTerminal) talk.note(plural(rows.length, 'row'))
  } catch (error) {
    // At a prompt one goes on; a script stops at what is wrong.
    if (!(error instanceof LogflowError) || process.stdin.isTTY !== true) throw error
    talk.warn(`error: ${error.message}`)
  }
}
