import {Command, Flags} from '@oclif/core'
import {confirmOn, isAnswerable} from '../../cli/confirm.js'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {showResultIfAsked} from '../../cli/show-result.js'
import {withDatabase} from '../../cli/with-database.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'

export default class DbReset extends Command {
  static override summary = 'Remove everything in the database: accounts, tokens, audit trail, settings, rules'
  static override description =
    'Afterwards it is as new: the first account is made again with users create --admin. Logs are not touched. Asks on a terminal; a script says --yes.'
  static override examples = ['<%= config.bin %> db reset', '<%= config.bin %> db reset --yes']
  static override flags = {yes: Flags.boolean({char: 'y', description: 'Do not ask'}), ...globalFlags}

  async run(): Promise<void> {
    const {flags} = await this.parse(DbReset)
    const context = await openContext(flags)
    const {talk, signal} = context
    if (!flags.yes && !isAnswerable()) {
      throw new LogflowError('USAGE', 'what is removed is gone for good: say --yes where nobody can be asked', {
        suggestions: ['logflow db backup FILE  first', 'logflow db reset --yes'],
      })
    }
    await withDatabase(context, {make: 'nothing'}, async (database) => {
      const where = database.location
      if (!flags.yes && !(await confirmOn(talk, `Remove everything in ${where} for good?`, signal))) {
        talk.note('nothing has been changed')
        return
      }
      await database.drop()
      await database.migrate()
      talk.note(`removed everything in ${where}`)
      await showResultIfAsked(context, await database.status())
    })
  }
}
