import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {closeSums} from '../../../../src/lib/flows/receipt/close-sums.js'
import {UnitLedger} from '../../../../src/lib/flows/receipt/unit-ledger.js'
import {openSources} from '../../../../src/lib/sources/open-sources.js'
import {tempFolder} from '../../../support/temp-folder.js'
import {fileInput} from '../../sources/read-path.js'

/** Reads texts as files of their own, and counts what came out. */
async function readAll(texts: string[], multiline: 'auto' | 'off' = 'auto') {
  const dir = tempFolder()
  const inputs = texts.map((text, i) => {
    const path = join(dir, `${i}.log`)
    writeFileSync(path, text)
    return fileInput(path)
  })
  const envelope = {host: 'web', timezone: 'UTC'}
  const sources = openSources({inputs, envelope, multiline, now: () => new Date(), random: Math.random})
  const ledger = new UnitLedger(false)
  for await (const batch of sources) ledger.add(batch)
  return {files: [...sources.results], read: sources.progress(), acknowledged: ledger.list(), cutShort: false}
}

const TRACE = '2026-01-01T00:00:00Z ERROR boom\njava.lang.Error: x\n\tat a.b(C.java:1)\n\n\tat d.e(F.java:2)\n'
const LONG = 'x'.repeat(8 * 1024 * 1024 + 10)
const BLANK = ' '.repeat(9)

describe('the sums close for', () => {
  test.each<[string, string[], object]>([
    ['lines', ['a\nb\n', 'c\n'], {lines: 3, units: 3, joined: 0, blank: 0, pieces: 0}],
    ['no line', ['', '\n\n'], {lines: 2, units: 0, joined: 0, blank: 2, pieces: 0}],
    ['blank lines', ['\n\na\n \t\nb\n\n'], {lines: 6, units: 2, joined: 0, blank: 4, pieces: 0}],
    ['an event of several lines, a blank one inside', [TRACE], {lines: 5, units: 1, joined: 4, blank: 0, pieces: 0}],
    ['events, and blank lines between', [`${TRACE}\n\n${TRACE}`], {lines: 12, units: 2, joined: 8, blank: 2}],
    ['a last line without its end', ['a\nb'], {lines: 2, units: 2, unterminated: 1}],
    ['a line that is longer than a unit', [`a\n${LONG}\nb\n`], {lines: 3, units: 4, pieces: 1, oversize: 1}],
    ['a piece and a line of nothing but blanks', [`a\n${LONG}${BLANK}\n${BLANK}\n`], {lines: 3, pieces: 1, blank: 1}],
    ['a long line that begins blank', [`${' '.repeat(LONG.length)}x\n`], {lines: 1, units: 1, blank: 1, pieces: 1}],
    ['an event of more lines than fit', [`E\n${'\tat a.b(C.java:1)\n'.repeat(1_200)}`], {lines: 1_201}],
  ])('%s', async (_, texts, counts) => {
    const sums = await readAll(texts)
    expect(sums.read).toMatchObject(counts)
    expect(() => closeSums(sums)).not.toThrow()
    expect(() => closeSums({...sums, cutShort: true})).not.toThrow()
  })

  test('lines that are not joined', async () => {
    const sums = await readAll([TRACE], 'off')
    expect(sums.read).toMatchObject({lines: 5, units: 4, joined: 0, blank: 1})
    expect(() => closeSums(sums)).not.toThrow()
  })
})

type Sums = Awaited<ReturnType<typeof readAll>>
type File = Sums['files'][number]
type Entry = Sums['acknowledged'][number]

describe('a sum that does not close ends with 70 and names both', () => {
  /** What was counted of two files, with one count changed. */
  async function broken(change: (sums: Sums, first: {file: File; entry: Entry}) => void): Promise<Sums> {
    const sums = structuredClone(await readAll(['a\nb\n', `${TRACE}c\n`]))
    change(sums, {file: sums.files[0] as File, entry: sums.acknowledged[0] as Entry})
    return sums
  }

  test.each<[string, Parameters<typeof broken>[0], RegExp]>([
    ['a unit that was not sent', (_, {entry}) => void entry.units--, /4 units were read, and 3 sent/],
    ['a unit sent twice', (_, {entry}) => void entry.units++, /4 units were read, and 5 sent/],
    [
      'a unit of one file sent as one of another',
      ({acknowledged}, {entry}) => {
        entry.units--
        for (const other of acknowledged.slice(1)) other.units++
      },
      /2 units were read from .*0\.log, and 1 sent/,
    ],
    ['files that have less than all', ({read}) => void read.blank++, /files have 0 blank, and 1 were counted/],
    [
      'a line that is nowhere',
      ({read}, {file}) => {
        file.lines++
        read.lines++
      },
      /0\.log: 3 lines were read, and 2 accounted for/,
    ],
    ['a file of which nothing was sent', ({acknowledged}) => void acknowledged.pop(), /4 units were read, and 2 sent/],
  ])('%s', async (_, change, message) => {
    const sums = await broken(change)
    expect(() => closeSums(sums)).toThrow(message)
    expect(() => closeSums(sums)).toThrow(expect.objectContaining({code: 'INTERNAL', exitCode: 70}))
  })

  test('a run that was ended early may have sent less, and never more', async () => {
    const less = await broken((_, {entry}) => void entry.units--)
    expect(() => closeSums({...less, cutShort: true})).not.toThrow()
    const more = await broken((_, {entry}) => void entry.units++)
    expect(() => closeSums({...more, cutShort: true})).toThrow(/4 units were read, and 5 sent/)
  })
})
