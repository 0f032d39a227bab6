import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags, listArgument} from '../../cli/global-flags.js'
import {settleAlerts} from '../../cli/settle-alerts.js'

export default class AlertsResolve extends Command {
  static override summary = 'Resolve alerts by hand'
  static override description =
    'The engine resolves an alert by itself when its condition no longer holds. One that is resolved by hand while it still holds opens again only after it once did not. The beginning of an id will do where it is unique.'
  static override examples = [
    `<%= config.bin %> alerts resolve 3f2a91c0 --note 'the issuer is down'`,
    `<%= config.bin %> alerts resolve --rule 'High error rate'`,
  ]
  static override args = {ids: listArgument({description: 'Ids of alerts, or their beginnings'})}
  static override flags = {
    rule: Flags.string({description: 'All of this rule that are open', helpValue: 'RULE'}),
    note: Flags.string({description: 'What others should know', helpValue: 'TEXT'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsResolve)
    await settleAlerts(await openContext(flags), {verb: 'resolve', done: 'resolved', ids: args.ids, ...flags})
  }
}
