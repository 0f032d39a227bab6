import {Command} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {globalFlags, requiredArgument, storeFlags} from '../cli/global-flags.js'
import {openRecordWriter, recordFlags} from '../cli/record-flags.js'
import {openApp} from '../lib/compose.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {findTrace, MIN_PREFIX} from '../lib/flows/find-trace.js'
import {traceView} from '../lib/output/trace-view.js'
import {traceTimeline} from '../lib/trace/trace-timeline.js'

export default class Trace extends Command {
  static override summary = 'Show every record of one trace, across services, in time order'
  static override description =
    'The id is a trace, correlation or request id, or the beginning of one (4 characters or more) when only one id begins so.'
  static override examples = [
    '<%= config.bin %> trace 4bf92f3577b34da6a3ce929d0e0e4736',
    '<%= config.bin %> trace 4bf92f35',
    '<%= config.bin %> trace 4bf92f35 --json',
  ]
  static override args = {
    id: requiredArgument({description: 'Trace, correlation or request id, or a unique beginning'}),
  }
  static override flags = {...recordFlags, ...storeFlags, ...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Trace)
    const context = await openContext(flags)
    await using app = openApp(context.config, context.talk.detail, context.talk.warn)
    const {id, records} = await findTrace(await app.store(), args.id.trim(), context.signal)
    if (records.length === 0)
      throw new LogflowError(
        'NO_MATCH',
        `no record has the trace, correlation or request id ${JSON.stringify(args.id)}`,
        {
          suggestions: [
            ...(args.id.length < MIN_PREFIX
              ? [`The beginning of an id is looked up from ${MIN_PREFIX} characters on`]
              : []),
            'logflow search --limit 5  shows what is there',
          ],
        },
      )
    if (context.format === 'pretty' && !flags.fields) {
      await context.out.write(traceView(traceTimeline(id, records), context.screen))
      return context.out.end()
    }
    const writer = openRecordWriter(context, flags)
    for (const record of records) await writer.write(record)
    await writer.end()
  }
}
