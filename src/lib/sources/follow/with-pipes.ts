import {stat} from 'node:fs/promises'
import {resolve} from 'node:path'
import type {Readable} from 'node:stream'
import type {UnitBatch} from '../../units/unit-batch.js'
import type {Input} from '../input.js'
import {openSources, type Sources} from '../open-sources.js'
import {addCounters} from '../read-counters.js'
import {type Follow, type FollowOptions, openFollow} from './open-follow.js'

/** What of the arguments is read once, from wherever it stands: stdin, and pipes that are named. */
export async function pipesAmong(args: readonly string[], cwd: string): Promise<{pipes: Input[]; files: string[]}> {
  const pipes: Input[] = []
  const files: string[] = []
  for (const arg of new Set(args)) {
    const path = resolve(cwd, arg)
    const stats = arg === '-' ? undefined : await stat(path).catch(() => undefined)
    if (arg === '-') pipes.push({kind: 'stdin'})
    else if (stats && !stats.isFile() && !stats.isDirectory()) pipes.push({kind: 'pipe', path})
    else files.push(arg)
  }
  return {pipes, files}
}

export interface FollowedOptions extends Omit<FollowOptions, 'args'> {
  /** Files, patterns and folders; what is not there yet is waited for. */
  files: readonly string[]
  /** Read beside the files; where there are none, the following ends with the last of them. */
  pipes: readonly Input[]
  /** Fixes the id of the only pipe. */
  sourceId?: string
  stdin?: Readable
  random: () => number
}

/** Files that are followed, and pipes beside them. */
export function openFollowed(options: FollowedOptions): Follow {
  const {files, pipes} = options
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const follow = openFollow({...options, args: files, signal})
  if (pipes.length === 0) return follow
  const sources = openSources({...options, inputs: pipes, signal})
  const both = files.length === 0 ? sources : merged(follow, sources, () => stop.abort())
  // Its figures are asked for anew each time: spread, they would stay those of the beginning.
  return Object.assign(sumOf(follow, sources), {
    acknowledged: follow.acknowledged,
    close: follow.close,
    [Symbol.asyncIterator]: () => both[Symbol.asyncIterator](),
  })
}

/** Batches of both, as they come; ends when both have ended. @param stop makes them end, when nobody wants more */
async function* merged(
  one: AsyncIterable<UnitBatch>,
  other: AsyncIterable<UnitBatch>,
  stop: () => void,
): AsyncGenerator<UnitBatch, void> {
  const readers = [one, other].map((batches) => batches[Symbol.asyncIterator]())
  // Not a race of promises: the side that says nothing would hold all that the other brought.
  const came: Array<() => {reader: AsyncIterator<UnitBatch>; result: IteratorResult<UnitBatch>}> = []
  let wake = () => {}
  const ask = (reader: AsyncIterator<UnitBatch>) => {
    const tell = (answer: (typeof came)[number]) => {
      came.push(answer)
      wake()
    }
    reader.next().then(
      (result) => tell(() => ({reader, result})),
      (error) =>
        tell(() => {
          throw error
        }),
    )
  }
  for (const reader of readers) ask(reader)
  try {
    for (let open = readers.length; open > 0; ) {
      const answer = came.shift()
      if (!answer) {
        await new Promise<void>((done) => {
          wake = done
        })
        continue
      }
      const {reader, result} = answer()
      if (result.done) open--
      else {
        yield result.value
        ask(reader)
      }
    }
  } finally {
    stop()
    for (const reader of readers) await reader.return?.()
  }
}

/** Figures of both. */
function sumOf(one: Sources, other: Sources): Pick<Sources, 'problems' | 'results' | 'progress'> {
  return {
    get problems() {
      return [...one.problems, ...other.problems]
    },
    get results() {
      return [...one.results, ...other.results]
    },
    progress() {
      const [sum, more] = [one.progress(), other.progress()]
      addCounters(sum, more)
      const files = sum.files + more.files
      return {...sum, files, totalFiles: sum.totalFiles + more.totalFiles, totalBytes: undefined}
    },
  }
}
