import {join} from 'node:path'
import {Command, Flags} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {argument, busFlags, globalFlags} from '../cli/global-flags.js'
import {showResult} from '../cli/show-result.js'
import {openApp} from '../lib/compose.js'
import {makeMark} from '../lib/flows/marks.js'
import {escapeLine} from '../lib/output/escape-controls.js'

export default class MarkCommand extends Command {
  static override summary = 'Remember where the logs are now, for expect --since-mark'
  static override description =
    'A mark is a place on the bus, not a time: what comes after it is what was handed over later, whatever clocks say. Another mark of the same name is replaced.'
  static override examples = [
    '<%= config.bin %> mark',
    `<%= config.bin %> mark before-deploy && ./deploy.sh && <%= config.bin %> expect 'level>=error' --none --since-mark before-deploy`,
  ]
  static override args = {name: argument({description: 'Its name; "default" unless given'})}
  static override flags = {
    topic: Flags.string({description: 'Topic on the bus', helpValue: 'NAME'}),
    ...busFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(MarkCommand)
    const context = await openContext(flags)
    const {dataDir, topic} = context.config
    await using app = openApp(context.config, context.talk.detail, context.talk.warn)
    const name = args.name ?? 'default'
    const mark = await makeMark(await app.bus(), join(dataDir, 'marks'), {name, at: new Date().toISOString(), topic})
    const units = Object.values(mark.positions).reduce((sum, next) => sum + next, 0)
    await showResult(
      context,
      mark,
      () => `marked "${escapeLine(name)}" on topic ${escapeLine(topic)} at unit ${units}\n`,
    )
  }
}
