import {Command, Flags} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {globalFlags, listFlag, requiredArgument, storeFlags} from '../cli/global-flags.js'
import {tellSkipped} from '../cli/open-inputs.js'
import {pagerFlag, recordFlags} from '../cli/record-flags.js'
import {openSearchable} from '../cli/searchable.js'
import {showTrace} from '../cli/trace-show.js'
import {zoneFlag} from '../cli/zone-flag.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {findTrace, findTraceAtOnce, MIN_PREFIX} from '../lib/flows/find-trace.js'
import {firstFailure} from '../lib/sources/input.js'

export default class Trace extends Command {
  static override summary = 'Draw one trace across services from its records alone: who called whom, when, how long'
  // One paragraph: of several, help would show the last.
  static override description = [
    'The id is a trace, correlation or request id, or the beginning of one (4 characters or more) when only one id',
    'begins so. Span and parent ids are followed where records have them; where they have none, calls are made out of',
    'times, lengths, words and shared values, and marked ~ with how sure that is. Clocks that are not right are told',
    'and set right. -o json gives the tree of spans, other formats and pipes the records, or the spans with --spans-only.',
  ].join(' ')
  static override examples = [
    '<%= config.bin %> trace 4bf92f3577b34da6a3ce929d0e0e4736',
    '<%= config.bin %> trace 4bf92f35',
    '<%= config.bin %> trace 4bf92f35 --spans-only',
    '<%= config.bin %> trace 4bf92f35 --json',
    '<%= config.bin %> trace 4bf92f35 --file app.log -o pretty',
  ]
  static override args = {
    id: requiredArgument({description: 'Trace, correlation or request id, or a unique beginning'}),
  }
  static override flags = {
    all: Flags.boolean({description: 'Every span and record, however many there are'}),
    'spans-only': Flags.boolean({description: 'Only the spans, without their records', aliases: ['no-records']}),
    errors: Flags.boolean({description: 'Only what failed, and what it happened in'}),
    ascii: Flags.boolean({description: 'Draw with ASCII characters alone'}),
    file: listFlag({
      description: 'Look in these files instead of the store; may be repeated, - is stdin',
      helpValue: 'FILE',
    }),
    ...recordFlags,
    timezone: zoneFlag,
    pager: pagerFlag,
    ...storeFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Trace)
    const context = await openContext(flags)
    const files = flags.file && {files: flags.file, timezone: flags.timezone, held: false}
    await using place = await openSearchable(context, files)
    const find = files ? findTraceAtOnce : findTrace
    const {id, records} = await find(place.ask, args.id.trim(), context.signal)
    // What was read so far would be drawn as if it were all of it, or told to be nothing.
    if (context.signal.aborted) return context.talk.note('ended early: nothing is shown of what was read so far')
    const problems = place.problems()
    tellSkipped(context, problems)
    const failure = firstFailure(problems)
    if (failure) throw failure
    if (records.length === 0) throw notFound(args.id)
    await showTrace(context, {id, records}, flags)
  }
}

function notFound(id: string): LogflowError {
  return new LogflowError('NO_MATCH', `no record has the trace, correlation or request id ${JSON.stringify(id)}`, {
    suggestions: [
      ...(id.length < MIN_PREFIX ? [`The beginning of an id is looked up from ${MIN_PREFIX} characters on`] : []),
      'logflow search --limit 5  shows what is there',
    ],
  })
}
