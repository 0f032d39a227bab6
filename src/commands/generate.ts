import {setTimeout as wait} from 'node:timers/promises'
import {Command, Flags} from '@oclif/core'
import {type Context, openContext} from '../cli/context.js'
import {globalFlags} from '../cli/global-flags.js'
import {UsageError} from '../cli/show-error.js'
import {showResult} from '../cli/show-result.js'
import {openTextFile} from '../lib/flows/text-file.js'
import {type Live, type Written, writeGenerated} from '../lib/flows/write-generated.js'
import type {GenerateOptions} from '../lib/generate/generate.js'
import {planRun} from '../lib/generate/plan-run.js'
import {parseServices, SERVICE_NAMES} from '../lib/generate/services.js'
import {parseSpan, parseTime} from '../lib/query/parse-time.js'

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
    '<%= config.bin %> generate --live --rate 20 --services gateway,payment',
  ]
  static override flags = {
    ...globalFlags,
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
    live: Flags.boolean({description: 'Real time; until Ctrl-C when neither --duration nor --count is given'}),
    to: Flags.string({description: 'stdout, or a file, which is replaced', default: 'stdout', helpValue: 'WHERE'}),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Generate)
    const now = Date.now()
    const options = planRun(
      {
        seed: flags.seed,
        start: flags.start === undefined ? undefined : Date.parse(parseTime(flags.start, new Date(now))),
        duration: flags.duration === undefined ? undefined : spanOf(flags.duration),
        rate: numberOf('rate', flags.rate),
        count: numberOf('count', flags.count),
        services: flags.services === undefined ? undefined : parseServices(flags.services),
        format: flags.format as 'json' | 'mixed',
        live: flags.live,
      },
      now,
    )
    const context = await openContext(flags)
    const live = flags.live ? liveFrom(options.start, now, context) : undefined
    const began = performance.now()
    if (flags.to === 'stdout') {
      if (live) context.watchOutput()
      const written = await writeGenerated(options, context.out, {live})
      await context.out.end()
      context.talk.note(told(written, options, performance.now() - began))
      return
    }
    const file = await openTextFile(flags.to)
    try {
      const written = await writeGenerated(options, file, {live})
      await file.close()
      const {seed, rate} = options
      const result = {...written, to: flags.to, seed, rate, start: new Date(options.start).toISOString()}
      await showResult(context, result, () => `${flags.to}  ${told(written, options, performance.now() - began)}\n`)
    } finally {
      await file.close()
    }
  }
}

/** Paces lines by the clock; where another start was asked for, as far from it as it is from now. */
function liveFrom(start: number, now: number, context: Context): Live {
  const ahead = start - now
  const sleep = (ms: number, signal?: AbortSignal) => wait(ms, undefined, {signal}).catch(() => {})
  return {clock: {now: () => Date.now() + ahead, sleep}, signal: context.signal}
}

function told({lines, bytes}: Written, {seed, start, rate}: GenerateOptions, ms: number): string {
  const seconds = Math.max(ms, 1) / 1000
  const from = new Date(start).toISOString()
  const to = new Date(start + (lines / rate) * 1000).toISOString()
  const parts = [
    `${grouped(lines)} lines`,
    `${(bytes / 1e6).toFixed(1)} MB`,
    `${from} to ${to}`,
    `seed ${seed}`,
    `${seconds.toFixed(1)} s`,
    `${grouped(lines / seconds)} lines/s`,
  ]
  return parts.join('   ')
}

function grouped(n: number): string {
  return Math.round(n).toLocaleString('en-US')
}

/** A bare number is seconds. */
function spanOf(text: string): number {
  const span = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseSpan(text)
  if (span === undefined)
    throw new UsageError(`--duration ${text} is no length of time`, ['Write 60, 90s, 15m or 1h30m'])
  return span
}

function numberOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const plain = text.replaceAll(/[_,](?=\d{3})/g, '')
  if (!/^\d+(\.\d+)?$/.test(plain)) throw new UsageError(`--${flag} ${text} is no number`, ['Write it as 1000 or 2.5'])
  return Number(plain)
}
