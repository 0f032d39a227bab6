import {Command, Flags} from '@oclif/core'
import {confirmOn, isAnswerable} from '../../cli/confirm.js'
import {openContext} from '../../cli/context.js'
import {checkChosen, dlqFlags, letterFilterFlags, toLetterFilter} from '../../cli/dlq-flags.js'
import {listArgument} from '../../cli/global-flags.js'
import {commandLine, showSettled} from '../../cli/show-settled.js'
import {openApp} from '../../lib/compose.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {dropLetters} from '../../lib/flows/dlq/settle-letters.js'
import {plural} from '../../lib/output/numbers.js'

export default class DlqDrop extends Command {
  static override summary = 'Give dead letters up: they are gone for good'
  static override description = 'Asks before it does so on a terminal; a script says --yes.'
  static override examples = [
    '<%= config.bin %> dlq drop 3k9x0v2m1qzt-1f4-8a1b2c3d --yes',
    '<%= config.bin %> dlq drop --service debug-probe --until 7d --yes',
    '<%= config.bin %> dlq drop --all --dry-run',
  ]
  static override args = {ids: listArgument({description: 'Ids of dead letters, or their beginnings'})}
  static override flags = {
    all: Flags.boolean({description: 'All of them'}),
    yes: Flags.boolean({char: 'y', description: 'Do not ask'}),
    'dry-run': Flags.boolean({description: 'Change nothing, and say what would be done'}),
    ...letterFilterFlags,
    ...dlqFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DlqDrop)
    const context = await openContext(flags)
    const {talk, signal, config} = context
    const filter = toLetterFilter(args.ids, flags, new Date())
    checkChosen(filter, flags.all, 'drop')
    const dryRun = flags['dry-run']
    if (!flags.yes && !dryRun && !isAnswerable()) {
      throw new LogflowError('USAGE', 'dropped letters are gone for good: say --yes where nobody can be asked', {
        suggestions: [`${commandLine('dlq drop', this.argv)} --yes`],
      })
    }
    const confirm = flags.yes
      ? undefined
      : (chosen: number) => confirmOn(talk, `Drop ${plural(chosen, 'dead letter')} for good?`, signal)
    const onProgress = (settled: number, chosen: number) => talk.detail(`dropped ${settled} of ${chosen}`)
    await using app = openApp(config, talk.detail)
    const bus = await app.bus()
    const report = await dropLetters({
      bus,
      topic: config.topic,
      filter,
      signal,
      now: () => new Date(),
      onProgress,
      dryRun,
      confirm,
    })
    await showSettled(context, report, {verb: 'drop', done: 'dropped', dryRun, all: flags.all})
  }
}
