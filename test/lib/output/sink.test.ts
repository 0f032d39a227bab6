import {Writable} from 'node:stream'
import {expect, test} from 'vitest'
import {OutputClosed} from '../../../src/lib/errors/logflow-error.js'
import {openSink} from '../../../src/lib/output/sink.js'

/** A stream that keeps its writes; `fail` is the error each write ends with. */
function collector(options: {fail?: NodeJS.ErrnoException; slow?: boolean} = {}) {
  const writes: string[] = []
  const release: Array<() => void> = []
  const stream = new Writable({
    highWaterMark: 1024,
    write(chunk, _encoding, done) {
      writes.push(String(chunk))
      if (options.fail) done(options.fail)
      else if (options.slow) release.push(done)
      else done()
    },
  })
  return {stream, writes, release}
}

test('small writes are gathered into few, nothing is lost, order is kept', async () => {
  const {stream, writes} = collector()
  const sink = openSink(stream)
  const lines = Array.from({length: 20_000}, (_, index) => `line ${index}\n`)
  for (const line of lines) await sink.write(line)
  await sink.end()
  expect(writes.join('')).toBe(lines.join(''))
  expect(writes.length).toBeLessThan(10)
})

test('flush passes on what there is, at once', () => {
  const {stream, writes} = collector()
  const sink = openSink(stream)
  sink.write('a\n')
  expect(writes).toEqual([])
  sink.flush()
  expect(writes).toEqual(['a\n'])
})

test('a slow reader is waited for', async () => {
  const {stream, release} = collector({slow: true})
  const sink = openSink(stream)
  const waiting = sink.write('x'.repeat(100_000))
  expect(waiting).toBeInstanceOf(Promise)
  let went = false
  void (waiting as Promise<void>).then(() => {
    went = true
  })
  await new Promise(setImmediate)
  expect(went).toBe(false)
  release[0]?.()
  await waiting
})

test.each(['EPIPE', 'EOF'])('a reader that has gone (%s) is OutputClosed', async (code) => {
  const {stream} = collector({fail: Object.assign(new Error(code), {code})})
  const sink = openSink(stream)
  await sink.write('a\n')
  await expect(sink.end()).rejects.toBeInstanceOf(OutputClosed)
  expect(() => sink.write('x'.repeat(100_000))).toThrow(OutputClosed)
})

test('a waiting writer is told when the reader goes', async () => {
  const {stream} = collector({slow: true})
  const sink = openSink(stream)
  const waiting = sink.write('x'.repeat(100_000)) as Promise<void>
  stream.destroy()
  await expect(waiting).rejects.toBeInstanceOf(OutputClosed)
})

test('a full disk is told as such, another failure is itself', async () => {
  const end = async (code: string) => {
    const {stream} = collector({fail: Object.assign(new Error(`${code}: write`), {code})})
    const sink = openSink(stream)
    await sink.write('a\n')
    await sink.end()
  }
  await expect(end('ENOSPC')).rejects.toMatchObject({code: 'DISK_FULL'})
  const throwing = collector().stream
  throwing.write = () => {
    throw Object.assign(new Error('ENOSPC: write'), {code: 'ENOSPC'})
  }
  const sink = openSink(throwing)
  sink.write('a\n')
  await expect(sink.end()).rejects.toMatchObject({code: 'DISK_FULL'})
  await expect(end('EIO')).rejects.toThrow('EIO: write')
})
