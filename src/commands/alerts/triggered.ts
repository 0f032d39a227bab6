import {Command, Flags} from '@oclif/core'
import {alertScreen, byId, forPeople, pages} from '../../cli/alert-parts.js'
import {openContext} from '../../cli/context.js'
import {globalFlags, listFlag} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {UsageError} from '../../cli/show-error.js'
import {showRows} from '../../cli/show-result.js'
import {zoneFlag} from '../../cli/zone-flag.js'
import {ALERT_STATES, type AlertState} from '../../lib/alerts/alerts.js'
import {SEVERITIES, type Severity} from '../../lib/alerts/rule.js'
import {openApp} from '../../lib/compose.js'
import {allRules} from '../../lib/flows/alerts/apply-rules.js'
import {ALERT_COLUMNS, alertCounts, alertsView, alertTable} from '../../lib/output/alerts-view.js'
import {rulesSummary} from '../../lib/output/rules-view.js'

export default class AlertsTriggered extends Command {
  static override summary =
    'Show the alerts that are open: how bad, since when, who has seen them, where their records are'
  static override description =
    `The newest first; without --state all that are not resolved. States: ${ALERT_STATES.join(', ')}.`
  static override examples = [
    '<%= config.bin %> alerts triggered',
    `<%= config.bin %> alerts triggered --rule 'High error rate' --state resolved --limit 10`,
    '<%= config.bin %> alerts triggered --severity critical -o jsonl',
  ]
  static override flags = {
    state: listFlag({
      description: `Only in this state: ${ALERT_STATES.join(', ')}; several may be given`,
      helpValue: 'STATE',
    }),
    rule: Flags.string({description: 'Only of this rule', helpValue: 'RULE'}),
    severity: Flags.string({description: 'Only so bad', options: SEVERITIES}),
    limit: Flags.integer({description: 'How many', min: 1, default: 100, helpValue: 'N'}),
    timezone: zoneFlag,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(AlertsTriggered)
    const context = await openContext(flags)
    const view = alertScreen(context, flags)
    const {rule, limit, severity} = flags
    const states = flags.state?.flatMap((text) => text.split(',')).map(stateOf)
    await using app = openApp(context.config, context.talk.detail)
    const alerts = await app.alerts()
    const found = await pages(limit, (page) =>
      alerts.triggered(callerHere(), {
        ...page,
        ...(states ? {states} : {}),
        ...(rule === undefined ? {} : {rule}),
        ...(severity === undefined ? {} : {severity: severity as Severity}),
      }),
    )
    if (!forPeople(context)) return showRows(context, found, ALERT_COLUMNS)
    const rules = await allRules(alerts, callerHere())
    if (found.length === 0) return context.talk.show(nothing(states, rules.length === 0, rulesSummary(rules, view)))
    if (context.format === 'table') return showRows(context, found, alertTable(view))
    await context.out.write(alertsView(found, byId(rules), view))
    await context.out.end()
    const more = found.length === limit ? '; the newest are shown, --limit N shows more' : ''
    context.talk.note(`${alertCounts(found)}${more}   logflow alerts ack ID, logflow alerts resolve ID`)
  }
}

function stateOf(text: string): AlertState {
  const state = ALERT_STATES.find((one) => one === text.trim().toLowerCase())
  if (!state) throw new UsageError(`${JSON.stringify(text)} is no state of an alert: ${ALERT_STATES.join(', ')}`)
  return state
}

function nothing(states: readonly AlertState[] | undefined, noRules: boolean, summary: string): string {
  if (noRules)
    return 'no alert, and no alert rules yet: logflow alerts create NAME --query QUERY --threshold N makes one'
  return `${states ? `no alert is ${states.join(' or ')}` : 'no alert is open'}: ${summary}`
}
