import {PassThrough} from 'node:stream'
import {expect, test, vi} from 'vitest'
import {waitLine, waitText} from '../../../src/lib/output/wait-line.js'

const terminal = {isTerminal: true, width: 80, color: false}

test('says how long, and how much has come', () => {
  expect(waitText(1_250, 0)).toBe('── searching · 1 s ──')
  expect(waitText(63_000, 12_000)).toBe('── searching · 63 s · 12,000 records so far ──')
})

test('comes after a while, is written over itself, and is taken off', async () => {
  const stream = new PassThrough()
  let text = ''
  stream.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  let now = 0
  const line = waitLine({stream, screen: terminal, found: () => 7, now: () => now})
  now = 2_000
  await vi.waitUntil(() => text !== '', {timeout: 30_000})
  expect(text.startsWith('\r── searching · 2 s · 7 records so far ──\x1b[K')).toBe(true)
  line.end()
  await vi.waitUntil(() => text.endsWith('\r\x1b[K'), {timeout: 30_000})
  const shown = text
  line.end()
  expect(text).toBe(shown)
})

test('nothing is said on no terminal, nor under --quiet', () => {
  const stream = new PassThrough()
  for (const options of [{screen: {...terminal, isTerminal: false}}, {screen: terminal, quiet: true}])
    waitLine({stream, found: () => 0, now: () => 1e9, ...options}).end()
  expect(stream.read()).toBeNull()
})
