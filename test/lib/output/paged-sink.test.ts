import {PassThrough} from 'node:stream'
import {expect, test} from 'vitest'
import {OutputClosed} from '../../../src/lib/errors/logflow-error.js'
import {type Pager, pagedSink} from '../../../src/lib/output/paged-sink.js'
import {openSink} from '../../../src/lib/output/sink.js'

function collecting() {
  const stream = new PassThrough()
  let text = ''
  stream.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  return {stream, text: () => text}
}

function paged(pager?: Pager) {
  const direct = collecting()
  const seen = {opened: 0, handedOver: 0}
  const sink = pagedSink({
    direct: openSink(direct.stream),
    rows: 5,
    columns: 10,
    async open() {
      seen.opened++
      return pager
    },
    handedOver: () => void seen.handedOver++,
  })
  return {sink, direct, seen}
}

test('what fits the screen is written as it is, at the end', async () => {
  const {sink, direct, seen} = paged()
  await sink.write('one\ntwo\n')
  await sink.flush()
  await sink.write('\x1b[31mthree\x1b[39m\n0123456789\n')
  expect(direct.text()).toBe('')
  await sink.end()
  expect(direct.text()).toBe('one\ntwo\n\x1b[31mthree\x1b[39m\n0123456789\n')
  expect(seen.opened).toBe(0)
})

test('what is longer goes to the pager, which is waited for', async () => {
  const input = collecting()
  let leave = () => {}
  const ended = new Promise<void>((done) => {
    leave = done
  })
  const {sink, direct, seen} = paged({input: input.stream, ended})
  await sink.write('a line that takes three rows\n')
  await sink.write('one\ntwo\n')
  await sink.write('three\n')
  let over = false
  const end = sink.end().then(() => {
    over = true
  })
  await new Promise((done) => input.stream.on('end', done))
  expect(over).toBe(false)
  expect(seen).toEqual({opened: 1, handedOver: 1})
  leave()
  await end
  expect(input.text()).toBe('a line that takes three rows\none\ntwo\nthree\n')
  expect(direct.text()).toBe('')
})

test('without a pager everything is written as it is', async () => {
  const {sink, direct, seen} = paged()
  await sink.write('1\n2\n3\n4\n5\n')
  await sink.write('6\n')
  await sink.end()
  expect(direct.text()).toBe('1\n2\n3\n4\n5\n6\n')
  expect(seen).toEqual({opened: 1, handedOver: 0})
})

test('a pager that was left is the end of the output; one that could not be run says why', async () => {
  const gone = new PassThrough()
  gone.destroy()
  const {sink} = paged({input: gone, ended: Promise.resolve()})
  await expect((async () => await sink.write('1\n2\n3\n4\n5\n'))()).rejects.toThrow(OutputClosed)
  const ended = Promise.reject(new Error('no such pager'))
  ended.catch(() => undefined)
  const broken = paged({input: gone, ended}).sink
  await expect((async () => await broken.write('1\n2\n3\n4\n5\n'))()).rejects.toThrow('no such pager')
})
