import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {checkChosen, dlqFlags, letterFilterFlags, toLetterFilter} from '../../cli/dlq-flags.js'
import {listArgument} from '../../cli/global-flags.js'
import {showSettled} from '../../cli/show-settled.js'
import {openApp} from '../../lib/compose.js'
import {redriveLetters} from '../../lib/flows/dlq/settle-letters.js'

export default class DlqRedrive extends Command {
  static override summary = 'Send dead letters back to be processed again'
  static override description =
    'They go back on their topic as they first came; the next process stores them, or refuses them again with one more try. Safe to repeat, also after a kill: each is stored once.'
  static override examples = [
    '<%= config.bin %> dlq redrive 3k9x0v2m1qzt-1f4-8a1b2c3d',
    '<%= config.bin %> dlq redrive --all --dry-run',
    '<%= config.bin %> dlq redrive --reason mapper_parsing --since 1d',
  ]
  static override args = {ids: listArgument({description: 'Ids of dead letters, or their beginnings'})}
  static override flags = {
    all: Flags.boolean({description: 'All of them'}),
    'dry-run': Flags.boolean({description: 'Change nothing, and say what would be done'}),
    ...letterFilterFlags,
    ...dlqFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DlqRedrive)
    const context = await openContext(flags)
    const {talk, signal, config} = context
    const filter = toLetterFilter(args.ids, flags, new Date())
    checkChosen(filter, flags.all, 'redrive')
    await using app = openApp(config, talk.detail)
    const bus = await app.bus()
    const onProgress = (settled: number, chosen: number) => talk.detail(`redriven ${settled} of ${chosen}`)
    const dryRun = flags['dry-run']
    const report = await redriveLetters({
      bus,
      topic: config.topic,
      filter,
      signal,
      now: () => new Date(),
      onProgress,
      dryRun,
    })
    await showSettled(context, report, {verb: 'redrive', done: 'redriven', dryRun, all: flags.all})
    if (report.settled > 0) talk.note(`they are back on topic ${config.topic}: logflow process stores them`)
  }
}
