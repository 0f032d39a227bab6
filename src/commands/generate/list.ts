import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {showRows} from '../../cli/show-result.js'
import {SCENARIOS} from '../../lib/generate/incidents/scenarios.js'
import type {RowColumn} from '../../lib/output/rows.js'

const COLUMNS: readonly RowColumn[] = [{title: 'scenario'}, {title: 'services'}, {title: 'what', least: 20}]

export default class GenerateList extends Command {
  static override summary = 'List the incidents that generate can let happen'
  static override examples = ['<%= config.bin %> generate list', '<%= config.bin %> generate list -o json']
  static override flags = globalFlags

  async run(): Promise<void> {
    const {flags} = await this.parse(GenerateList)
    const context = await openContext(flags)
    const rows = SCENARIOS.map(({name, services, summary}) => ({
      scenario: name,
      services: services.join(', '),
      what: summary,
    }))
    await showRows(context, rows, COLUMNS)
  }
}
