import {Command} from '@oclif/core'
import {rulesArgument} from '../../cli/alert-parts.js'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {switchRules} from '../../cli/switch-rules.js'

export default class AlertsEnable extends Command {
  static override summary = 'Switch alert rules on'
  static override description = 'A rule that was off looks at records from now on: what came meanwhile opens nothing.'
  static override examples = [
    `<%= config.bin %> alerts enable 'High error rate'`,
    `<%= config.bin %> alerts enable 'High error rate' 'Checkout is silent' -o json`,
  ]
  static override args = rulesArgument
  static override flags = globalFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsEnable)
    await switchRules(await openContext(flags), args.rules, {on: true})
  }
}
