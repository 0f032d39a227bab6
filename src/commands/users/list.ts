import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {showRows} from '../../cli/show-result.js'
import {USER_COLUMNS} from '../../cli/user-view.js'
import type {User} from '../../lib/accounts/accounts.js'
import {openApp} from '../../lib/compose.js'

const PAGE = 1_000

export default class UsersList extends Command {
  static override summary = 'List the accounts'
  static override description = 'The newest last. At a server, users who are not admins see their own account alone.'
  static override examples = ['<%= config.bin %> users list', '<%= config.bin %> users list --limit 20 -o jsonl']
  static override flags = {
    limit: Flags.integer({description: 'The first so many; all unless given', min: 1, helpValue: 'N'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(UsersList)
    const context = await openContext(flags)
    const most = flags.limit ?? Number.POSITIVE_INFINITY
    await using app = openApp(context.config, context.talk.detail)
    const accounts = await app.accounts()
    const users: User[] = []
    while (users.length < most) {
      const last = users.at(-1)
      const limit = Math.min(PAGE, most - users.length)
      const page = await accounts.list(callerHere(), {limit, ...(last ? {after: last.id} : {})})
      users.push(...page)
      if (page.length < limit) break
    }
    if (users.length === 0) context.talk.note('no accounts yet: logflow users create NAME --admin makes the first')
    const people = ['pretty', 'table', 'raw'].includes(context.format)
    if (users.length > 0 || !people) await showRows(context, users, USER_COLUMNS)
  }
}
