import {join} from 'node:path'
import {Command, Flags} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {filterFlags, timeFlags, toFilter} from '../cli/filter-flags.js'
import {argument, globalFlags, listFlag} from '../cli/global-flags.js'
import {growHeapSlowly} from '../cli/heap-growth.js'
import {keepLine, readHistory} from '../cli/live/history.js'
import {LiveSession} from '../cli/live/session.js'
import {askRead, askStored} from '../cli/live/stored-records.js'
import {keyboard, loadScreen, needTerminal, onOwnScreen, suspend} from '../cli/live/terminal-screen.js'
import {pipelineFlags} from '../cli/pipeline-flags.js'
import {openTailed} from '../cli/tail-arrivals.js'
import {keepYoungGenerationSmall} from '../cli/young-generation.js'
import {toZone} from '../cli/zone-flag.js'
import {openApp} from '../lib/compose.js'
import {findTrace} from '../lib/flows/find-trace.js'
import {tailRecords} from '../lib/flows/tail-records.js'
import {paletteFor} from '../lib/output/palette.js'
import {placeOfFlags} from '../lib/tui/place.js'
import {firstState, MOST_RECORDS} from '../lib/tui/state.js'

/** Records to begin with. */
const FIRST_RECORDS = 2_000
/** Sixty of them are a quarter of an hour. */
const STRETCH_MS = 15_000

export default class Live extends Command {
  static override summary = 'Watch records, errors, services, patterns and alerts on one screen'
  static override description =
    'The stream that tail shows, with figures beside it: scroll back, filter, look at a record and at its trace, acknowledge alerts. ? shows the keys. With a file, or - for stdin, nothing has to be shipped.'
  static override examples = [
    '<%= config.bin %> live',
    "<%= config.bin %> live 'level>=warn' --since 15m",
    '<%= config.bin %> live --file app.log --file nginx.log',
    'kubectl logs -f deploy/shop | <%= config.bin %> live -',
  ]
  static override args = {query: argument({description: 'Only records that match, as in search; or - for stdin'})}
  static override flags = {
    ...filterFlags,
    since: timeFlags.since,
    timezone: timeFlags.timezone,
    lines: Flags.integer({
      char: 'n',
      description: `Records to begin with: the newest; ${FIRST_RECORDS} unless given, with --since and of files as many as are kept, ${MOST_RECORDS}`,
      min: 0,
      helpValue: 'N',
    }),
    by: Flags.string({description: 'Follow the bus, or the store', options: ['bus', 'store'], helpValue: 'WHAT'}),
    mouse: Flags.boolean({
      description:
        'The wheel scrolls, a click chooses a record; text is then selected with shift held, as terminals have it',
    }),
    file: listFlag({description: 'Watch these files instead; may be repeated, - is stdin', helpValue: 'FILE'}),
    ...pipelineFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Live)
    keepYoungGenerationSmall()
    growHeapSlowly()
    const files = args.query === '-' ? ['-', ...(flags.file ?? [])] : flags.file
    const context = await openContext(flags)
    needTerminal(context.screen.isTerminal, process.env)
    const filter = toFilter(args.query === '-' ? undefined : args.query, flags, new Date())
    const piped = files?.includes('-') ?? false
    const keys = keyboard(piped)
    const {showScreen} = await loadScreen(this.config.root)
    const wanted = flags.lines ?? (flags.since === undefined && !files ? FIRST_RECORDS : MOST_RECORDS)
    const last = Math.min(wanted, MOST_RECORDS)
    let session: LiveSession | undefined
    // What would be said on stderr is said on the screen.
    const say = (text: string) => session?.tell({kind: 'note', text})
    const talk = {...context.talk, note: say, warn: say, detail: () => {}}
    const by = flags.by as 'bus' | 'store' | undefined
    const choice = {by, files, timezone: flags.timezone, filter, wait: true, follow: true, fromEnd: last === 0}
    await using tailed = await openTailed({...context, talk}, choice)
    await using app = openApp(context.config, undefined, say)
    const {color} = context.screen
    const {topic, group} = context.config
    const signal = new AbortController()
    const history = join(context.config.dataDir, 'live-history.jsonl')
    const first = firstState({
      columns: process.stdout.columns || 80,
      rows: process.stdout.rows || 24,
      source: files ? files.join(', ') : (context.config.files.profile ?? 'local'),
      filter: {text: '', query: {kind: 'all'}},
      everyMs: STRETCH_MS,
      zone: toZone(flags.timezone),
      history: await readHistory(history),
      place: placeOfFlags(flags, files, args.query === '-' ? undefined : args.query),
    })
    const traceIn = async (id: string) => {
      const store = await app.store()
      return findTrace((request, stop) => store.search(request, stop), id, signal.signal)
    }
    session = new LiveSession(first, {
      events: tailRecords(tailed.arrivals, {last, follow: true, wait: !files}, signal.signal),
      arrivals: tailed.arrivals,
      ...(files
        ? {}
        : {alerts: app.alerts, store: app.store, pipeline: {bus: app.bus, topic, group}, findTrace: traceIn}),
      ask: files ? askRead(() => nowOf(session)) : askStored(app.store, filter.query),
      write: (text) => process.stdout.write(text),
      suspend,
      now: () => Date.now(),
      remember: (purpose, line) => keepLine(history, purpose, line),
    })
    const live = session
    const leave = () => live.leave()
    context.signal.addEventListener('abort', leave)
    live.ended.addEventListener('abort', () => signal.abort())
    const pen = {palette: paletteFor(color), ascii: context.screen.ascii ?? false}
    const {stdout} = process
    const show = () => showScreen(live, {stdin: keys, stdout, pen, now: () => Date.now()})
    try {
      await onOwnScreen({stdout, keys, mouse: flags.mouse, show, ...(piped ? {pipe: process.stdin} : {})}, live, () =>
        live.run(),
      )
    } finally {
      if (keys !== process.stdin) keys.destroy()
    }
  }
}

/** What has arrived, whatever is looked at. */
function nowOf(session: LiveSession | undefined) {
  const state = session?.state()
  return state?.aside?.live.all ?? state?.all
}
