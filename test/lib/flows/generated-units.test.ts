import {expect, test} from 'vitest'
import {GENERATED_LIMITS, generatedUnits} from '../../../src/lib/flows/generated-units.js'
import {byService} from '../../../src/lib/generate/by-service.js'
import {type GenerateOptions, generateEvents, generateLines} from '../../../src/lib/generate/generate.js'
import {inBatches} from '../../../src/lib/generate/pace.js'
import {type UnitBatch, unitBytes} from '../../../src/lib/units/unit-batch.js'

const options: GenerateOptions = {seed: '1', start: Date.UTC(2026, 0, 1), rate: 100, count: 20_000, format: 'mixed'}
const edge = {host: 'here', now: () => new Date(options.start)}

async function batches(): Promise<UnitBatch[]> {
  const found: UnitBatch[] = []
  const shares = byService(inBatches(generateEvents(options), 3000), options, GENERATED_LIMITS)
  for await (const batch of generatedUnits(shares, edge)) found.push(batch)
  return found
}

test('every line is in one unit, at the place its source would have it', async () => {
  const sources = new Map<string, {text: string; lines: number}>()
  let units = 0
  for (const batch of await batches()) {
    const {source, service} = batch.envelope
    const before = sources.get(source) ?? {text: '', lines: 1}
    expect(source.endsWith(`-${service}`)).toBe(true)
    for (let i = 0; i < batch.count; i++) {
      expect(batch.offsets[i]).toBe(before.text.length)
      expect(batch.lines[i]).toBe(before.lines)
      const unit = unitBytes(batch, i).toString('latin1')
      expect(batch.spans[i]).toBe(unit.length + 1)
      before.text += `${unit}\n`
      before.lines += unit.split('\n').length
      units++
    }
    sources.set(source, before)
  }
  expect(units).toBe(20_000)
  expect(sources.size).toBe(10)
  const sorted = (text: string) => text.split('\n').sort()
  const whole = [...sources.values()].map(({text}) => text).join('')
  expect(sorted(whole)).toEqual(sorted([...generateLines(options)].join('')))
})

test('the envelope holds what the edge knows', async () => {
  const first = (await batches())[0]
  expect(first?.envelope).toMatchObject({host: 'here', timezone: 'UTC', observed: '2026-01-01T00:00:00.000Z'})
})
