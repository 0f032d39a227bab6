import {Command, Flags} from '@oclif/core'
import {openContext, signals} from '../../cli/context.js'
import {runTool, toolFor} from '../../cli/db-tool.js'
import {globalFlags} from '../../cli/global-flags.js'
import {showRows} from '../../cli/show-result.js'
import {promptForSql} from '../../cli/sql-prompt.js'
import {withDatabase} from '../../cli/with-database.js'
import {readSql} from '../../lib/database/read-sql.js'
import {plural} from '../../lib/output/numbers.js'

export default class DbShell extends Command {
  static override summary = 'Open an SQL prompt on the database, or run one statement that reads'
  static override description =
    'Opens sqlite3 or psql, where they are installed, with all rights to change things; else a small prompt of its own, which only reads. With -c one statement is run, which may only read, and its rows come in any output format. Mind that users.password_hash is what it says.'
  static override examples = [
    '<%= config.bin %> db shell',
    `<%= config.bin %> db shell -c 'select username, role from users' -o table`,
    `<%= config.bin %> db shell --command 'select event, count(*) as n from audit group by event' -o csv`,
    '<%= config.bin %> db shell --built-in',
  ]
  static override flags = {
    command: Flags.string({char: 'c', helpValue: 'SQL', description: 'Run this statement and end; it may only read'}),
    'built-in': Flags.boolean({description: 'The small prompt, also where sqlite3 or psql is installed'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(DbShell)
    const context = await openContext(flags)
    const {command} = flags
    // Opened first in any case: what is wrong with it is told in our words.
    const status = await withDatabase(context, {make: 'nothing'}, async (database) => {
      if (command === undefined) return database.status()
      const {columns, rows} = await readSql(database, command)
      await showRows(
        context,
        rows,
        columns.map((title) => ({title, least: 8})),
      )
      if (context.screen.isTerminal) context.talk.note(plural(rows.length, 'row'))
      return undefined
    })
    if (status === undefined) return
    if (!flags['built-in']) {
      const tool = toolFor(context.config.database)
      const ended = await runTool(tool, signals)
      if (ended === 0) return
      if (ended !== undefined) return this.exit(ended)
      context.talk.note(`${tool.program} is not installed; this prompt only reads`)
    }
    await withDatabase(context, {make: 'nothing'}, (database) => promptForSql(context, database))
  }
}
