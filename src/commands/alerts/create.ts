import {Command, Flags} from '@oclif/core'
import {alertScreen} from '../../cli/alert-parts.js'
import {openContext} from '../../cli/context.js'
import {globalFlags, requiredArgument} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {warnOfFields} from '../../cli/rule-check.js'
import {ruleFlags, ruleWith} from '../../cli/rule-flags.js'
import {showResult} from '../../cli/show-result.js'
import type {WrittenRule} from '../../lib/alerts/rule.js'
import {openApp} from '../../lib/compose.js'
import {ruleView} from '../../lib/output/rules-view.js'

export default class AlertsCreate extends Command {
  static override summary = 'Make an alert rule'
  static override description =
    'A rule counts the records that match within a window of time, and opens an alert when the condition holds. Rules are evaluated by logflow alerts run, or by logflow up. To try one before it wakes anyone: logflow alerts backtest. As files: logflow alerts apply.'
  static override examples = [
    `<%= config.bin %> alerts create 'High error rate' --query 'level>=error' --threshold 50 --window 5m --group-by service`,
    `<%= config.bin %> alerts create 'Payment declines' --query '"card declined"' --service payment --threshold 10 --for 2m --keep-open 5m --severity critical --webhook-url https://hooks.example.com/logflow --secret-env HOOK_SECRET`,
    `<%= config.bin %> alerts create 'Error ratio' --measure ratio --query 'level>=error' --threshold 0.05 --minimum 100 --email-to oncall@example.com`,
    `<%= config.bin %> alerts create 'Checkout is silent' --measure no_data --service checkout --window 10m`,
  ]
  static override args = {name: requiredArgument({description: 'Its name, unlike that of any other rule'})}
  static override flags = {
    ...ruleFlags,
    disabled: Flags.boolean({description: 'Do not evaluate it yet: logflow alerts enable does'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsCreate)
    const context = await openContext(flags)
    const written = await ruleWith(flags, {name: args.name} as WrittenRule)
    if (flags.disabled) written.is_active = false
    await using app = openApp(context.config, context.talk.detail)
    const rule = await (await app.alerts()).createRule(callerHere(), written)
    await showResult(context, rule, () => ruleView(rule, [], alertScreen(context)))
    await warnOfFields(context, written)
    if (rule.is_active === false) context.talk.note('it is off: logflow alerts enable switches it on')
  }
}
