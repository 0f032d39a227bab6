import {Command, Flags} from '@oclif/core'
import {alertScreen, forPeople, pages} from '../../cli/alert-parts.js'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {showRows} from '../../cli/show-result.js'
import {zoneFlag} from '../../cli/zone-flag.js'
import {openApp} from '../../lib/compose.js'
import {HISTORY_COLUMNS, historyView} from '../../lib/output/alerts-view.js'
import {parseTime} from '../../lib/query/parse-time.js'

export default class AlertsHistory extends Command {
  static override summary = 'Show what happened to alerts: opened, told, acknowledged, resolved, by whom and when'
  static override description =
    'The newest are chosen, and shown oldest first. Also notices that did not arrive, and times at which a rule could not be evaluated.'
  static override examples = [
    '<%= config.bin %> alerts history --since 7d',
    `<%= config.bin %> alerts history --rule 'High error rate' -o csv`,
    '<%= config.bin %> alerts history --alert 3f2a91c0',
  ]
  static override flags = {
    rule: Flags.string({description: 'Only of this rule', helpValue: 'RULE'}),
    alert: Flags.string({description: 'Only of this alert: its id, or its beginning', helpValue: 'ID'}),
    since: Flags.string({description: 'Only from then on: 7d, yesterday, 2026-11-21', helpValue: 'TIME'}),
    until: Flags.string({description: 'Only before that', helpValue: 'TIME'}),
    limit: Flags.integer({description: 'How many', min: 1, default: 100, helpValue: 'N'}),
    timezone: zoneFlag,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(AlertsHistory)
    const context = await openContext(flags)
    const view = alertScreen(context, flags)
    const {rule, alert, limit} = flags
    const time = (text: string) => parseTime(text, new Date(view.now), view.zone)
    const question = {
      ...(rule === undefined ? {} : {rule}),
      ...(alert === undefined ? {} : {alert}),
      ...(flags.since === undefined ? {} : {since: time(flags.since)}),
      ...(flags.until === undefined ? {} : {until: time(flags.until)}),
    }
    await using app = openApp(context.config, context.talk.detail)
    const alerts = await app.alerts()
    const entries = (await pages(limit, (page) => alerts.history(callerHere(), {...question, ...page}))).reverse()
    if (entries.length === 0) context.talk.note('nothing has happened that fits: logflow alerts list shows the rules')
    if (entries.length === 0 && forPeople(context)) return
    if (context.format !== 'pretty') return showRows(context, entries, HISTORY_COLUMNS)
    await context.out.write(historyView(entries, view))
    await context.out.end()
    if (entries.length === limit) context.talk.note(`the newest ${limit} are shown; --limit N shows more`)
  }
}
