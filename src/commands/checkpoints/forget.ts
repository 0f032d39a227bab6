import {Command, Flags} from '@oclif/core'
import {checkpointsFlags, checkpointsFolder} from '../../cli/checkpoints-folder.js'
import {openContext} from '../../cli/context.js'
import {listArgument} from '../../cli/global-flags.js'
import {showResultIfAsked} from '../../cli/show-result.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {plural} from '../../lib/output/numbers.js'
import {forgetCheckpoints} from '../../lib/sources/checkpoints/list-checkpoints.js'

export default class CheckpointsForget extends Command {
  static override summary = 'Forget how far files have been read'
  static override description =
    'The next ship --follow reads them from the start. Lines that are stored already are not stored again: their ids are the same. Refused (exit 6) while a process follows one of them.'
  static override examples = [
    '<%= config.bin %> checkpoints forget /var/log/shop/orders.log',
    '<%= config.bin %> checkpoints forget --all',
  ]
  static override args = {names: listArgument({description: 'Paths, or ids of sources'})}
  static override flags = {all: Flags.boolean({description: 'All of them'}), ...checkpointsFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(CheckpointsForget)
    const context = await openContext(flags)
    const {config, talk} = context
    const names = args.names ?? []
    const named = names.length > 0
    if (named === (flags.all ?? false)) {
      throw new LogflowError('USAGE', named ? '--all goes without names' : 'no file was named', {
        suggestions: ['logflow checkpoints list  to see what there is', 'logflow checkpoints forget --all  for all'],
      })
    }
    const forgotten = await forgetCheckpoints(checkpointsFolder(config), flags.all ? undefined : names, {
      cwd: process.cwd(),
      onProblem: (problem) => talk.warn(problem.message),
    })
    talk.note(`${plural(forgotten.length, 'checkpoint')} forgotten`)
    await showResultIfAsked(context, {forgotten: forgotten.map(({path, source, offset}) => ({path, source, offset}))})
  }
}
