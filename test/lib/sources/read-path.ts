import type {Readable} from 'node:stream'
import type {Input, Problem} from '../../../src/lib/sources/input.js'
import {openInput} from '../../../src/lib/sources/open-input.js'
import {newCounters} from '../../../src/lib/sources/read-counters.js'
import {readUnits} from '../../../src/lib/sources/read-units.js'
import type {Envelope} from '../../../src/lib/units/envelope.js'
import {unitBytes} from '../../../src/lib/units/unit-batch.js'

export const envelope: Envelope = {source: 's', host: 'h', timezone: 'UTC', observed: '2026-01-01T00:00:00.000Z'}

/** Everything of one input, as text in Latin-1, so that each character stands for a byte. */
export async function readInput(input: Input, stdin?: Readable) {
  const opened = await openInput(input, {stdin})
  const counters = newCounters()
  const problems: Problem[] = []
  const units: Array<{text: string; offset: number; span: number}> = []
  const options = {
    path: input.kind === 'stdin' ? 'stdin' : input.path,
    envelopes: [{upTo: Number.POSITIVE_INFINITY, envelope}],
    counters,
    onProblem: (problem: Problem) => void problems.push(problem),
    startOffset: opened.firstOffset,
    live: opened.live,
  }
  for await (const batch of readUnits(opened.bytes, options)) {
    for (let i = 0; i < batch.count; i++) {
      const text = unitBytes(batch, i).toString('latin1')
      units.push({text, offset: batch.offsets[i] as number, span: batch.spans[i] as number})
    }
  }
  return {units, texts: units.map((unit) => unit.text), counters, problems, opened}
}

/** A file input as if it had been resolved. */
export function fileInput(path: string): Input {
  return {kind: 'file', path, size: 0, device: '0', inode: '0'}
}
