import {Command, Flags} from '@oclif/core'
import {rulesArgument} from '../../cli/alert-parts.js'
import {confirmOn, isAnswerable} from '../../cli/confirm.js'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {UsageError} from '../../cli/show-error.js'
import {showRows} from '../../cli/show-result.js'
import type {Alerts, StoredRule} from '../../lib/alerts/alerts.js'
import {openApp} from '../../lib/compose.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {escapeLine} from '../../lib/output/escape-controls.js'
import {plural} from '../../lib/output/numbers.js'

const COLUMNS = ['deleted', 'id', 'resolved'].map((title) => ({title}))

export default class AlertsDelete extends Command {
  static override summary = 'Delete alert rules; their open alerts are resolved'
  static override description =
    'Asks on a terminal; a script says --yes. What is history stays. To stop one for a while instead: logflow alerts disable, or logflow alerts silence.'
  static override examples = [
    `<%= config.bin %> alerts delete 'High error rate'`,
    `<%= config.bin %> alerts delete 'High error rate' 'Old rule' --yes`,
  ]
  static override args = rulesArgument
  static override flags = {yes: Flags.boolean({char: 'y', description: 'Do not ask'}), ...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsDelete)
    const context = await openContext(flags)
    const {talk, signal} = context
    if (args.rules === undefined) throw new UsageError('say which rule to delete', ['logflow alerts list'])
    if (!flags.yes && !isAnswerable()) {
      throw new UsageError('a rule that is deleted is gone for good: say --yes where nobody can be asked')
    }
    await using app = openApp(context.config, talk.detail)
    const alerts = await app.alerts()
    const rules = await found(alerts, args.rules)
    if (!flags.yes && !(await confirmOn(talk, question(rules), signal))) {
      throw new LogflowError('USAGE', 'nothing was deleted')
    }
    for (const {id} of rules) await alerts.removeRule(callerHere(), id)
    const rows = rules.map(({id, name, statistics}) => ({deleted: name, id, resolved: statistics.open}))
    if (context.format !== 'pretty') return showRows(context, rows, COLUMNS)
    for (const {deleted} of rows) await context.out.write(`deleted ${escapeLine(deleted)}\n`)
    await context.out.end()
  }
}

/** All of them, before any is deleted; each once. */
async function found(alerts: Alerts, names: readonly string[]): Promise<StoredRule[]> {
  const rules: StoredRule[] = []
  for (const name of names) rules.push(await alerts.showRule(callerHere(), name))
  return rules.filter(({id}, index) => rules.findIndex((rule) => rule.id === id) === index)
}

function question(rules: readonly StoredRule[]): string {
  const names = rules.map(({name}) => name).join(', ')
  const open = rules.reduce((sum, {statistics}) => sum + statistics.open, 0)
  const resolved = open === 0 ? '' : ` ${plural(open, 'open alert')} of theirs will be resolved.`
  return `Delete ${rules.length === 1 ? 'the rule' : plural(rules.length, 'rule')} ${escapeLine(names)} for good?${resolved}`
}
