import {setMaxListeners} from 'node:events'
import {Readable} from 'node:stream'
import type {FastifyReply, FastifyRequest} from 'fastify'
import {LogflowError} from '../errors/logflow-error.js'
import {ALIVE_MS, NDJSON} from '../remote/protocol.js'
import type {ApiParts} from './api.js'
import {problemOf} from './hooks/problems.js'
import {admitStream} from './open-streams.js'

/** What fails within this time of the beginning is answered with its own status, and not within the stream. */
const FIRST_MS = 2_000
/** Written ahead of a reader who is slow. */
const AHEAD_BYTES = 1 << 16

/** Aborts when the client goes away, has been answered without us, or the server is asked to end. */
export function endOf(reply: FastifyReply, {signal}: Pick<ApiParts, 'signal'>): AbortSignal {
  const over = new AbortController()
  const end = () => over.abort()
  // Not AbortSignal.any: what it makes would live as long as the server does.
  setMaxListeners(0, signal)
  signal.addEventListener('abort', end)
  reply.raw.once('close', () => {
    signal.removeEventListener('abort', end)
    end()
  })
  if (signal.aborted || reply.raw.destroyed) end()
  return over.signal
}

/** Work for one answer, which ends with whoever asked: what it has by then is no answer. */
export async function answerWhole<T>(
  parts: ApiParts,
  reply: FastifyReply,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = endOf(reply, parts)
  const answer = await work(signal)
  if (!signal.aborted) return answer
  throw ending(parts) ?? new DOMException('nobody waits for the answer', 'AbortError')
}

/** How the parts of a stream are written. */
export interface Framing<T> {
  type: string
  /** Before the first item. */
  begin?: string
  item(item: T): string
  /** While nothing else happens. */
  alive: string
  /** Behind the last item, where all were given. */
  end: string
  problem(body: object): string
}

/** One JSON object a line; the last says that it is the last, or what went wrong. */
export const LINES: Framing<object> = {
  type: NDJSON,
  item: (line) => `${JSON.stringify(line)}\n`,
  alive: '{"alive":true}\n',
  end: '{"end":true}\n',
  problem: (problem) => `${JSON.stringify({problem})}\n`,
}

/**
 * Answers with a stream. Items are asked for only as fast as they are taken; `open` gets a signal that aborts when nobody
 * reads any more, or the server ends. What fails before the first item is thrown, and THROTTLED where too many are open.
 */
export async function sendStream<T>(
  parts: ApiParts,
  request: FastifyRequest,
  reply: FastifyReply,
  open: (signal: AbortSignal) => AsyncIterable<T>,
  framing: Framing<T>,
): Promise<FastifyReply> {
  admitStream(parts, reply, request.context.caller)
  const signal = endOf(reply, parts)
  const items = open(signal)[Symbol.asyncIterator]()
  const first = items.next()
  // What is waited for no longer must not end the process.
  first.catch(() => undefined)
  const {begin, alive} = framing
  // Something goes out at once, so that everyone knows that the answer has begun.
  const opening = (await soon(first, FIRST_MS)) ? begin : (begin ?? alive)
  const text = written({
    opening,
    items,
    first,
    framing,
    ended: () => ending(parts),
    failed: (error) => told(parts, request, error),
  })
  return reply.type(framing.type).header('cache-control', 'no-store').send(toReadable(text))
}

function toReadable(text: AsyncGenerator<string>): Readable {
  return Readable.from(text, {objectMode: false, highWaterMark: AHEAD_BYTES})
}

interface Writing<T> {
  opening: string | undefined
  items: AsyncIterator<T>
  first: Promise<IteratorResult<T>>
  framing: Framing<T>
  /** Why the items may have ended early; absent where they have not. */
  ended(): LogflowError | undefined
  failed(error: unknown): object
}

async function* written<T>({opening, items, first, framing, ended, failed}: Writing<T>): AsyncGenerator<string> {
  try {
    if (opening) yield opening
    for (let next = first; ; next = items.next()) {
      while (!(await soon(next, ALIVE_MS))) yield framing.alive
      const {value, done} = await next
      if (done) break
      yield framing.item(value)
    }
    const early = ended()
    yield early ? framing.problem(failed(early)) : framing.end
  } catch (error) {
    yield framing.problem(failed(ended() ?? error))
  } finally {
    await items.return?.()
  }
}

/** False where the time is over first. Rejects as the promise does. */
async function soon(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false)
  })
  try {
    return await Promise.race([promise.then(() => true), over])
  } finally {
    clearTimeout(timer)
  }
}

function ending({signal}: ApiParts): LogflowError | undefined {
  return signal.aborted ? new LogflowError('SERVER_UNREACHABLE', 'the server is ending', {retriable: true}) : undefined
}

/** What the reader is told; our own log is told of what is ours. */
function told({signals, signal}: ApiParts, request: FastifyRequest, error: unknown): object {
  const {requestId, caller} = request.context
  const {status, body} = problemOf(error, requestId)
  // That the server ends is no failure of each stream.
  if (status >= 500 && status !== 501 && !signal.aborted)
    signals.log.error('stream_failed', error, {
      operation_id: requestId,
      subject_id: caller.subject,
      endpoint: request.routeOptions.url ?? 'unmatched',
    })
  const retriable = error instanceof LogflowError && error.retriable
  return {...body, ...(retriable ? {retriable} : {})}
}
