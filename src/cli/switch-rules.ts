import {writtenOf} from '../lib/alerts/written-of.js'
import {openApp} from '../lib/compose.js'
import {escapeLine} from '../lib/output/escape-controls.js'
import type {Context} from './context.js'
import {callerHere} from './local-caller.js'
import {UsageError} from './show-error.js'
import {showRows} from './show-result.js'

const COLUMNS = ['name', 'id', 'is_active', 'changed'].map((title) => ({title}))

/** `alerts enable` and `alerts disable`: one that is so already is left as it is. */
export async function switchRules(
  context: Context,
  names: readonly string[] | undefined,
  {on}: {on: boolean},
): Promise<void> {
  if (names === undefined) throw new UsageError('say which rule', ['logflow alerts list'])
  await using app = openApp(context.config, context.talk.detail)
  const alerts = await app.alerts()
  const stored = []
  for (const name of names) stored.push(await alerts.showRule(callerHere(), name))
  const rows = []
  for (const rule of stored) {
    const changed = (rule.is_active !== false) !== on
    if (changed) await alerts.updateRule(callerHere(), rule.id, {...writtenOf(rule), is_active: on}, rule.version)
    rows.push({name: rule.name, id: rule.id, is_active: on, changed})
  }
  if (context.format !== 'pretty') return showRows(context, rows, COLUMNS)
  const word = on ? 'on' : 'off'
  for (const {name, changed} of rows) {
    await context.out.write(`${escapeLine(name)} is ${changed ? word : `${word} already`}\n`)
  }
  await context.out.end()
}
