import {Command, Flags} from '@oclif/core'
import {alertScreen, ruleArgument} from '../../cli/alert-parts.js'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {showResult} from '../../cli/show-result.js'
import {zoneFlag} from '../../cli/zone-flag.js'
import {ALERT_STATES} from '../../lib/alerts/alerts.js'
import {openApp} from '../../lib/compose.js'
import {ruleView} from '../../lib/output/rules-view.js'

export default class AlertsShow extends Command {
  static override summary = 'Show one alert rule: what it says, how it has done, its newest alerts'
  static override examples = [
    `<%= config.bin %> alerts show 'High error rate'`,
    `<%= config.bin %> alerts show 'High error rate' --alerts 20 -o json`,
  ]
  static override args = ruleArgument
  static override flags = {
    alerts: Flags.integer({description: 'How many of its alerts', min: 0, max: 1_000, default: 3, helpValue: 'N'}),
    timezone: zoneFlag,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsShow)
    const context = await openContext(flags)
    const view = alertScreen(context, flags)
    await using app = openApp(context.config, context.talk.detail)
    const alerts = await app.alerts()
    const rule = await alerts.showRule(callerHere(), args.rule)
    const question = {rule: rule.id, states: ALERT_STATES, limit: flags.alerts}
    const triggered = flags.alerts === 0 ? [] : await alerts.triggered(callerHere(), question)
    await showResult(context, {...rule, alerts: triggered}, () => ruleView(rule, triggered, view))
  }
}
