import {Command} from '@oclif/core'
import {CHECKPOINT_COLUMNS, checkpointRow} from '../../cli/checkpoint-rows.js'
import {checkpointsFlags, checkpointsFolder} from '../../cli/checkpoints-folder.js'
import {openContext} from '../../cli/context.js'
import {showRows} from '../../cli/show-result.js'
import {listCheckpoints} from '../../lib/sources/checkpoints/list-checkpoints.js'

export default class CheckpointsList extends Command {
  static override summary = 'List how far each followed file has been read, and by whom'
  static override description =
    'The offset is that of the first byte which the bus has not acknowledged: there ship --follow goes on. lag is what the file holds behind it.'
  static override examples = ['<%= config.bin %> checkpoints list', '<%= config.bin %> checkpoints list -o jsonl']
  static override flags = {...checkpointsFlags}

  async run(): Promise<void> {
    const {flags} = await this.parse(CheckpointsList)
    const context = await openContext(flags)
    const {config, talk, format} = context
    const listed = await listCheckpoints(checkpointsFolder(config), (problem) => talk.warn(problem.message))
    if (listed.length === 0) talk.note('no checkpoints: ship --follow makes them')
    if (listed.length > 0 || (format !== 'pretty' && format !== 'table'))
      await showRows(context, listed.map(checkpointRow), CHECKPOINT_COLUMNS)
  }
}
