import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {dlqFlags, letterFilterFlags, toLetterFilter} from '../../cli/dlq-flags.js'
import {showResult, showRows} from '../../cli/show-result.js'
import {openApp} from '../../lib/compose.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {listLetters} from '../../lib/flows/dlq/find-letters.js'
import {letterColumns, tableRow} from '../../lib/output/letter-view.js'
import {formatCount} from '../../lib/output/numbers.js'

export default class DlqList extends Command {
  static override summary = 'List what could not be stored, and why'
  static override description =
    'The newest come last. Each has the reason of its refusal; its bytes are kept until it is redriven or dropped.'
  static override examples = [
    '<%= config.bin %> dlq list',
    '<%= config.bin %> dlq list --reason "no finite number" --since 1h --count',
    '<%= config.bin %> dlq list --status 400 --limit all -o jsonl',
  ]
  static override flags = {
    limit: Flags.string({
      char: 'n',
      description: 'At most this many, the newest; all for no limit',
      default: '100',
      helpValue: 'N',
    }),
    count: Flags.boolean({description: 'Print how many there are, and none of them'}),
    ...letterFilterFlags,
    ...dlqFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(DlqList)
    const context = await openContext(flags)
    const {talk, signal, config, format} = context
    const filter = toLetterFilter(undefined, flags, new Date())
    const limit = flags.count ? 0 : toLimit(flags.limit)
    await using app = openApp(config, talk.detail)
    const {letters, count} = await listLetters({bus: await app.bus(), topic: config.topic, filter, limit, signal})
    // A list that was ended early cannot say what there is.
    if (signal.aborted) return talk.note('ended early: there may be more')
    if (flags.count) return showResult(context, {count}, () => `${count}\n`)
    const forPeople = format === 'pretty' || format === 'table'
    if (count === 0) talk.note(nothing(config.topic, Object.keys(filter).length > 0))
    if (count > 0 || !forPeople)
      await showRows(context, forPeople ? letters.map(tableRow) : letters, letterColumns(forPeople))
    if (count > letters.length)
      talk.note(`${formatCount(letters.length)} of ${formatCount(count)} dead letters; --limit all shows the rest`)
  }
}

function nothing(topic: string, filtered: boolean): string {
  return filtered ? `no dead letter of topic ${topic} fits` : `topic ${topic} has no dead letters`
}

/** A whole number over zero, or `all`. */
function toLimit(text: string): number {
  if (text === 'all') return Infinity
  const limit = Number(text)
  if (Number.isSafeInteger(limit) && limit > 0) return limit
  throw new LogflowError('USAGE', `--limit takes a whole number over 0, or all, not ${JSON.stringify(text)}`)
}
