import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {settleAlerts, settleArgs, settleFlags} from '../../cli/settle-alerts.js'

export default class AlertsResolve extends Command {
  static override summary = 'Resolve alerts by hand'
  static override description =
    'The engine resolves an alert by itself when its condition no longer holds. One that is resolved by hand while it still holds opens again only after it once did not. The beginning of an id will do where it is unique.'
  static override examples = [
    `<%= config.bin %> alerts resolve 3f2a91c0 --note 'the issuer is down'`,
    `<%= config.bin %> alerts resolve --rule 'High error rate'`,
  ]
  static override args = settleArgs
  static override flags = settleFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsResolve)
    await settleAlerts(await openContext(flags), {verb: 'resolve', done: 'resolved', ids: args.ids, ...flags})
  }
}
