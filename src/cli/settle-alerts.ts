import {Flags} from '@oclif/core'
import type {Alerts, TriggeredAlert} from '../lib/alerts/alerts.js'
import {openApp} from '../lib/compose.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {groupText} from '../lib/output/alert-text.js'
import {ALERT_COLUMNS} from '../lib/output/alerts-view.js'
import {escapeLine} from '../lib/output/escape-controls.js'
import {pages} from './alert-parts.js'
import type {Context} from './context.js'
import {globalFlags, listArgument} from './global-flags.js'
import {callerHere} from './local-caller.js'
import {UsageError} from './show-error.js'
import {showRows} from './show-result.js'

export interface SettleWhat {
  verb: 'acknowledge' | 'resolve'
  done: string
  ids?: string[] | undefined
  rule?: string | undefined
  note?: string | undefined
}

export const settleArgs = {ids: listArgument({description: 'Ids of alerts, or their beginnings'})}

export const settleFlags = {
  rule: Flags.string({description: 'All of this rule that are open', helpValue: 'RULE'}),
  note: Flags.string({description: 'What others should know', helpValue: 'TEXT'}),
  ...globalFlags,
}

/** `alerts ack` and `alerts resolve`: each that can be, and then the first that could not. */
export async function settleAlerts(context: Context, what: SettleWhat): Promise<void> {
  const {verb, done, ids = [], rule, note} = what
  if (ids.length === 0 && rule === undefined) {
    throw new UsageError('say which alert: its id, or --rule RULE for all of a rule', ['logflow alerts triggered'])
  }
  if (ids.includes('')) throw new UsageError('the id is empty', ['logflow alerts triggered'])
  await using app = openApp(context.config, context.talk.detail)
  const alerts = await app.alerts()
  const meant = [...ids, ...(rule === undefined ? [] : await idsOf(alerts, rule, verb))]
  const settled: TriggeredAlert[] = []
  let failure: LogflowError | undefined
  for (const id of meant) {
    try {
      settled.push(await alerts[verb](callerHere(), id, note))
    } catch (error) {
      if (!(error instanceof LogflowError)) throw error
      failure ??= error
    }
  }
  if (meant.length === 0)
    context.talk.note(`no alert of ${rule} is ${verb === 'resolve' ? 'open' : 'left to acknowledge'}`)
  if (context.format !== 'pretty') await showRows(context, settled, ALERT_COLUMNS)
  else {
    for (const {rule_name, group, id} of settled) {
      const words = [escapeLine(rule_name), groupText(group), id.slice(0, 8)].filter((word) => word !== '')
      await context.out.write(`${done} ${words.join('   ')}\n`)
    }
    await context.out.end()
  }
  if (failure) throw failure
}

async function idsOf(alerts: Alerts, rule: string, verb: SettleWhat['verb']): Promise<string[]> {
  const {id} = await alerts.showRule(callerHere(), rule)
  const states = verb === 'resolve' ? (['open', 'acknowledged'] as const) : (['open'] as const)
  const open = await pages(Number.POSITIVE_INFINITY, (page) =>
    alerts.triggered(callerHere(), {...page, rule: id, states}),
  )
  return open.map((alert) => alert.id)
}
