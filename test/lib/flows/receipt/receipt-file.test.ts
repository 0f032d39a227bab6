import {chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {emptyReport} from '../../../../src/lib/flows/process-units.js'
import {processReceipt, type RunFacts} from '../../../../src/lib/flows/receipt/receipt.js'
import {decodeReceipt, openReceiptFile, readReceipt} from '../../../../src/lib/flows/receipt/receipt-file.js'
import {newRunId} from '../../../../src/lib/flows/receipt/run-id.js'
import {tempFolder} from '../../../support/temp-folder.js'

const FACTS: RunFacts = {
  run_id: newRunId(new Date('2026-11-21T10:00:00Z'), () => 0.5),
  version: '0.1.0',
  started: '2026-11-21T10:00:00.000Z',
  topic: 'logs',
  group: 'g',
  bus: 'embedded',
  store: 'embedded',
}
const END = {ended: new Date('2026-11-21T10:00:02.500Z'), interrupted: false}
const RECEIPT = processReceipt(FACTS, {...emptyReport(), read: 3, stored: 3, positions: new Map([[0, 3]])}, END)

async function write(path: string): Promise<void> {
  await (await openReceiptFile(path, FACTS.run_id)).write(RECEIPT)
}

test('ids of runs are ULIDs: they sort by time', () => {
  const at = (ms: number) => newRunId(new Date(ms), Math.random)
  expect(FACTS.run_id).toMatch(/^01M7[0-9A-HJKMNP-TV-Z]{6}GGGGGGGGGGGGGGGG$/)
  expect(newRunId(new Date(1_469_918_176_385), () => 0).slice(0, 10)).toBe('01ARYZ6S41')
  expect(at(0)).toMatch(/^0000000000[0-9A-HJKMNP-TV-Z]{16}$/)
  expect(at(1_000) < at(1_001)).toBe(true)
})

test('a receipt comes back as it was written, and nothing lies beside it', async () => {
  const dir = tempFolder()
  await write(join(dir, 'run.json'))
  expect(await readReceipt(join(dir, 'run.json'))).toEqual(RECEIPT)
  expect(readdirSync(dir)).toEqual(['run.json'])
  expect(RECEIPT).toMatchObject({complete: true, seconds: 2.5, positions: {0: 3}})
})

test('another receipt, an empty file and what a link names are replaced; the link stays', async () => {
  const dir = tempFolder()
  const path = join(dir, 'run.json')
  writeFileSync(path, '')
  symlinkSync(path, join(dir, 'link.json'))
  await write(path)
  await write(join(dir, 'link.json'))
  expect(await readReceipt(path)).toEqual(RECEIPT)
  expect(statSync(join(dir, 'link.json')).isFile()).toBe(true)
  expect(readdirSync(dir).sort()).toEqual(['link.json', 'run.json'])
})

test.each([['a log\n'], ['{"other": "json"}'], ['\0']])('a file that holds %j is not replaced', async (text) => {
  const path = join(tempFolder(), 'app.log')
  writeFileSync(path, text)
  await expect(openReceiptFile(path, FACTS.run_id)).rejects.toMatchObject({code: 'USAGE'})
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test('a folder is no place for a receipt, nor is one that is not there', async () => {
  const dir = tempFolder()
  mkdirSync(join(dir, 'sub'))
  await expect(openReceiptFile(join(dir, 'sub'), FACTS.run_id)).rejects.toMatchObject({code: 'USAGE'})
  await expect(openReceiptFile(join(dir, 'none', 'run.json'), FACTS.run_id)).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    message: `cannot write ${join(dir, 'none', 'run.json')}: no such folder`,
    suggestions: [`Make it first: mkdir -p ${join(dir, 'none')}`],
  })
})

test('a folder that may not be written to is named', async ({skip}) => {
  if (process.getuid?.() === 0) skip('root may write everywhere')
  const dir = tempFolder()
  chmodSync(dir, 0o500)
  await expect(write(join(dir, 'run.json'))).rejects.toMatchObject({code: 'PERMISSION'})
})

/** What is said of a text that should be a receipt; `taken` where it is one. */
function told(text: string): string {
  try {
    decodeReceipt(text, 'run.json')
    return 'taken'
  } catch (error) {
    expect(error).toMatchObject({code: 'USAGE', exitCode: 2})
    return (error as Error).message
  }
}

test('what is no whole receipt is told as what it is', async () => {
  const dir = tempFolder()
  const path = join(dir, 'run.json')
  await write(path)
  const text = readFileSync(path, 'utf8')
  for (let end = 1; end < text.length - 2; end += 11)
    expect(told(text.slice(0, end))).toMatch(/^run\.json is no receipt of a run: it is (torn|no JSON)/)
  expect(told('')).toBe('run.json is no receipt of a run: it is empty')
  expect(told('\0'.repeat(100))).toBe('run.json is no receipt of a run: it is no JSON')
  expect(told('null')).toBe('run.json is no receipt of a run: it is other JSON')
  expect(told('[1]')).toBe('run.json is no receipt of a run: it is other JSON')
  expect(told(text.replace('"stored":3', '"stored":4'))).toMatch(/it was changed after it was written/)
  expect(told(text.replace('"receipt":1', '"receipt":2'))).toBe('run.json was written by a newer logflow')
  expect(told(JSON.stringify(JSON.parse(text), null, 2))).toBe('taken')
  await expect(readReceipt(join(dir, 'none.json'))).rejects.toMatchObject({code: 'USAGE'})
  await expect(readReceipt(dir)).rejects.toMatchObject({code: 'USAGE'})
})
