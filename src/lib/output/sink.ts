import type {Writable} from 'node:stream'
import {LogflowError, OutputClosed} from '../errors/logflow-error.js'

/** Text on its way out, gathered into few writes. */
export interface Sink {
  /** Takes whole lines. Returns a promise only when the reader is slow: await it before going on. */
  write(text: string): void | Promise<void>
  /** Hands everything gathered to the stream now. */
  flush(): void | Promise<void>
  /** Flushes and waits until the stream has passed it on. */
  end(): Promise<void>
}

/** Gathered text is handed on at this many characters. */
const CHUNK = 64 * 1024

/**
 * Both writing and flushing throw OutputClosed once the stream's reader has gone. Only one sink may be open on
 * a stream.
 */
export function openSink(stream: Writable): Sink {
  let gathered = ''
  let failure: Error | undefined
  stream.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= asFailure(error)
  })

  const flush = (): void | Promise<void> => {
    if (failure) throw failure
    if (gathered === '') return
    const text = gathered
    gathered = ''
    if (stream.destroyed || stream.writableEnded) throw new OutputClosed('the output is closed')
    if (!accepts(text)) return drained()
  }

  // A stdout that is a file writes at once, and throws instead of telling later.
  const accepts = (text: string): boolean => {
    try {
      return stream.write(text)
    } catch (error) {
      failure = asFailure(error as NodeJS.ErrnoException)
      throw failure
    }
  }

  const drained = () =>
    new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        for (const event of ['drain', 'close', 'error']) stream.off(event, settle)
        if (failure) reject(failure)
        else if (stream.destroyed) reject(new OutputClosed('the output is closed'))
        else resolve()
      }
      for (const event of ['drain', 'close', 'error']) stream.on(event, settle)
    })

  return {
    write(text) {
      gathered += text
      if (gathered.length >= CHUNK) return flush()
    },
    flush,
    async end() {
      await flush()
      if (stream.writableLength > 0) await drained()
      // The error of the last write arrives a turn later.
      await new Promise<void>((resolve) => setImmediate(resolve))
      if (failure) throw failure
    },
  }
}

function asFailure(error: NodeJS.ErrnoException): Error {
  switch (error.code) {
    case 'EPIPE':
    case 'ERR_STREAM_DESTROYED':
    case 'EOF':
      return new OutputClosed('the reader of the output has gone')
    case 'ENOSPC':
    case 'EDQUOT':
      return new LogflowError('DISK_FULL', 'cannot write the output: the disk is full', {cause: error})
    default:
      return error
  }
}
