import {readdirSync, readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {expect, test} from 'vitest'
import type {TraceViewOptions} from '../../../src/lib/output/trace-drawing.js'
import {traceView} from '../../../src/lib/output/trace-view.js'
import {toRecord} from '../../../src/lib/parse/to-record.js'
import {UTC} from '../../../src/lib/record/zone.js'
import {buildTrace} from '../../../src/lib/trace/trace-tree.js'

// The cases' shape is told in test/cases/trace/README.md.

const CASES = resolve(import.meta.dirname, '../../cases/trace')

interface Case {
  name: string
  lines: string[]
  options: Partial<TraceViewOptions> & {width?: number; color?: boolean}
  drawn: string
}

function casesOf(file: string): Case[] {
  const [, ...blocks] = readFileSync(join(CASES, file), 'utf8').split(/^## /m)
  return blocks.map((block) => {
    const [name = '', ...rest] = block.trimEnd().split('\n')
    const lines: string[] = []
    let options = {}
    const drawn: string[] = []
    for (const text of rest) {
      if (text.startsWith('>> ')) lines.push(text.slice(3).replaceAll('\\x1b', '\x1b'))
      else if (text.startsWith('> ')) lines.push(text.slice(2))
      else if (text.startsWith('with ')) options = JSON.parse(text.slice(5))
      else drawn.push(text)
    }
    return {name, lines, options, drawn: drawn.join('\n')}
  })
}

function drawn({lines, options: {width = 120, color = false, ...options}}: Case): string {
  const envelope = {source: 'src1', host: 'edge', timezone: 'UTC', observed: '2026-11-21T12:00:00.000Z'}
  const records = lines.map((line, n) => toRecord(line, envelope, {source: 'src1', offset: n, crc: 0}, n + 1))
  const ids = records.map((record) => record.correlation_id ?? record.request_id ?? record.trace_id)
  const now = Date.parse('2026-12-01T00:00:00Z')
  const screen = {isTerminal: true, width, color}
  return traceView(buildTrace(ids[0] as string, records), {screen, now, zone: UTC, zoneName: 'UTC', ...options})
}

for (const file of readdirSync(CASES).filter((name) => name.endsWith('.txt')))
  for (const one of casesOf(file))
    test(`${file}: ${one.name}`, () => {
      const text = drawn(one)
      expect(`\n${text.trimEnd()}\n`).toBe(`\n${one.drawn}\n`)
      for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(one.options.width ?? 120)
    })
