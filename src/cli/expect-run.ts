import {join} from 'node:path'
import {openApp} from '../lib/compose.js'
import type {Evidence, Expectation, Outcome} from '../lib/flows/expect/expect-records.js'
import {expectRecords} from '../lib/flows/expect/expect-records.js'
import {FileEvidence} from '../lib/flows/expect/file-evidence.js'
import {type Nearest, nearestRecords} from '../lib/flows/expect/nearest.js'
import {storeEvidence} from '../lib/flows/expect/store-evidence.js'
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
  return await watch(context, expectations, evidence, flags)
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
  const rows = await watch(context, expectations, evidence, flags)
  const unread = [...problems, ...sources.problems]
  tellSkipped(context, unread)
  const failure = firstFailure(unread)
  // What could not be read might have turned the answer around.
  if (failure && rows.some(({verdict, expectation}) => verdict !== 'met' || expectation.count.min === 0)) throw failure
  return rows
}

async function watch(
  context: Context,
  expectations: Expectation[],
  evidence: Evidence,
  flags: ExpectFlags,
): Promise<Expected[]> {
  const {talk, signal} = context
  talk.detail(`watching for ${plural(expectations.length, 'expectation')}`)
  const say = nowAndThen(talk)
  const onWait = (behind: number) => say(() => `waiting: ${behind} not processed yet`)
  const options = {
    evidence,
    catchUpMs: toMs('--catch-up', flags['catch-up'] ?? CATCH_UP),
    now: () => performance.now(),
    pause: async (ms: number) => void (await pause(ms, signal)),
    signal,
    onWait,
  }
  return Promise.all(
    expectations.map(async (expectation) => {
      const outcome = await expectRecords(expectation, options)
      const tooFew = outcome.verdict === 'broken' && outcome.count < expectation.count.min
      const nearest = tooFew && !flags.file ? await nearestRecords(evidence, expectation.filter) : undefined
      return {...outcome, ...(nearest ? {nearest} : {})}
    }),
  )
}
