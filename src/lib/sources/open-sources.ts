import type {BigIntStats} from 'node:fs'
import type {Readable} from 'node:stream'
import {LogflowError} from '../errors/logflow-error.js'
import {LineJoiner} from '../parse/multiline.js'
import type {Envelope} from '../units/envelope.js'
import type {UnitBatch} from '../units/unit-batch.js'
import {cutKeeper} from './cut-keeper.js'
import {type Input, inputName, type Problem} from './input.js'
import {type Compression, whyBinary} from './inspect-head.js'
import {type OpenInput, openInput} from './open-input.js'
import {skipped, toProblem} from './problem.js'
import {newCounters, type ReadCounters} from './read-counters.js'
import {readUnits} from './read-units.js'
import type {ArrivalMark} from './source-arrivals.js'
import {deriveSourceId, randomSourceId} from './source-id.js'
import type {SourceFacts} from './source-rows.js'
import type {KnownSource, SourceTable} from './source-table.js'

export interface OpenSourcesOptions {
  /** Read one after the other, as `resolveInputs` found them. */
  inputs: readonly Input[]
  /** What every unit's envelope says besides its source, file and arrival. */
  envelope: Omit<Envelope, 'source' | 'file' | 'observed' | 'dead'>
  /** Knows files and arrivals again. Without it ids are derived, and a file's bytes arrived when it was last changed. */
  table?: SourceTable
  /** Fixes the id of the only input. */
  sourceId?: string
  /** `off`: each line is a unit. `auto` unless said. */
  multiline?: 'auto' | 'off'
  /** Reads what does not look like text, too. */
  force?: boolean
  stdin?: Readable
  now: () => Date
  /** Numbers in [0, 1), for ids of pipes. */
  random: () => number
  /** Ends the reading: of files at once, of pipes with what has come from them. */
  signal?: AbortSignal
}

/** Batches of all inputs, in order; read once. Throws only where the source table fails: then nothing is certain. */
export interface Sources extends AsyncIterable<UnitBatch> {
  /** What could not be read, so far. */
  readonly problems: readonly Problem[]
  /** Inputs read so far, in order, each once its last batch was handed out. */
  readonly results: readonly SourceResult[]
  progress(): SourceProgress
}

export interface SourceResult {
  /** `stdin` for stdin. */
  path: string
  source: string
  compression?: Compression
  /** Offset of the first unit, and one past the last unit's span; both absent where there were none. */
  firstOffset?: number
  endOffset?: number
  /** `lines + pieces = units + joined + blank`, as of ReadCounters, where it was read to its end. */
  units: number
  lines: number
  blank: number
  joined: number
  pieces: number
  /** Bytes taken from the file, compressed where it is. */
  bytes: number
}

export interface SourceProgress extends ReadCounters {
  /** Of all files, compressed where they are; absent when a pipe is among them. */
  totalBytes?: number
  /** Inputs done, and all of them. */
  files: number
  totalFiles: number
  currentFile?: string
  /** Nothing is left but the pipe that is being read, which may go on for ever. */
  lastIsPipe: boolean
}

const NOTHING_READ = {units: 0, lines: 0, blank: 0, joined: 0, pieces: 0, bytes: 0}
const COUNTED = Object.keys(NOTHING_READ) as Array<keyof typeof NOTHING_READ>

/** Reads inputs into batches. Throws USAGE for one source id over several inputs, whose offsets would collide. */
export function openSources(options: OpenSourcesOptions): Sources {
  if (options.sourceId !== undefined) checkSourceId(options.sourceId, options.inputs.length)
  const state: State = {
    options,
    counters: newCounters(),
    problems: [],
    results: [],
    totalBytes: options.inputs.reduce((sum, input) => sum + (input.kind === 'file' ? input.size : Number.NaN), 0),
    done: 0,
  }
  return {
    problems: state.problems,
    results: state.results,
    progress: () => ({
      ...state.counters,
      totalBytes: Number.isNaN(state.totalBytes) ? undefined : state.totalBytes,
      files: state.done,
      totalFiles: options.inputs.length,
      currentFile: state.current,
      lastIsPipe: state.done === options.inputs.length - 1 && options.inputs.at(-1)?.kind !== 'file',
    }),
    [Symbol.asyncIterator]: () => readAll(state),
  }
}

interface State {
  options: OpenSourcesOptions
  counters: ReadCounters
  problems: Problem[]
  results: SourceResult[]
  totalBytes: number
  done: number
  current?: string
}

function checkSourceId(id: string, inputs: number): void {
  if (inputs > 1) {
    throw new LogflowError('USAGE', `--source-id ${id} names one input, but there are ${inputs}`, {
      suggestions: ['Ship them one by one, each with an id of its own', 'Leave --source-id out: files keep their ids'],
    })
  }
  if (!/^[\w.:/][\w.:/-]{0,126}[\w.:/]$|^[\w.:/]$/.test(id)) {
    throw new LogflowError(
      'USAGE',
      `--source-id ${JSON.stringify(id)} is no id: up to 128 of A-Z a-z 0-9 _ . : / -, no - at its ends`,
    )
  }
}

async function* readAll(state: State): AsyncGenerator<UnitBatch, void, undefined> {
  const {inputs, signal} = state.options
  for (const input of inputs) {
    if (signal?.aborted) break
    state.current = inputName(input)
    const before = state.counters.bytes
    yield* readInput(state, input)
    // What was skipped, grew or shrank is left to go no longer.
    if (input.kind === 'file') state.totalBytes += state.counters.bytes - before - input.size
    state.done++
  }
  state.current = undefined
}

async function* readInput(state: State, input: Input): AsyncGenerator<UnitBatch, void, undefined> {
  const path = inputName(input)
  let opened: OpenInput
  try {
    opened = await openInput(input, state.options)
  } catch (error) {
    state.problems.push(toProblem(path, error))
    return
  }
  const skip = state.options.force || !(opened.compression || opened.live) ? undefined : whyBinary(opened.head)
  if (skip) state.problems.push(skipped(path, skip))
  if (skip || (opened.stat && opened.size === 0)) {
    await opened.bytes.close()
    return
  }
  let known: Known
  try {
    known = await identify(state.options, path, opened)
  } catch (error) {
    await opened.bytes.close()
    throw error
  }
  yield* readOpened(state, input, opened, known)
}

async function* readOpened(
  state: State,
  input: Input,
  opened: OpenInput,
  known: Known,
): AsyncGenerator<UnitBatch, void> {
  const {options, counters} = state
  const path = inputName(input)
  const before = {...counters}
  const result: SourceResult = {path, source: known.id, ...NOTHING_READ}
  if (opened.compression) result.compression = opened.compression
  const envelopeAt = (observed: string): Envelope => ({
    ...options.envelope,
    source: known.id,
    file: input.kind === 'file' ? input.path : undefined,
    observed,
  })
  const clock = arrivalClock(options, known)
  const batches = readUnits(opened.bytes, {
    path,
    envelopes: known.arrivals.map(({upTo, observed}) => ({upTo, envelope: envelopeAt(observed)})),
    counters,
    onProblem: (problem) => state.problems.push(problem),
    joiner: options.multiline === 'off' ? undefined : new LineJoiner(),
    startOffset: opened.firstOffset,
    sizeHint: opened.size,
    live: opened.live,
    silentFrom: known.arrivals.at(-2)?.upTo,
    onArrival: opened.live
      ? (offset) => clock.arrive(offset).then((at) => (at === undefined ? undefined : envelopeAt(at)))
      : undefined,
    ...(known.tabled && options.table ? cutKeeper(options.table, known) : {}),
    signal: options.signal,
  })
  try {
    for await (const batch of batches) {
      const last = batch.count - 1
      result.firstOffset ??= batch.offsets[0]
      result.endOffset = (batch.offsets[last] as number) + (batch.spans[last] as number)
      yield batch
    }
  } finally {
    for (const key of COUNTED) result[key] = counters[key] - before[key]
    state.results.push(result)
    const openEnded = known.tabled && opened.size === Number.POSITIVE_INFINITY
    if (openEnded) await options.table?.markEnd(known.id, result.endOffset ?? 0, clock.latest())
  }
}

interface Known extends KnownSource {
  /** The table keeps its arrivals. */
  tabled: boolean
  openedAt: string
}

async function identify(options: OpenSourcesOptions, path: string, opened: OpenInput): Promise<Known> {
  const {table, sourceId, envelope} = options
  const {stat, head, size} = opened
  const openedAt = options.now().toISOString()
  const arrivals = (observed: string) => [{upTo: size, observed}]
  if (!stat && sourceId === undefined) {
    return {id: randomSourceId(options.random), arrivals: arrivals(openedAt), cuts: [], tabled: false, openedAt}
  }
  const facts = factsOf(opened, path, envelope.host)
  // Nothing inside yet, nothing to know again.
  if (table && head.length > 0) return {...(await table.identify(facts, openedAt, sourceId)), tabled: true, openedAt}
  const id = sourceId ?? deriveSourceId(facts)
  return {id, arrivals: arrivals(stat ? stat.mtime.toISOString() : openedAt), cuts: [], tabled: false, openedAt}
}

/** What the source table needs to know a file again. */
export function factsOf({stat, head, size, readAt}: OpenInput, path: string, host: string): SourceFacts {
  const device = `${stat?.dev ?? ''}`
  return {host, path, device, inode: `${stat?.ino ?? ''}`, born: stat ? bornOf(stat) : '', head, size, readAt}
}

/** Systems that do not keep it give the time of the last change, or none. */
export function bornOf({birthtimeNs, ctimeNs}: BigIntStats): string {
  return birthtimeNs > 0n && birthtimeNs !== ctimeNs ? `${birthtimeNs}` : ''
}

/** Least time between two arrivals told apart on one pipe. */
const ARRIVAL_STEP_MS = 1_000

/** Tells when bytes of a pipe came; keeps it, before they are handed out, where the pipe has an id to know it by. */
function arrivalClock({table, now}: OpenSourcesOptions, known: Known) {
  let observed = (known.arrivals.at(-1) as ArrivalMark).observed
  let since = Date.parse(observed)
  // What an earlier run has marked keeps its mark, to the end where that run did not come to it.
  const marked = observed === known.openedAt ? (known.arrivals.at(-2)?.upTo ?? 0) : Number.POSITIVE_INFINITY
  return {
    latest: () => observed,
    /** When the bytes from `offset` on came, where that is another time than that of the bytes before. */
    async arrive(offset: number): Promise<string | undefined> {
      const time = now()
      if (offset <= marked || time.getTime() - since < ARRIVAL_STEP_MS) return undefined
      const next = time.toISOString()
      if (known.tabled) await table?.markNext(known.id, offset, observed, next)
      since = time.getTime()
      observed = next
      return next
    },
  }
}
