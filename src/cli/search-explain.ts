import {escapeControls} from '../lib/output/escape-controls.js'
import {paletteFor} from '../lib/output/palette.js'
import {explainTree} from '../lib/query/explain-tree.js'
import type {Context} from './context.js'
import type {Asked} from './search-flags.js'
import type {Searchable} from './searchable.js'
import {showResult} from './show-result.js'

const FILES = {
  engine: 'plain files',
  asked: 'every record is read and tested by itself',
  exact: true,
  notes: [] as string[],
}

/** Shows what a search was understood as, and what the engine is asked, without asking it. */
export async function showExplained(context: Context, {store}: Searchable, {filter, text}: Asked): Promise<void> {
  const {query, since, until} = filter
  const {engine, asked, exact, notes} = store
    ? ((await store.explain?.(filter)) ?? {...FILES, engine: store.kind})
    : FILES
  const result = {text: text ?? '', tree: query, since, until, engine, asked, exact, notes}
  await showResult(context, result, () => {
    const palette = paletteFor(context.screen.color)
    const part = (title: string, body: string): string => `${palette.bold(title)}\n${indented(escapeControls(body))}\n`
    const times = [since && `from ${since} on`, until && `before ${until}`].filter(Boolean).join(', ')
    return [
      part('what is asked', explainTree(query)),
      times && part('when', times),
      part(engine, typeof asked === 'string' ? asked : JSON.stringify(asked, undefined, 2)),
      part(exact ? 'exact' : 'a superset, of which each record is tested by itself', notes.join('\n')).trimEnd(),
    ]
      .filter(Boolean)
      .join('\n')
      .concat('\n')
  })
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n')
}
