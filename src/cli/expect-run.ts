import {join} from 'node:path'
import {openApp} from '../lib/compose.js'
import type {Evidence, Expectation, ExpectOptions, Outcome} from '../lib/flows/expect/expect-records.js'
import {expectRecords} from '../lib/flows/expect/expect-records.js'
import {FileEvidence} from '../lib/flows/expect/file-evidence.js'
import {type Nearest, nearestRecords} from '../lib/flows/expect/nearest.js'
import {storeEvidence} from '../lib/flows/expect/store-evidence.js'
import type {MissingRecords} from '../lib/flows/expect/trace-evidence.js'
import {readMark, sinceMark} from '../lib/flows/marks.js'
import {pause} from '../lib/flows/patience.js'
import {plural} from '../lib/output/numbers.js'
import type {QueryNode} from '../lib/query/query.js'
import {firstFailure} from '../lib/sources/input.js'
import type {Context} from './context.js'
import {toMs} from './duration-flag.js'
import type {ExpectFlags, Planned} from './expect-flags.js'
import {nowAndThen} from './now-and-then.js'
import {openInputs, tellSkipped} from './open-inputs.js'

const CATCH_UP = '30s'

export interface Expected extends Outcome {
  nearest?: Nearest
  /** Of the traces of a truth: what is not there. */
  missing?: MissingRecords[]
}

/** Watches for all of them at once. */
export async function runExpectations(context: Context, plan: Planned[], flags: ExpectFlags): Promise<Expected[]> {
  return flags.file ? ofFiles(context, plan, flags, flags.file) : ofStore(context, plan, flags)
}

async function ofStore(context: Context, plan: Planned[], flags: ExpectFlags): Promise<Expected[]> {
  const {config, talk} = context
  await using app = openApp(config, talk.detail, talk.warn)
  const evidence = storeEvidence({store: await app.store(), bus: app.bus, topic: config.topic, group: config.group})
  const expectations: Expectation[] = []
  for (const {sinceMark: name, withinMs = 0, ...one} of plan) {
    const {filter} = one
    const after = name && (await sinceMark(await app.bus(), await readMark(join(config.dataDir, 'marks'), name)))
    const query: QueryNode = after ? {kind: 'and', nodes: [filter.query, after]} : filter.query
    expectations.push({...one, withinMs, filter: {...filter, query}})
  }
  return await watchAll(expectations, evidence, watchOptions(context, evidence, flags, plan.length))
}

async function ofFiles(context: Context, plan: Planned[], flags: ExpectFlags, files: string[]): Promise<Expected[]> {
  const {sources, problems} = await openInputs(context, files, {timezone: flags.timezone})
  const expectations = plan.map(({withinMs = Number.POSITIVE_INFINITY, ...one}) => ({...one, withinMs}))
  const evidence = new FileEvidence({
    batches: sources,
    filters: expectations.map(({filter}) => filter),
    bytes: () => sources.progress().bytes,
    onlyPipeLeft: () => sources.progress().lastIsPipe,
    now: () => performance.now(),
  })
  const rows = await watchAll(expectations, evidence, watchOptions(context, evidence, flags, plan.length), {
    nearest: false,
  })
  const unread = [...problems, ...sources.problems]
  tellSkipped(context, unread)
  const failure = firstFailure(unread)
  // What could not be read might have turned the answer around.
  if (failure && rows.some(({verdict, expectation}) => verdict !== 'met' || expectation.count.min === 0)) throw failure
  return rows
}

/** How expectations are watched for: until when, and what is told meanwhile. */
export function watchOptions(
  {talk, signal}: Context,
  evidence: Evidence,
  flags: Pick<ExpectFlags, 'catch-up'>,
  expectations: number,
): ExpectOptions {
  talk.detail(`watching for ${plural(expectations, 'expectation')}`)
  const say = nowAndThen(talk)
  return {
    evidence,
    catchUpMs: toMs('--catch-up', flags['catch-up'] ?? CATCH_UP),
    now: () => performance.now(),
    pause: async (ms: number) => void (await pause(ms, signal)),
    signal,
    onWait: (behind: number) => say(() => `waiting: ${behind} not processed yet`),
  }
}

/** Each by itself, and all at once. `nearest`: look for what comes nearest to what did not come. */
export async function watchAll(
  expectations: Expectation[],
  evidence: Evidence,
  options: ExpectOptions,
  {nearest = true} = {},
): Promise<Expected[]> {
  return Promise.all(
    expectations.map(async (expectation) => {
      const outcome = await expectRecords(expectation, options)
      const tooFew = outcome.verdict === 'broken' && outcome.count < expectation.count.min
      const found = tooFew && nearest ? await nearestRecords(evidence, expectation.filter) : undefined
      return {...outcome, ...(found ? {nearest: found} : {})}
    }),
  )
}
