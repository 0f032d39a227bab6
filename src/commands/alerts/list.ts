import {Command, Flags} from '@oclif/core'
import {alertScreen, forPeople} from '../../cli/alert-parts.js'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {showRows} from '../../cli/show-result.js'
import {openApp} from '../../lib/compose.js'
import {allRules} from '../../lib/flows/alerts/apply-rules.js'
import {RULE_COLUMNS, rulesView} from '../../lib/output/rules-view.js'

export default class AlertsList extends Command {
  static override summary = 'List the alert rules, how they are doing, and how often they opened'
  static override description =
    'State is off; quiet; the number of its open alerts; waiting (no engine has looked yet); or failing: it could not be evaluated, which is neither firing nor fine. logflow alerts show RULE says why.'
  static override examples = [
    '<%= config.bin %> alerts list',
    '<%= config.bin %> alerts list --failing',
    '<%= config.bin %> alerts list -o jsonl',
  ]
  static override flags = {
    open: Flags.boolean({description: 'Only those with open alerts'}),
    failing: Flags.boolean({description: 'Only those that could not be evaluated'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(AlertsList)
    const context = await openContext(flags)
    await using app = openApp(context.config, context.talk.detail)
    const all = await allRules(await app.alerts(), callerHere())
    const rules = all
      .filter(({statistics}) => !flags.open || statistics.open > 0)
      .filter(({statistics, is_active}) => !flags.failing || (statistics.health === 'failing' && is_active !== false))
    if (rules.length === 0) {
      context.talk.note(
        all.length === 0
          ? `no alert rules yet: logflow alerts create NAME --query 'level>=error' --threshold 50 makes one, logflow alerts apply DIR those of files`
          : 'no rule is like that: logflow alerts list shows all',
      )
      if (forPeople(context)) return
    }
    if (!forPeople(context)) return showRows(context, rules, RULE_COLUMNS)
    await context.out.write(rulesView(rules, alertScreen(context)))
    await context.out.end()
  }
}
