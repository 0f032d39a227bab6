import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {showResult} from '../../cli/show-result.js'
import {withDatabase} from '../../cli/with-database.js'
import {escapeLine} from '../../lib/output/escape-controls.js'

export default class DbMigrate extends Command {
  static override summary = 'Bring the tables to this version of logflow'
  static override description =
    'Commands that need the database do so by themselves. Forward only: a database that a newer logflow has migrated is refused by an older one. Safe to run twice, and from several machines at once; back up first: logflow db backup FILE.'
  static override examples = ['<%= config.bin %> db migrate', '<%= config.bin %> db migrate --dry-run --json']
  static override flags = {
    'dry-run': Flags.boolean({description: 'Change nothing, and say what would be done'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(DbMigrate)
    const context = await openContext(flags)
    const dryRun = flags['dry-run']
    const result = await withDatabase(context, {make: dryRun ? 'nothing' : 'file'}, async (database) => {
      if (!dryRun) return database.migrate()
      const {pending, migration} = await database.status()
      return {pending, ...(migration === undefined ? {} : {migration})}
    })
    const [verb, names] = 'applied' in result ? ['applied', result.applied] : ['pending', result.pending]
    const lines = names.map((name) => `${verb} ${escapeLine(name)}\n`)
    await showResult(context, result, () => lines.join('') || 'the tables are at this version\n')
  }
}
