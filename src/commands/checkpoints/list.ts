import {Command} from '@oclif/core'
import {CHECKPOINT_COLUMNS, checkpointRow} from '../../cli/checkpoint-rows.js'
import {checkpointsFlags, checkpointsFolder} from '../../cli/checkpoints-folder.js'
import {openContext} from '../../cli/context.js'
import {showRows} from '../../cli/show-result.js'
import type {OutputFormat} from '../../lib/config/config.js'
import type {RowColumn} from '../../lib/output/rows.js'
import {type ListedCheckpoint, listCheckpoints} from '../../lib/sources/checkpoints/list-checkpoints.js'

/** For people, where rotated files are now only where there are any; for programs always the same columns. */
function columnsFor(format: OutputFormat, listed: readonly ListedCheckpoint[]): readonly RowColumn[] {
  const always = (format !== 'pretty' && format !== 'table') || listed.some(({movedTo}) => movedTo !== undefined)
  return always ? CHECKPOINT_COLUMNS : CHECKPOINT_COLUMNS.filter(({key}) => key !== 'moved_to')
}

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
      await showRows(context, listed.map(checkpointRow), columnsFor(format, listed))
  }
}
