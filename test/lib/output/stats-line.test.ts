import {Writable} from 'node:stream'
import {expect, test} from 'vitest'
import {LiveStats, liveStats} from '../../../src/lib/output/stats-line.js'

const plain = {isTerminal: true, width: 80, color: false}

function clock() {
  const time = {ms: 5_000}
  return {now: () => time.ms, pass: (ms: number) => void Object.assign(time, {ms: time.ms + ms})}
}

test('rate of the last seconds, records by level, lag', () => {
  const {now, pass} = clock()
  const stats = new LiveStats(now)
  expect(stats.line(plain)).toBe('── 0 records · 0/s ──')
  pass(1_000)
  stats.add([{level: 'INFO'}, {level: 'ERROR'}, {}, {level: 'INFO'}])
  pass(1_000)
  expect(stats.line(plain, 1_204)).toBe('── 4 records · 2.00/s · INFO 2, ERROR 1, no level 1 · lag 1,204 ──')
  pass(60_000)
  expect(stats.line(plain, 0)).toBe('── 4 records · 0/s · INFO 2, ERROR 1, no level 1 · lag 0 ──')
  expect(stats.summary(plain)).toBe('── 4 records in 1 min 2 s · 0.06/s · INFO 2, ERROR 1, no level 1 ──')
})

test('records without levels are not told apart', () => {
  const stats = new LiveStats(clock().now)
  stats.add([{}, {}])
  expect(stats.line(plain)).toBe('── 2 records · 2.00/s ──')
})

function live(screen: typeof plain, quiet = false) {
  const {now} = clock()
  let text = ''
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk)
      done()
    },
  })
  const line = liveStats({stream, screen, quiet, now, lag: async () => 3})
  return {line, text: () => text}
}

test('the line is taken off for what is written, and drawn again below it', () => {
  const {line, text} = live(plain)
  line.came()
  line.went([{level: 'WARN'}])
  line.came()
  line.went([])
  line.clear()
  line.end()
  const drawn = '\r── 1 record · 1.00/s · WARN 1 ──\x1b[K'
  expect(text()).toBe(`${drawn}\r\x1b[K${drawn}\r\x1b[K── 1 record in 0 ms · 0/s · WARN 1 ──\n`)
})

test('a narrow terminal keeps it on one line; elsewhere there is only the last one; quietly none', () => {
  const narrow = live({...plain, width: 20})
  narrow.line.went([{level: 'WARN'}])
  expect(narrow.text()).toBe('\r── 1 record · 1.00…\x1b[K')
  const pipe = live({...plain, isTerminal: false})
  pipe.line.went([{level: 'WARN'}])
  pipe.line.end()
  expect(pipe.text()).toBe('── 1 record in 0 ms · 0/s · WARN 1 ──\n')
  const quiet = live(plain, true)
  quiet.line.went([{}])
  quiet.line.end()
  expect(quiet.text()).toBe('')
})
