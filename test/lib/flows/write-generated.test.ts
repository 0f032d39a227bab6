import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, test} from 'vitest'
import {openTextFile, tellFileError} from '../../../src/lib/flows/text-file.js'
import {writeGenerated} from '../../../src/lib/flows/write-generated.js'
import {type GenerateOptions, generateLines} from '../../../src/lib/generate/generate.js'

const options: GenerateOptions = {seed: '1', start: Date.UTC(2026, 0, 1), rate: 100, count: 5000}
const folder = mkdtempSync(join(tmpdir(), 'logflow-generated-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

function memory() {
  return {
    text: '',
    flushes: 0,
    write(text: string) {
      this.text += text
    },
    flush() {
      this.flushes++
    },
  }
}

test('writes the lines of a run and counts them', async () => {
  const target = memory()
  const seen: number[] = []
  const written = await writeGenerated(options, target, {onProgress: ({lines}) => seen.push(lines)})
  expect(target.text).toBe([...generateLines(options)].join(''))
  expect(written).toEqual({lines: 5000, bytes: target.text.length})
  expect(seen.at(-1)).toBe(5000)
})

test('live, every batch is flushed and the signal ends it after whole lines', async () => {
  const target = memory()
  let now = options.start
  const stop = new AbortController()
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms
      if (now > options.start + 2000) stop.abort()
    },
  }
  const written = await writeGenerated(options, target, {live: {clock, signal: stop.signal}})
  expect(written.lines).toBeGreaterThan(150)
  expect(written.lines).toBeLessThan(250)
  expect(target.text.split('\n')).toHaveLength(written.lines + 1)
  expect(target.flushes).toBeGreaterThan(20)
})

test('a file is replaced, and holds everything once it is closed', async () => {
  const path = join(folder, 'shop.log')
  writeFileSync(path, 'x'.repeat(10_000_000))
  const file = await openTextFile(path)
  await writeGenerated(options, file)
  await file.close()
  await file.close()
  expect(readFileSync(path, 'latin1')).toBe([...generateLines(options)].join(''))
})

test('a file that cannot be written says why', async () => {
  const missing = join(folder, 'no', 'shop.log')
  await expect(openTextFile(missing)).rejects.toThrow(`cannot write ${missing}: no such folder`)
  await expect(openTextFile(folder)).rejects.toMatchObject({code: 'FILE_UNREADABLE'})
  const absent = Object.assign(new Error('ENOENT'), {code: 'ENOENT'})
  expect(tellFileError('read', 'e.yaml', absent).message).toBe('cannot read e.yaml: no such file')
})

test.skipIf(process.platform !== 'linux')('a full disk is an error, not a shorter file', async () => {
  const file = await openTextFile('/dev/full')
  await expect(writeGenerated(options, file)).rejects.toMatchObject({code: 'DISK_FULL'})
  await file.close()
})
