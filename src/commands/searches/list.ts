import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {showRows} from '../../cli/show-result.js'
import {SavedSearches} from '../../lib/flows/saved-searches.js'
import type {RowColumn} from '../../lib/output/rows.js'
import {shellWord} from '../../lib/query/shell-words.js'

const COLUMNS: readonly RowColumn[] = [{title: 'name'}, {title: 'query', least: 20}, {title: 'flags', least: 20}]

export default class SearchesList extends Command {
  static override summary = 'List the searches that were saved under a name'
  static override description = 'A search is saved by logflow search … --save NAME and asked by logflow search @NAME.'
  static override examples = ['<%= config.bin %> searches list', '<%= config.bin %> searches list -o jsonl']
  static override flags = {...globalFlags}

  async run(): Promise<void> {
    const {flags} = await this.parse(SearchesList)
    const context = await openContext(flags)
    const saved = new SavedSearches(context.config.dataDir)
    const names = await saved.names()
    const people = ['pretty', 'table', 'csv', 'raw'].includes(context.format)
    const rows = []
    for (const name of names) {
      const {query, flags: kept} = await saved.read(name)
      rows.push(people ? {name, query: query ?? '', flags: asTyped(kept)} : {name, query, flags: inSnakeCase(kept)})
    }
    if (rows.length === 0) context.talk.note('no saved searches: logflow search QUERY --save NAME makes one')
    if (rows.length > 0 || !people) await showRows(context, rows, COLUMNS)
  }
}

/** Named as everything in JSON is. */
function inSnakeCase(flags: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flags).map(([name, value]) => [name.replaceAll('-', '_'), value]))
}

function asTyped(flags: Record<string, unknown>): string {
  const words = Object.entries(flags).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value : [value]
    return values.map((one) => (one === true ? `--${name}` : `--${name} ${shellWord(String(one))}`))
  })
  return words.join(' ')
}
