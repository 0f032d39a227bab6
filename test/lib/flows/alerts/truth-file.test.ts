import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {readTruthFile} from '../../../../src/lib/flows/alerts/truth-file.js'

const INCIDENT =
  '{"kind":"incident","begin":"2026-01-01T10:00:00Z","end":"2026-01-01T10:20:00Z","scenario":"slow-db","services":["a"]}'
const SPAN = `${JSON.stringify({trace_id: '4bf9', span_id: '00f0', service: 'gateway', host: 'a'.repeat(1_000)})}\n`

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logflow-truth-'))
})
afterEach(() => rm(folder, {recursive: true}))

async function fileOf(text: string): Promise<string> {
  const path = join(folder, 't.jsonl')
  await writeFile(path, text)
  return path
}

// As generate --truth writes it of half an hour: spans by the ten thousand, the incidents at the end.
test('incidents behind 20 MB of spans are found', async () => {
  const path = await fileOf(`${SPAN.repeat(20_000)}${INCIDENT}\n`)
  expect((await readTruthFile(path)).map(({name}) => name)).toEqual(['slow-db'])
})

test('a slip in a long file is told with its line', async () => {
  const path = await fileOf(`${SPAN.repeat(5_000)}nonsense\n${INCIDENT}\n`)
  await expect(readTruthFile(path)).rejects.toThrow('t.jsonl:5001: no JSON')
})

test('a small file may be one document', async () => {
  expect(await readTruthFile(await fileOf(JSON.stringify(JSON.parse(INCIDENT), null, 2)))).toHaveLength(1)
})

test('no file, and a folder, are said to be', async () => {
  await expect(readTruthFile(join(folder, 'none'))).rejects.toThrow('no such file')
  await expect(readTruthFile(folder)).rejects.toMatchObject({code: 'FILE_UNREADABLE'})
})
