import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {showResult} from '../../cli/show-result.js'
import {withDatabase} from '../../cli/with-database.js'
import {databaseView} from '../../lib/output/database-view.js'

export default class DbStatus extends Command {
  static override summary = 'Show where the database is, its version, and how much each table holds'
  static override description = 'Changes nothing: a database that is not there is not made, and migrations are not run.'
  static override examples = ['<%= config.bin %> db status', '<%= config.bin %> db status --json']
  static override flags = {...globalFlags}

  async run(): Promise<void> {
    const {flags} = await this.parse(DbStatus)
    const context = await openContext(flags)
    const status = await withDatabase(context, {make: 'nothing'}, (database) => database.status())
    await showResult(context, status, () => databaseView(status, context.screen))
  }
}
