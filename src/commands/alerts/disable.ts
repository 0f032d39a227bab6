import {Command} from '@oclif/core'
import {rulesArgument} from '../../cli/alert-parts.js'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {switchRules} from '../../cli/switch-rules.js'

export default class AlertsDisable extends Command {
  static override summary = 'Switch alert rules off: they are not evaluated, and their open alerts are resolved'
  static override description = 'To go on looking and tell nobody instead: logflow alerts silence.'
  static override examples = [
    `<%= config.bin %> alerts disable 'High error rate'`,
    `<%= config.bin %> alerts disable 'High error rate' 'Checkout is silent' -o json`,
  ]
  static override args = rulesArgument
  static override flags = globalFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsDisable)
    await switchRules(await openContext(flags), args.rules, {on: false})
  }
}
