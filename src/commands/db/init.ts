import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {showResult} from '../../cli/show-result.js'
import {withDatabase} from '../../cli/with-database.js'
import {databaseView} from '../../lib/output/database-view.js'

export default class DbInit extends Command {
  static override summary = 'Make the database and its tables'
  static override description =
    'Commands that need it do so by themselves; this is for setting up beforehand, and for seeing that it works. On PostgreSQL the database that the URL names is made where it is missing and the user may do so. Safe to run again.'
  static override examples = [
    '<%= config.bin %> db init',
    'LOGFLOW_DATABASE_URL=postgres://logflow@db.example.com/logflow <%= config.bin %> db init',
  ]
  static override flags = {...globalFlags}

  async run(): Promise<void> {
    const {flags} = await this.parse(DbInit)
    const context = await openContext(flags)
    await withDatabase(context, {make: 'file or database'}, async (database) => {
      const {applied} = await database.migrate()
      const status = await database.status()
      context.talk.note(applied.length > 0 ? `made the tables at ${status.location}` : 'everything is there already')
      await showResult(context, {applied, ...status}, () => databaseView(status, context.screen))
    })
  }
}
