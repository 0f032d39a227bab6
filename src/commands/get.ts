import {Command} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {globalFlags, requiredArgument, storeFlags} from '../cli/global-flags.js'
import {openRecordWriter, recordFlags} from '../cli/record-flags.js'
import {zoneFlag} from '../cli/zone-flag.js'
import {openApp} from '../lib/compose.js'
import {LogflowError} from '../lib/errors/logflow-error.js'

export default class Get extends Command {
  static override summary = 'Print one record by its id'
  static override description =
    'The id is the one that -o jsonl of search and tail shows; it stays the same when a file is shipped again. Exits with 1 when there is no such record.'
  static override examples = [
    '<%= config.bin %> get 3k9x0v2m1qzt-1f4-8a1b2c3d --json',
    '<%= config.bin %> get "$(<%= config.bin %> search --limit 1 -o raw --fields id)"',
  ]
  static override args = {id: requiredArgument({description: 'Id of the record'})}
  static override flags = {...recordFlags, timezone: zoneFlag, ...storeFlags, ...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Get)
    const context = await openContext(flags)
    await using app = openApp(context.config, context.talk.detail, context.talk.warn)
    const record = await (await app.store()).get(args.id)
    if (!record) throw new LogflowError('NO_MATCH', `no record has the id ${JSON.stringify(args.id)}`)
    // One record is one object, in an array no more than any other single answer.
    const format = context.format === 'json' ? 'jsonl' : context.format
    const writer = openRecordWriter({...context, format}, {...flags, wide: true})
    await writer.write(record)
    await writer.end()
  }
}
