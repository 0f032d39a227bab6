import {Command, Flags} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {deliveryOf, durationOf, numberOf, readSpan} from '../cli/generate-numbers.js'
import {globalFlags, listFlag} from '../cli/global-flags.js'
import {pipelineFlags} from '../cli/pipeline-flags.js'
import {liveFrom, sendGenerated} from '../cli/send-generated.js'
import {UsageError} from '../cli/show-error.js'
import {showResult} from '../cli/show-result.js'
import {emptyReport} from '../lib/flows/process-units.js'
import {outcomeError} from '../lib/flows/run-outcome.js'
import {openTruthFile} from '../lib/flows/truth-file.js'
import {planRun} from '../lib/generate/plan-run.js'
import {parseServices, SERVICE_NAMES} from '../lib/generate/services.js'
import {generateSummary} from '../lib/output/generate-summary.js'
import {parseTime} from '../lib/query/parse-time.js'

export default class Generate extends Command {
  static override summary = 'Make up the logs of a shop: services that call each other, with one trace id a request'
  // One paragraph: of several, help would show the last.
  static override description = [
    `Requests travel through ${SERVICE_NAMES.join(', ')}. Every line of a request carries its trace, span, parent`,
    'span, correlation and request id; declined cards, timeouts and exhausted pools show in every service they reach.',
    'All lines are made at once, with times that end now, so that search --since finds them; with --live they come in',
    'real time. The same --seed and --start (and rate, count, services, format) give the same bytes on every system.',
  ].join(' ')
  static override examples = [
    '<%= config.bin %> generate --duration 60 --rate 100 --to shop.log',
    '<%= config.bin %> generate --count 1000000 --seed 7 --start 2026-01-01T00:00:00Z > shop.log',
    '<%= config.bin %> generate --duration 10m --to bus',
    '<%= config.bin %> generate --count 10000 --to shop.log --truth spans.jsonl',
    '<%= config.bin %> generate --duration 30m --scenario slow-db@5m+10m --scenario brute-force@20m --truth truth.jsonl --to bus',
    '<%= config.bin %> generate --live --rate 20 --services gateway,payment',
  ]
  static override flags = {
    duration: Flags.string({
      description: 'Time the logs span: 60 (seconds), 15m, 2h; 60 s unless --count says else',
      helpValue: 'SPAN',
    }),
    rate: Flags.string({description: 'Lines a second of that time, 100 unless given', helpValue: 'N'}),
    count: Flags.string({description: 'Exactly so many lines; with --duration the rate follows', helpValue: 'N'}),
    seed: Flags.string({description: 'Any word or number; another one each time unless given', helpValue: 'SEED'}),
    start: Flags.string({description: 'Time of the first line; unless given, the last one is now', helpValue: 'TIME'}),
    services: Flags.string({description: 'Only these write: names with commas, or the first N', helpValue: 'NAMES'}),
    format: Flags.string({
      description: 'json, or mixed: a format of its own for each service',
      options: ['json', 'mixed'],
      default: 'json',
    }),
    scenario: listFlag({
      description:
        'Let something go wrong: NAME, NAME@5m (after 5 minutes) or NAME@5m+10m (for 10); several may overlap',
      helpValue: 'NAME',
    }),
    shape: Flags.string({
      description: 'flat: as many lines at every hour; daily: as a shop is visited, most in the evening (UTC)',
      options: ['flat', 'daily'],
      default: 'flat',
    }),
    late: Flags.string({description: 'Write a part of the lines late: 5%:30s, up to 30 s', helpValue: 'PART:SPAN'}),
    doubled: Flags.string({description: 'Write a part of the lines twice: 1%', helpValue: 'PART'}),
    live: Flags.boolean({description: 'Real time; until Ctrl-C when neither --duration nor --count is given'}),
    to: Flags.string({description: 'stdout, bus, or a file, which is replaced', default: 'stdout', helpValue: 'WHERE'}),
    truth: Flags.string({
      description:
        'Also write what really happened: JSON lines of every span (its ids, parent and service) and of every incident',
      helpValue: 'FILE',
    }),
    'no-process': Flags.boolean({description: 'With --to bus: leave the storing to a running process command'}),
    ...pipelineFlags,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Generate)
    const now = Date.now()
    const options = planRun(
      {
        seed: flags.seed,
        start: flags.start === undefined ? undefined : Date.parse(parseTime(flags.start, new Date(now))),
        duration: flags.duration === undefined ? undefined : durationOf(flags.duration),
        rate: numberOf('rate', flags.rate),
        count: numberOf('count', flags.count),
        services: flags.services === undefined ? undefined : parseServices(flags.services),
        format: flags.format as 'json' | 'mixed',
        live: flags.live,
        incidents: flags.scenario ?? [],
        shape: flags.shape as 'flat' | 'daily',
        delivery: deliveryOf(flags.late, flags.doubled),
      },
      now,
      readSpan,
    )
    const context = await openContext(flags)
    const live = flags.live ? liveFrom(options.start, now, context) : undefined
    const began = performance.now()
    if (flags.truth !== undefined && flags.truth === flags.to)
      throw new UsageError(`--truth and --to name the same file`, ['Write them to two files'])
    const truth = flags.truth === undefined ? undefined : await openTruthFile(flags.truth)
    const {lines, bytes, ...more} = await sendGenerated(flags.to, {
      options,
      live,
      context,
      process: !flags['no-process'],
      told: truth?.told,
    }).finally(() => truth?.close())
    const ms = performance.now() - began
    const {seed, rate, start} = options
    const summary = generateSummary({lines, bytes, seed, start, end: start + (lines / rate) * 1000}, ms)
    context.talk.note(summary)
    if (flags.to !== 'stdout' && (context.format === 'json' || context.format === 'jsonl')) {
      const result = {lines, bytes, ...more, to: flags.to, seed, rate, start: new Date(start).toISOString()}
      await showResult(context, result, () => '')
    }
    const error = outcomeError({...emptyReport(), ...more}, context.config.topic)
    if (error) throw error
  }
}
