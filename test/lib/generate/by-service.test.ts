import {expect, test} from 'vitest'
import {byService, type ServiceLines} from '../../../src/lib/generate/by-service.js'
import {type GenerateOptions, generateEvents, generateLines} from '../../../src/lib/generate/generate.js'
import {inBatches} from '../../../src/lib/generate/pace.js'

const options: GenerateOptions = {seed: '7', start: 1_767_225_600_000, rate: 100, count: 5000, format: 'mixed'}

async function collect(
  o: GenerateOptions,
  size: number,
  limits = {units: 200, bytes: 20_000},
): Promise<ServiceLines[]> {
  const found: ServiceLines[] = []
  for await (const lines of byService(inBatches(generateEvents(o), size), o, limits)) found.push(lines)
  return found
}

test('holds every line once, in order within its service, inside the limits', async () => {
  const batches = await collect(options, 1000)
  for (const {units} of batches) {
    expect(units.length).toBeGreaterThan(0)
    expect(units.length).toBeLessThanOrEqual(200)
    expect(units.length === 1 || units.join('\n').length <= 20_000).toBe(true)
  }
  const units = batches.flatMap((batch) => batch.units)
  expect(units).toHaveLength(5000)
  const whole = [...generateLines(options)].join('')
  expect(units.map((unit) => `${unit}\n`).join('')).toHaveLength(whole.length)
  const mail = batches.filter((batch) => batch.service === 'mail').flatMap((batch) => batch.units)
  expect(mail.length).toBeGreaterThan(20)
  expect(mail).toEqual(whole.split('\n').filter((line) => / mail: /.test(line)))
})

test('a stack trace stays with its line', async () => {
  const units = (await collect(options, 5000)).flatMap((batch) => batch.units)
  const joined = units.filter((unit) => unit.includes('\n'))
  for (const unit of joined) expect(unit).toMatch(/^\d{4}-\S+ (ERROR|FATAL) /)
  for (const unit of units) expect(unit).not.toMatch(/^\s/)
})

test('sources differ by service and by run, and come again with the same options', async () => {
  const sources = async (o: GenerateOptions) => new Set((await collect(o, 5000)).map((batch) => batch.source))
  const first = await sources(options)
  expect(first.size).toBe(10)
  for (const source of first) expect(source).toMatch(/^generate-[0-9a-f]{16}-[a-z]+$/)
  expect(await sources({...options})).toEqual(first)
  const later = await sources({...options, start: options.start + 1})
  expect([...later].filter((source) => first.has(source))).toEqual([])
})
