import type {Question} from '../../metrics/question.js'
import type {QueryNode} from '../../query/query.js'
import type {RecordFilter} from '../../query/record-filter.js'
import {everyAnswer} from '../../store/answers.js'
import type {Store} from '../../store/store.js'
import type {Evidence} from './expect-records.js'
import type {ExpectedTrace} from './read-truth-expected.js'

/** Records of a trace that are not there. */
export interface MissingRecords {
  trace_id: string
  /** Absent where any service would do. */
  service?: string
  expected: number
  found: number
}

/** Traces of one question, and questions asked at a time: as many groups as stores tell in one answer. */
const TRACES = 40
const QUESTIONS = 25

/** Records that must be there for all traces to be whole. */
export function recordsOf(traces: readonly ExpectedTrace[]): number {
  return traces.reduce((sum, trace) => sum + partsOf(trace).reduce((all, {expected}) => all + expected, 0), 0)
}

/**
 * What is there of traces: `count` is the number of their records, each service's of a trace at most as many as are
 * expected, so that what one has too many never stands for what another lacks. A record that names no service (a line of
 * text in a file of many) stands for whichever is missing.
 */
export class TraceEvidence implements Evidence {
  missing: MissingRecords[] = []

  constructor(
    private readonly store: Pick<Store, 'aggregateEach'>,
    private readonly traces: readonly ExpectedTrace[],
    private readonly behind: Pick<Evidence, 'horizon'>,
  ) {}

  horizon(): ReturnType<Evidence['horizon']> {
    return this.behind.horizon()
  }

  async count(): Promise<number> {
    const found = await this.found()
    this.missing = this.traces.flatMap((trace) => missingOf(trace, found.get(trace.id) ?? new Map()))
    return this.missing.reduce((sum, part) => sum - part.expected + part.found, recordsOf(this.traces))
  }

  /** They are as many as they should be, or not there. */
  async show(): Promise<[]> {
    return []
  }

  private async found(): Promise<Map<string, Found>> {
    const found = new Map<string, Found>()
    const questions = inParts(this.traces, TRACES).map(
      (some): Question => ({query: anyOf(some), groups: ['trace_id', 'service']}),
    )
    for (const some of inParts(questions, QUESTIONS)) {
      for (const groups of everyAnswer(await this.store.aggregateEach(some))) {
        for (const {values: [id, service] = [], count} of groups) {
          if (typeof id !== 'string') continue
          const ofTrace: Found = found.get(id) ?? new Map()
          found.set(id, ofTrace.set(service ?? null, count))
        }
      }
    }
    return found
  }
}

/** A filter that takes all records of the traces. */
export function tracesFilter(traces: readonly ExpectedTrace[]): RecordFilter {
  return {query: anyOf(traces)}
}

function partsOf({id, records}: ExpectedTrace): Array<Omit<MissingRecords, 'found'>> {
  if (records === undefined) return [{trace_id: id, expected: 1}]
  return Object.entries(records).map(([service, expected]) => ({trace_id: id, service, expected}))
}

/** Records of a trace by service; null for those that name none. */
type Found = Map<string | null, number>

function missingOf(trace: ExpectedTrace, found: Found): MissingRecords[] {
  if (trace.records === undefined) return found.size > 0 ? [] : [{trace_id: trace.id, expected: 1, found: 0}]
  let nameless = found.get(null) ?? 0
  return partsOf(trace).flatMap((part) => {
    const named = Math.min(part.expected, found.get(part.service ?? null) ?? 0)
    const filled = Math.min(part.expected - named, nameless)
    nameless -= filled
    return named + filled < part.expected ? [{...part, found: named + filled}] : []
  })
}

function anyOf(traces: readonly ExpectedTrace[]): QueryNode {
  const nodes = traces.map(({id}): QueryNode => {
    return {kind: 'field', field: {in: 'record', name: 'trace_id'}, test: {kind: 'equals', value: id, quoted: true}}
  })
  return {kind: 'or', nodes}
}

function inParts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({length: Math.ceil(all.length / size)}, (_, index) => all.slice(index * size, (index + 1) * size))
}
