import {Command, Flags} from '@oclif/core'
import {confirmOn, isAnswerable} from '../../cli/confirm.js'
import {openContext} from '../../cli/context.js'
import {globalFlags, requiredArgument} from '../../cli/global-flags.js'
import {showResult} from '../../cli/show-result.js'
import {withDatabase} from '../../cli/with-database.js'
import {rowsIn} from '../../lib/database/backup/restore-backup.js'
import {restoreDatabase} from '../../lib/flows/database-files.js'
import {escapeLine} from '../../lib/output/escape-controls.js'
import {plural} from '../../lib/output/numbers.js'

export default class DbRestore extends Command {
  static override summary = 'Fill the database from a backup'
  static override description =
    'All of it or nothing; the sum of the backup is checked before anything is touched. A backup of SQLite may be restored into PostgreSQL and the other way round. A database that holds something is refused, unless --replace is given or, on a terminal, the question is answered with yes.'
  static override examples = [
    '<%= config.bin %> db restore accounts.backup',
    '<%= config.bin %> db restore accounts.backup --replace',
    'LOGFLOW_DATABASE_URL=postgres://logflow@localhost/logflow <%= config.bin %> db restore accounts.backup',
  ]
  static override args = {file: requiredArgument({description: 'A file that db backup has written'})}
  static override flags = {
    replace: Flags.boolean({char: 'y', description: 'Remove what is there, and do not ask'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DbRestore)
    const context = await openContext(flags)
    const {talk, signal} = context
    await withDatabase(context, {make: 'file'}, async (database) => {
      await database.migrate()
      const there = await rowsIn(database.queries)
      const ask = there > 0 && !flags.replace && isAnswerable()
      const question = `Remove the ${plural(there, 'row')} that the database holds, and restore ${args.file}?`
      if (ask && !(await confirmOn(talk, question, signal))) {
        talk.note('nothing has been changed')
        return
      }
      const {head, end, replaced} = await restoreDatabase(database, args.file, {replace: flags.replace || ask})
      const result = {file: args.file, made_at: head.made_at, from: head.from, rows: end.rows, replaced}
      const count = Object.values(end.rows).reduce((sum, rows) => sum + rows, 0)
      await showResult(
        context,
        result,
        () => `${plural(count, 'row')} restored, as they were on ${escapeLine(head.made_at)}\n`,
      )
    })
  }
}
