import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {dlqFlags} from '../../cli/dlq-flags.js'
import {requiredArgument} from '../../cli/global-flags.js'
import {showBytes, showResult} from '../../cli/show-result.js'
import {openApp} from '../../lib/compose.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {showLetter} from '../../lib/flows/dlq/find-letters.js'
import {letterView} from '../../lib/output/letter-view.js'

export default class DlqShow extends Command {
  static override summary = 'Show one dead letter: its bytes, where they came from, and why they were refused'
  static override description =
    'The beginning of an id will do where it is unique. With -o raw the exact bytes go to stdout and nothing else; -o json has them as base64 where they are no UTF-8.'
  static override examples = [
    '<%= config.bin %> dlq show 3k9x0v2m1qzt-1f4-8a1b2c3d',
    '<%= config.bin %> dlq show 3k9x0v -o raw',
    '<%= config.bin %> dlq show 3k9x0v --json',
  ]
  static override args = {id: requiredArgument({description: 'Id of the dead letter, or its beginning'})}
  static override flags = dlqFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DlqShow)
    const context = await openContext(flags)
    const {talk, signal, config, screen} = context
    if (args.id === '') throw new LogflowError('USAGE', 'the id is empty', {suggestions: ['logflow dlq list']})
    await using app = openApp(config, talk.detail)
    const shown = await showLetter({bus: await app.bus(), topic: config.topic, id: args.id, signal})
    if (!shown) return talk.note('ended early')
    if (context.format === 'raw') return showBytes(context, shown.bytes)
    await showResult(context, shown.details, () => letterView(shown.details, screen))
  }
}
