import {Command, Flags} from '@oclif/core'
import {alertScreen, ruleArgument} from '../../cli/alert-parts.js'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {warnOfFields} from '../../cli/rule-check.js'
import {givenRuleFlags, ruleFlags, ruleWith} from '../../cli/rule-flags.js'
import {UsageError} from '../../cli/show-error.js'
import {showResult} from '../../cli/show-result.js'
import {writtenOf} from '../../lib/alerts/written-of.js'
import {openApp} from '../../lib/compose.js'
import {ruleView} from '../../lib/output/rules-view.js'

export default class AlertsUpdate extends Command {
  static override summary = 'Change an alert rule'
  static override description =
    'What is not named stays; an empty value takes it away. A rule that somebody else changed at the same moment is not overwritten. Open alerts stay open, and are looked at by what the rule now says.'
  static override examples = [
    `<%= config.bin %> alerts update 'High error rate' --threshold 80 --window 10m`,
    `<%= config.bin %> alerts update 'High error rate' --name 'Many errors' --runbook https://wiki.example.com/errors`,
    `<%= config.bin %> alerts update 'High error rate' --service '' --label team=shop`,
  ]
  static override args = ruleArgument
  static override flags = {
    name: Flags.string({description: 'Its new name', helpValue: 'NAME'}),
    ...ruleFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsUpdate)
    const context = await openContext(flags)
    if (flags.name === undefined && givenRuleFlags(flags).length === 0) {
      throw new UsageError('say what to change: --threshold, --window, --query, --channel, …', [
        'logflow alerts update --help  names all of them',
      ])
    }
    await using app = openApp(context.config, context.talk.detail)
    const alerts = await app.alerts()
    const stored = await alerts.showRule(callerHere(), args.rule)
    const from = {...writtenOf(stored), ...(flags.name === undefined ? {} : {name: flags.name})}
    const written = await ruleWith(flags, from)
    const rule = await alerts.updateRule(callerHere(), stored.id, written, stored.version)
    await showResult(context, rule, () => ruleView(rule, [], alertScreen(context)))
    await warnOfFields(context, written)
  }
}
