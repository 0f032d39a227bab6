import {Writable} from 'node:stream'
import {expect, test} from 'vitest'
import {progressBar} from '../../../src/lib/output/progress-bar.js'
import {textWidth} from '../../../src/lib/output/text-width.js'

function setUp(options: {isTerminal?: boolean; width?: number; quiet?: boolean; color?: boolean} = {}) {
  let time = 0
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  const screen = {isTerminal: options.isTerminal ?? true, width: options.width ?? 120, color: options.color ?? false}
  const bar = progressBar({stream, screen, label: 'shop', now: () => time, quiet: options.quiet ?? false})
  return {
    bar,
    /** Moves the clock to `ms` and shows the state then. */
    at(ms: number, bytes: number, lines: number, totalBytes?: number) {
      time = ms
      bar.update({bytes, lines, ...(totalBytes === undefined ? {} : {totalBytes})})
    },
    frames: () => text.split('\r').slice(1),
    text: () => text,
  }
}

test('shows part, bytes, rate and time left', () => {
  const run = setUp()
  run.at(0, 0, 0, 311e6)
  run.at(1000, 212e6, 184_200, 311e6)
  expect(run.frames()).toEqual([
    '  shop  ╸─────────────────────────────    0 %  0 / 311 MB   0 lines/s\x1b[K',
    '  shop  ━━━━━━━━━━━━━━━━━━━━╸─────────   68 %  212 / 311 MB   184,200 lines/s   0:00 left\x1b[K',
  ])
})

test('without a known end there is no bar', () => {
  const run = setUp()
  run.at(2000, 3e6, 4000)
  expect(run.frames()).toEqual(['  shop  3.0 MB  4,000 lines   2,000 lines/s\x1b[K'])
})

test('at most ten frames a second, taken off at the end', () => {
  const run = setUp()
  for (let ms = 0; ms < 1000; ms += 10) run.at(ms, ms * 1000, ms, 1e6)
  expect(run.frames()).toHaveLength(10)
  run.bar.end()
  expect(run.text().endsWith('\r\x1b[K')).toBe(true)
})

test('at 80 columns the bar gives way, the time left stays', () => {
  const run = setUp({width: 80})
  run.at(0, 0, 0, 311e6)
  run.at(1000, 112e6, 184_200, 311e6)
  const frame = run.frames().at(-1)?.replace('\x1b[K', '') ?? ''
  expect(frame).toBe('  shop  ━━━━━━━╸────────────   36 %  112 / 311 MB   184,200 lines/s   0:02 left')
  expect(textWidth(frame)).toBe(79)
})

test('a narrow screen gets a line it can take back', () => {
  const run = setUp({width: 30, color: true})
  run.at(0, 0, 0, 311e6)
  run.at(1000, 212e6, 184_200, 311e6)
  for (const frame of run.frames()) expect(textWidth(frame.replace(/\x1b\[[0-9;]*[mK]/g, ''))).toBeLessThan(30)
})

test('more bytes than announced are not more than all', () => {
  const run = setUp()
  run.at(1000, 400e6, 1, 311e6)
  expect(run.frames()[0]).toContain('━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  100 %')
})

test.each([{isTerminal: false}, {quiet: true}])('nothing at all: %j', (options) => {
  const run = setUp(options)
  run.at(0, 1, 1, 10)
  run.bar.end()
  expect(run.text()).toBe('')
})
