import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags, requiredArgument} from '../../cli/global-flags.js'
import {showResult} from '../../cli/show-result.js'
import {withDatabase} from '../../cli/with-database.js'
import {backUpDatabase} from '../../lib/flows/database-files.js'
import {escapeLine} from '../../lib/output/escape-controls.js'
import {formatBytes, plural} from '../../lib/output/numbers.js'

export default class DbBackup extends Command {
  static override summary = 'Write everything in the database to a file'
  static override description =
    'All rows as they are at one moment, while others go on writing; db restore takes them back, into SQLite or PostgreSQL. The file holds the hashes of passwords and tokens: it is readable by its owner alone (mode 0600); keep it so. Logs are not in it: they are in the store.'
  static override examples = [
    '<%= config.bin %> db backup accounts.backup',
    '<%= config.bin %> db backup nightly.backup --force',
  ]
  static override args = {file: requiredArgument({description: 'File to write'})}
  static override flags = {force: Flags.boolean({description: 'Replace a file that is there'}), ...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DbBackup)
    const context = await openContext(flags)
    const summary = await withDatabase(context, {make: 'nothing'}, (database) =>
      backUpDatabase(database, args.file, {now: new Date(), force: flags.force}),
    )
    const count = Object.values(summary.rows).reduce((sum, rows) => sum + rows, 0)
    await showResult(
      context,
      {file: args.file, ...summary},
      () => `${escapeLine(args.file)}: ${plural(count, 'row')}, ${formatBytes(summary.bytes)}\n`,
    )
  }
}
