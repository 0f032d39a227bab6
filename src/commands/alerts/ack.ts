import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {settleAlerts, settleArgs, settleFlags} from '../../cli/settle-alerts.js'

export default class AlertsAck extends Command {
  static override summary = 'Acknowledge alerts: somebody is on it'
  static override description =
    'An acknowledged alert stays open until it is resolved, and nobody is told of it again meanwhile. One that is acknowledged already stays as it is. The beginning of an id will do where it is unique.'
  static override examples = [
    `<%= config.bin %> alerts ack 3f2a91c0 --note 'the issuer is down'`,
    `<%= config.bin %> alerts ack --rule 'High error rate'`,
  ]
  static override args = settleArgs
  static override flags = settleFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsAck)
    await settleAlerts(await openContext(flags), {verb: 'acknowledge', done: 'acknowledged', ids: args.ids, ...flags})
  }
}
