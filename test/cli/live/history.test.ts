import {appendFileSync, mkdtempSync, readFileSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {keepLine, readHistory} from '../../../src/cli/live/history.js'
import {MOST_REMEMBERED} from '../../../src/lib/tui/prompt/history.js'

function newPath(): string {
  return join(mkdtempSync(join(tmpdir(), 'logflow-history-')), 'data', 'live-history.jsonl')
}

test('what was typed is there the next time, by prompt, the newest last', async () => {
  const path = newPath()
  expect(await readHistory(path)).toEqual({})
  keepLine(path, 'filter', 'level:error "a\tb"')
  keepLine(path, 'command', 'wrap')
  keepLine(path, 'filter', 'payment')
  keepLine(path, 'filter', 'level:error "a\tb"')
  expect(await readHistory(path)).toEqual({filter: ['payment', 'level:error "a\tb"'], command: ['wrap']})
})

test.skipIf(process.platform === 'win32')('nobody else may read it', () => {
  const path = newPath()
  keepLine(path, 'filter', 'x')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a line that is damaged, or of a prompt there is not, is left out', async () => {
  const path = newPath()
  keepLine(path, 'filter', 'x')
  appendFileSync(path, '{"prompt":"filter","li\n[]\nnull\n{"prompt":"toString","line":"y"}\n')
  keepLine(path, 'filter', 'z')
  expect(await readHistory(path)).toEqual({filter: ['x', 'z']})
})

test('it does not grow without end', async () => {
  const path = newPath()
  for (let at = 0; at < MOST_REMEMBERED * 4 + 10; at++) keepLine(path, 'filter', `line ${at}`)
  expect((await readHistory(path)).filter).toHaveLength(MOST_REMEMBERED)
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(MOST_REMEMBERED)
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
})
