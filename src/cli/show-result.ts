import type {Context} from './context.js'

/**
 * Shows the one result of a command that ends: `pretty()` for people, JSON on one line for programs. The pretty
 * text must already be safe for a terminal (escapeControls) where it holds foreign text.
 */
export async function showResult(context: Context, result: object, pretty: () => string): Promise<void> {
  const forPeople = context.format === 'pretty' || context.format === 'table' || context.format === 'raw'
  await context.out.write(forPeople ? pretty() : `${JSON.stringify(result)}\n`)
  await context.out.end()
}
