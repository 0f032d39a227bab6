import {Command, Flags} from '@oclif/core'
import {AUDIT_COLUMNS, auditColumns, auditRow, chainText, checkChain} from '../cli/audit-view.js'
import {openContext} from '../cli/context.js'
import {globalFlags} from '../cli/global-flags.js'
import {callerHere} from '../cli/local-caller.js'
import {UsageError} from '../cli/show-error.js'
import {showResult, showRows} from '../cli/show-result.js'
import type {Accounts} from '../lib/accounts/accounts.js'
import {NOTED, readNoted} from '../lib/accounts/audit-chain.js'
import {openApp} from '../lib/compose.js'
import {LogflowError} from '../lib/errors/logflow-error.js'

export default class Audit extends Command {
  static override summary = 'Show who signed in and who changed what'
  static override description =
    'The newest are chosen, and shown oldest first. Each row carries a hash of itself and the row before it: --verify checks them all, and ends with 1 where a row was changed, put in or taken away. Whoever can write the database can also write a new trail: note ROWS:HEAD of --verify elsewhere, and --noted tells later whether the trail still begins so.'
  static override examples = [
    '<%= config.bin %> audit',
    '<%= config.bin %> audit --event sign_in_failed --limit 20',
    '<%= config.bin %> audit --user ada -o jsonl',
    '<%= config.bin %> audit --verify',
  ]
  static override flags = {
    limit: Flags.integer({description: 'How many', min: 1, max: 1_000, default: 100, helpValue: 'N'}),
    before: Flags.integer({description: 'Only rows before this number', min: 1, helpValue: 'SEQ'}),
    event: Flags.string({description: 'Only of this kind: signed_in, user_updated, …', helpValue: 'EVENT'}),
    user: Flags.string({
      description: 'Only what this account did: a name or id, local:NAME, or anonymous',
      helpValue: 'WHO',
    }),
    verify: Flags.boolean({description: 'Check the whole trail', exclusive: ['before', 'event', 'user']}),
    noted: Flags.string({
      description: 'A trail noted before: is it still the beginning?',
      dependsOn: ['verify'],
      helpValue: 'ROWS:HEAD',
    }),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Audit)
    const context = await openContext(flags)
    const {noted, before, event, user} = flags
    if (noted !== undefined && !NOTED.test(noted)) throw new UsageError('--noted takes ROWS:HEAD as --verify shows it')
    await using app = openApp(context.config, context.talk.detail)
    const accounts = await app.accounts()
    if (flags.verify) {
      const question = {limit: 0, verify: true, ...(noted === undefined ? {} : {noted: readNoted(noted)})}
      const {chain} = await accounts.audit(callerHere(), question)
      await showResult(context, chain, () => chainText(chain))
      return checkChain(chain)
    }
    const {entries} = await accounts.audit(callerHere(), {
      limit: flags.limit,
      ...(before === undefined ? {} : {before}),
      ...(event === undefined ? {} : {event}),
      ...(user === undefined ? {} : {subject: await subjectOf(accounts, user)}),
    })
    const people = ['pretty', 'table'].includes(context.format)
    if (entries.length === 0) context.talk.note('nothing in the audit trail fits')
    if (entries.length === 0 && people) return
    entries.reverse()
    if (people) await showRows(context, entries.map(auditRow), await auditColumns(accounts))
    else await showRows(context, entries, AUDIT_COLUMNS)
  }
}

/** The id of a name; whatever is no account (any more) stands for itself. */
async function subjectOf(accounts: Accounts, who: string): Promise<string> {
  if (who === 'anonymous' || who.startsWith('local:')) return who
  try {
    return (await accounts.show(callerHere(), who)).id
  } catch (error) {
    if (error instanceof LogflowError && error.code === 'NOT_FOUND' && /^[0-9a-f-]{36}$/.test(who)) return who
    throw error
  }
}
