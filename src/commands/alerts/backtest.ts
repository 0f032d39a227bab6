import {Command} from '@oclif/core'
import {backtestFlags, openBacktest} from '../../cli/alert-backtest.js'
import {openContext} from '../../cli/context.js'
import {argument, globalFlags, storeFlags} from '../../cli/global-flags.js'
import {showResult, showRows} from '../../cli/show-result.js'
import {toZone} from '../../cli/zone-flag.js'
import {openApp} from '../../lib/compose.js'
import {backtest} from '../../lib/flows/alerts/backtest.js'
import {sweptValues} from '../../lib/flows/alerts/try-values.js'
import {backtestText, sweepText} from '../../lib/output/backtest-view.js'

export default class AlertsBacktest extends Command {
  static override summary = 'Replay the stored past: when a rule would have fired'
  static override description =
    'Evaluates the rule at every moment of the time asked for, as the engine would have, and shows when it would have fired, how long and with how many notices. --sweep tries values in the place of one of the rule. --truth takes what really happened: an alert is true when it opened from the begin of an incident to its end + window + for + every, in one of its services or affected_services, which are those that suffer with them (with --anywhere in any); an incident is detected when a true alert was open in that time, also one of an earlier incident. Precision is true alerts by alerts, recall detected incidents by incidents. Silences are not looked at, and nobody is told.'
  static override examples = [
    `<%= config.bin %> alerts backtest 'High error rate' --since 7d`,
    '<%= config.bin %> alerts backtest --file rules/error-rate.yaml --since 24h',
    `<%= config.bin %> alerts backtest 'High error rate' --since 7d --sweep threshold=10..500`,
    '<%= config.bin %> alerts backtest --file rules/error-rate.yaml --since 24h --truth truth.jsonl --sweep for=0s..10m:1m -o csv',
  ]
  static override args = {rule: argument({description: 'Name or id of a rule; of one in --file where it has several'})}
  static override flags = {...backtestFlags, ...storeFlags, ...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsBacktest)
    const context = await openContext(flags)
    const {talk, signal, format, screen, config, out} = context
    const now = new Date()
    await using app = openApp(config, talk.detail, talk.warn)
    const asked = await openBacktest(context, app, args.rule, flags, now)
    const {rule, variants, sweep, options} = asked
    const store = await app.store()
    const tested = await backtest(store, rule, variants, {...options, signal})
    const swept = sweep && sweptValues(rule, sweep, variants, tested.variants)
    const view = {screen, zone: toZone(flags.timezone), now: now.getTime()}
    if (format === 'pretty') {
      await out.write(backtestText(tested.backtest, view))
      if (sweep && swept) await out.write(`\n${sweepText(sweep.field, swept, view)}`)
      return out.end()
    }
    if (format === 'json') return showResult(context, {...tested.backtest, ...(swept ? {sweep: swept} : {})}, () => '')
    if (swept)
      return showRows(
        context,
        swept,
        Object.keys(swept[0] ?? {}).map((title) => ({title})),
      )
    await showRows(context, tested.backtest.alerts, ALERT_COLUMNS)
  }
}

const ALERT_COLUMNS = [
  'opened_at',
  'resolved_at',
  'seconds',
  'group',
  'value',
  'peak',
  'threshold',
  'from_start',
  'incident',
  'false_because',
  'query',
].map((title) => ({title}))
