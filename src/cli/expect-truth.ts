import {openApp} from '../lib/compose.js'
import {AT_LEAST_ONE} from '../lib/flows/expect/count-range.js'
import {expectRecords} from '../lib/flows/expect/expect-records.js'
import {
  type ExpectedCause,
  type ExpectedIncident,
  type ExpectedTrace,
  readTruthExpected,
} from '../lib/flows/expect/read-truth-expected.js'
import {storeEvidence} from '../lib/flows/expect/store-evidence.js'
import {recordsOf, TraceEvidence, tracesFilter} from '../lib/flows/expect/trace-evidence.js'
import {plural} from '../lib/output/numbers.js'
import type {QueryNode} from '../lib/query/query.js'
import {tokenize} from '../lib/query/tokenize.js'
import type {Context} from './context.js'
import {toMs} from './duration-flag.js'
import type {ExpectFlags} from './expect-flags.js'
import {type Expected, watchAll, watchOptions} from './expect-run.js'
import type {Filter} from './filter-flags.js'
import {UsageError} from './show-error.js'

/** Other ways to say what is expected, or of which records. */
const INSTEAD = ['service', 'level', 'min-level', 'trace-id', 'correlation-id', 'request-id', 'since', 'until'] as const

/** Watches for what a truth file tells: of each incident the record that caused it, and every request that it touched. */
export async function runTruth(
  context: Context,
  query: string | undefined,
  flags: ExpectFlags & {truth: string},
): Promise<Expected[]> {
  const {config, talk} = context
  const other = query === undefined ? INSTEAD.find((name) => flags[name] !== undefined) : 'QUERY'
  if (other !== undefined) {
    const name = other === 'QUERY' ? other : `--${other}`
    throw new UsageError(`--truth says itself what is expected, and takes no ${name}`, [`Leave ${name} out`])
  }
  const incidents = await readTruthExpected(flags.truth)
  await using app = openApp(config, talk.detail, talk.warn)
  const store = await app.store()
  const evidence = storeEvidence({store, bus: app.bus, topic: config.topic, group: config.group})
  const withinMs = flags.within === undefined ? 0 : toMs('--within', flags.within)
  const options = watchOptions(context, evidence, flags, incidents.length)
  const ofTraces = async (name: string, traces: ExpectedTrace[]): Promise<Expected> => {
    const count = {min: recordsOf(traces), max: Number.POSITIVE_INFINITY}
    const found = new TraceEvidence(store, traces, evidence)
    const expectation = {
      name: `${name}, ${plural(traces.length, 'trace')}`,
      filter: tracesFilter(traces),
      count,
      withinMs,
    }
    const outcome = await expectRecords(expectation, {...options, evidence: found})
    return {...outcome, ...(outcome.verdict === 'broken' ? {missing: found.missing} : {})}
  }
  const rows = await Promise.all(
    incidents.flatMap(({name, cause, traces}: ExpectedIncident): Array<Promise<Expected[]>> => {
      const causes = cause
        ? [{name: `${name}, what caused it`, filter: filterOf(cause), count: AT_LEAST_ONE, withinMs}]
        : []
      const written = traces.filter(({records}) => records === undefined || Object.keys(records).length > 0)
      return [
        ...(causes.length > 0 ? [watchAll(causes, evidence, options)] : []),
        ...(written.length > 0 ? [ofTraces(name, written).then((row) => [row])] : []),
      ]
    }),
  )
  return rows.flat()
}

/** The record of that moment, service and message. */
function filterOf({time, service, message}: ExpectedCause): Filter {
  const words = tokenize(message)
  const query: QueryNode = {
    kind: 'and',
    nodes: [
      {kind: 'field', field: {in: 'record', name: 'service'}, test: {kind: 'equals', value: service, quoted: true}},
      ...(words.length > 0 ? [{kind: 'phrase', words} as const] : []),
    ],
  }
  return {query, since: time, until: justAfter(time)}
}

/** A nanosecond later; times of a truth have at most six digits of a second. */
function justAfter(time: string): string {
  const [, whole, fraction = '', zone] = /^(.*?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(time) ?? []
  return whole === undefined ? time : `${whole}.${fraction.padEnd(8, '0').slice(0, 8)}1${zone}`
}
