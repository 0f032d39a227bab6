import {execFileSync, spawn} from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {PassThrough, Readable} from 'node:stream'
import {gzipSync} from 'node:zlib'
import {expect, onTestFinished, test} from 'vitest'
import {type OpenSourcesOptions, openSources} from '../../../src/lib/sources/open-sources.js'
import {resolveInputs} from '../../../src/lib/sources/resolve-inputs.js'
import {openSourceTable, type SourceTable} from '../../../src/lib/sources/source-table.js'
import {type UnitBatch, unitBytes} from '../../../src/lib/units/unit-batch.js'
import {seededRandom} from '../../support/random.js'
import {tempFolder} from '../../support/temp-folder.js'

const START = Date.UTC(2026, 0, 1)
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString()

/** A folder, a table beside it, and ships of what arguments name, at the given seconds. */
function setup() {
  const root = tempFolder()
  const cwd = join(root, 'logs')
  mkdirSync(cwd)
  const newTable = (): SourceTable => {
    const table = openSourceTable(join(root, 'data', 'sources.db'))
    onTestFinished(() => table.close())
    return table
  }
  const path = (name: string) => join(cwd, name)
  const open = async (args: string[], more: Partial<OpenSourcesOptions> & {second?: number} = {}) => {
    const {inputs, problems} = await resolveInputs(args, {cwd, force: more.force})
    const sources = openSources({
      inputs,
      envelope: {host: 'host', timezone: 'UTC'},
      table: newTable(),
      now: () => new Date(START + (more.second ?? 0) * 1000),
      random: seededRandom(1),
      ...more,
    })
    return {sources, problems}
  }
  const ship = async (args: string[], more: Partial<OpenSourcesOptions> & {second?: number} = {}) => {
    const {sources, problems} = await open(args, more)
    const batches: UnitBatch[] = []
    for await (const batch of sources) batches.push(batch)
    const all = [...problems, ...sources.problems].map(({error}) => error.message.replaceAll(`${cwd}/`, ''))
    return {batches, problems: all, sources, units: unitsOf(batches)}
  }
  return {cwd, path, open, ship, root}
}

function unitsOf(batches: UnitBatch[]) {
  return batches.flatMap((batch) =>
    Array.from({length: batch.count}, (_, i) => ({
      text: unitBytes(batch, i).toString(),
      offset: batch.offsets[i] as number,
      source: batch.envelope.source,
      observed: batch.envelope.observed,
    })),
  )
}

const texts = (units: Array<{text: string}>) => units.map((unit) => unit.text)

test('several inputs, one after the other, each with its own envelope; a bad one between them is a problem', async () => {
  const {path, ship} = setup()
  writeFileSync(path('a.log'), 'a1\na2\n')
  mkdirSync(path('sub'))
  writeFileSync(path('sub/b.log.gz'), gzipSync('b1\n\nb2'))
  writeFileSync(path('empty.log'), '')
  const {batches, problems, sources} = await ship(['a.log', 'gone.log', 'empty.log', 'sub'], {
    envelope: {host: 'h', timezone: 'Europe/Berlin', service: 's', fields: {k: 'v'}},
  })
  expect(texts(unitsOf(batches))).toEqual(['a1', 'a2', 'b1', 'b2'])
  expect(problems).toEqual(['cannot read gone.log: no such file or directory'])
  expect(batches.map((batch) => batch.envelope)).toEqual([
    {
      host: 'h',
      timezone: 'Europe/Berlin',
      service: 's',
      fields: {k: 'v'},
      source: expect.stringMatching(/^[0-9a-z]{12}$/),
      file: path('a.log'),
      observed: at(0),
    },
    expect.objectContaining({file: path('sub/b.log.gz'), observed: at(0)}),
  ])
  const compressed = statSync(path('sub/b.log.gz')).size
  expect(sources.results).toEqual([
    {path: path('a.log'), source: batches[0]?.envelope.source, firstOffset: 0, endOffset: 6, units: 2, lines: 2, blank: 0, joined: 0, pieces: 0, bytes: 6}, // biome-ignore format: one line
    {path: path('sub/b.log.gz'), source: batches[1]?.envelope.source, compression: 'gzip', firstOffset: 0, endOffset: 6, units: 2, lines: 3, blank: 1, joined: 0, pieces: 0, bytes: compressed}, // biome-ignore format: one line
  ])
  expect(sources.progress()).toEqual({
    bytes: 6 + compressed,
    totalBytes: 6 + compressed,
    lines: 5,
    blank: 1,
    units: 4,
    joined: 0,
    oversize: 0,
    pieces: 0,
    unterminated: 1,
    files: 3,
    totalFiles: 3,
    lastIsPipe: false,
    currentFile: undefined,
  })
})

test('lines of a stack trace are one unit, unless multiline is off', async () => {
  const {path, ship} = setup()
  const trace = '2026-01-01 ERROR it broke\njava.lang.Exception: no\n\tat a.b(C.java:1)\n\tat d.e(F.java:2)'
  writeFileSync(path('app.log'), `${trace}\n2026-01-01 INFO on it goes\n`)
  expect(texts((await ship(['app.log'])).units)).toEqual([trace, '2026-01-01 INFO on it goes'])
  expect((await ship(['app.log'], {multiline: 'off'})).units).toHaveLength(5)
})

test('a second ship gives the same units with the same arrival, months later, and new ones theirs', async () => {
  const {path, ship} = setup()
  writeFileSync(path('app.log'), 'one\ntwo\n')
  const first = await ship(['app.log'], {second: 0})
  const again = await ship(['app.log'], {second: 9_999_999})
  expect(again.units).toEqual(first.units)
  appendFileSync(path('app.log'), 'three\nfour\n')
  const grown = await ship(['app.log'], {second: 10_000_000})
  expect(grown.units.slice(0, 2)).toEqual(first.units)
  expect(grown.units.slice(2).map((unit) => unit.observed)).toEqual([at(10_000_000), at(10_000_000)])
  expect(grown.batches.map((batch) => batch.count)).toEqual([2, 2])
  expect((await ship(['app.log'], {second: 20_000_000})).units).toEqual(grown.units)
})

test('UTF-16 keeps its id and its arrival', async () => {
  const {path, ship} = setup()
  writeFileSync(path('app.log'), Buffer.from('\ufeffone\n', 'utf16le'))
  const first = await ship(['app.log'], {second: 0})
  appendFileSync(path('app.log'), Buffer.from('two\n', 'utf16le'))
  const second = await ship(['app.log'], {second: 60})
  expect(second.units).toEqual([...first.units, {...first.units[0], text: 'two', offset: 4, observed: at(60)}])
})

test('what is compressed keeps its arrival too, also once the plain file is gone', async () => {
  const {path, ship} = setup()
  writeFileSync(path('app.log'), 'one\ntwo\n')
  const first = await ship(['app.log'], {second: 0})
  appendFileSync(path('app.log'), 'three\n')
  writeFileSync(path('app.log.1.gz'), gzipSync(readFileSync(path('app.log'))))
  rmSync(path('app.log'))
  const rotated = await ship(['app.log.1.gz'], {second: 60})
  expect(rotated.units.slice(0, 2)).toEqual(first.units)
  expect(rotated.units[2]).toEqual({text: 'three', offset: 8, source: first.units[0]?.source, observed: at(60)})
  expect((await ship(['app.log.1.gz'], {second: 120})).units).toEqual(rotated.units)
})

test('without a table ids are derived and bytes arrived when the file was last changed', async () => {
  const {path, ship} = setup()
  writeFileSync(path('app.log'), 'one\n')
  utimesSync(path('app.log'), START / 1000, START / 1000 + 5)
  const bare = await ship(['app.log'], {table: undefined, second: 99})
  expect(bare.units[0]?.observed).toBe(at(5))
  expect((await ship(['app.log'])).units[0]?.source).toBe(bare.units[0]?.source)
})

test('a file that grows while it is read is read to the end of the line that was being written', async () => {
  const {path, open} = setup()
  const lines = Array.from({length: 200_000}, (_, i) => `line ${i}`)
  writeFileSync(path('app.log'), `${lines.join('\n')}\nhalf a`)
  const {sources} = await open(['app.log'])
  const batches: UnitBatch[] = []
  for await (const batch of sources) {
    if (batches.length === 0) appendFileSync(path('app.log'), ` line\n${'and another\n'.repeat(300_000)}`)
    batches.push(batch)
  }
  expect(texts(unitsOf(batches)).slice(-2)).toEqual(['line 199999', 'half a line'])
  expect(sources.progress()).toMatchObject({unterminated: 0, units: 200_001})
  expect(sources.progress().bytes).toBe(sources.progress().totalBytes)
})

test('a file that is cut short while it is read is a problem; what was read stays, the next input is read', async () => {
  const {path, open} = setup()
  const line = `${'x'.repeat(99)}\n`
  writeFileSync(path('a.log'), line.repeat(100_000))
  writeFileSync(path('b.log'), 'b\n')
  const {sources} = await open(['a.log', 'b.log'])
  let units = 0
  for await (const batch of sources) {
    if (units === 0) truncateSync(path('a.log'), 100)
    units += batch.count
  }
  expect(units).toBeGreaterThan(2_000)
  expect(units).toBeLessThan(100_000)
  expect(sources.problems.map(({error}) => error.message)).toEqual([
    expect.stringMatching(
      /a\.log became shorter while it was read: it had 10000000 bytes when opened, and ends at \d+ now$/,
    ),
  ])
  expect(sources.results.map((result) => result.units)).toEqual([units - 1, 1])
})

test('files that vanish: before they are opened a problem, while they are read none', async () => {
  const {path, open} = setup()
  const line = `${'x'.repeat(99)}\n`
  writeFileSync(path('a.log'), line.repeat(50_000))
  writeFileSync(path('b.log'), 'b\n')
  writeFileSync(path('c.log'), 'c\n')
  writeFileSync(path('d.log'), 'd\n')
  const {sources} = await open(['.'])
  let units = 0
  for await (const batch of sources) {
    if (units === 0) {
      for (const name of ['a.log', 'b.log', 'c.log']) rmSync(path(name))
      mkdirSync(path('c.log'))
    }
    units += batch.count
  }
  expect(units).toBe(50_001)
  expect(sources.problems.map(({error}) => error.message)).toEqual([
    `cannot read ${path('b.log')}: no such file or directory`,
    `cannot read ${path('c.log')}: is a directory`,
  ])
})

test('what is no text inside a compressed file, or on stdin, is skipped with a word, unless forced', async () => {
  const {path, ship} = setup()
  const tar = Buffer.alloc(2_048)
  tar.write('app.log', 0)
  tar.write('ustar', 257)
  tar.write('one\n', 512)
  writeFileSync(path('logs.tgz'), gzipSync(tar))
  const skipped = await ship(['logs.tgz'])
  expect(skipped).toMatchObject({units: [], problems: ['logs.tgz looks like a tar archive']})
  expect((await ship(['logs.tgz'], {force: true})).units.length).toBeGreaterThan(0)
  const random = seededRandom(5)
  const noise = Buffer.from(Array.from({length: 30_000}, () => Math.floor(random() * 256)))
  const piped = await ship(['-'], {stdin: Readable.from([noise])})
  expect(piped).toMatchObject({units: [], problems: ['stdin looks like binary data']})
})

test('stdin gets an id of its own each time, no file, and no place in the table', async () => {
  const {ship, root} = setup()
  const one = await ship(['-'], {stdin: Readable.from(['a\nb\n']), random: seededRandom(1)})
  const two = await ship(['-'], {stdin: Readable.from(['a\nb\n']), random: seededRandom(2)})
  expect(texts(one.units)).toEqual(['a', 'b'])
  expect(one.batches[0]?.envelope.file).toBeUndefined()
  expect(one.units[0]?.source).toMatch(/^[0-9a-z]{12}$/)
  expect(two.units[0]?.source).not.toBe(one.units[0]?.source)
  expect(() => statSync(join(root, 'data'))).toThrow('ENOENT')
})

test('stdin with a fixed id is repeatable, arrivals included; bytes beyond are new', async () => {
  const {ship} = setup()
  const pipe = (text: string, second: number) => ship(['-'], {stdin: Readable.from([text]), sourceId: 'ci-7', second})
  const first = await pipe('a\nb\n', 0)
  expect(first.units.map((unit) => unit.source)).toEqual(['ci-7', 'ci-7'])
  expect((await pipe('a\nb\n', 50)).units).toEqual(first.units)
  const longer = await pipe('a\nb\nc\n', 90)
  expect(longer.units).toEqual([...first.units, {text: 'c', offset: 4, source: 'ci-7', observed: at(90)}])
  expect((await pipe('a\nb\nc\nd\n', 99)).units.map((unit) => unit.observed)).toEqual([at(0), at(0), at(90), at(99)])
  await expect(pipe('other\n', 100)).rejects.toMatchObject({code: 'USAGE'})
})

test('a long-lived pipe: bytes have the time they came at, the same when they come again', async () => {
  const {ship} = setup()
  const slowly = (start: number) => {
    let second = start
    async function* pieces() {
      for (const text of ['a\n', 'b\n', 'c\n', 'd\n']) {
        yield text
        second += 0.6
      }
    }
    return ship(['-'], {stdin: Readable.from(pieces()), sourceId: 'x', now: () => new Date(START + second * 1000)})
  }
  const first = await slowly(0)
  const observed = first.units.map((unit) => unit.observed)
  expect(observed).toEqual([...observed].sort())
  expect(new Set(observed).size).toBeGreaterThan(1)
  expect((await slowly(500)).units).toEqual(first.units)
})

test('a source id over several inputs, or one that is none, is wrong use', async () => {
  const {path, ship} = setup()
  writeFileSync(path('a.log'), 'a\n')
  writeFileSync(path('b.log'), 'b\n')
  await expect(ship(['a.log', 'b.log'], {sourceId: 'x'})).rejects.toMatchObject({code: 'USAGE'})
  await expect(ship(['a.log'], {sourceId: '-x'})).rejects.toMatchObject({code: 'USAGE'})
  await expect(ship(['a.log'], {sourceId: 'a b'})).rejects.toMatchObject({code: 'USAGE'})
  expect((await ship(['a.log'], {sourceId: 'kafka:a/b-1'})).units).toHaveLength(1)
})

test('a silent pipe gets its units handed out, first the finished ones, then the last', async () => {
  const {open} = setup()
  const stdin = new PassThrough()
  const {sources} = await open(['-'], {stdin})
  const batches = sources[Symbol.asyncIterator]()
  stdin.write('one\ntwo\nthr')
  expect(texts(unitsOf([(await batches.next()).value as UnitBatch]))).toEqual(['one'])
  stdin.write('ee\n')
  expect(texts(unitsOf([(await batches.next()).value as UnitBatch]))).toEqual(['two'])
  expect(texts(unitsOf([(await batches.next()).value as UnitBatch]))).toEqual(['three'])
  stdin.end('four')
  expect(texts(unitsOf([(await batches.next()).value as UnitBatch]))).toEqual(['four'])
  expect((await batches.next()).done).toBe(true)
})

test.skipIf(process.platform === 'win32')('a named pipe', async () => {
  const {path, ship} = setup()
  execFileSync('mkfifo', [path('pipe')])
  const writer = spawn('sh', ['-c', `printf 'one\\ntwo\\n' > ${path('pipe')}`])
  onTestFinished(() => void writer.kill())
  expect(texts((await ship(['pipe'])).units)).toEqual(['one', 'two'])
})

test('an abort ends files at once, and a pipe with what has come from it', async () => {
  const {path, open} = setup()
  writeFileSync(path('a.log'), 'line\n'.repeat(1_000_000))
  writeFileSync(path('b.log'), 'b\n')
  const control = new AbortController()
  const files = (await open(['a.log', 'b.log'], {signal: control.signal})).sources
  let units = 0
  for await (const batch of files) {
    control.abort()
    units += batch.count
  }
  expect(units).toBeLessThan(1_000_000)
  expect(files.problems).toEqual([])

  const stopping = new AbortController()
  const stdin = new PassThrough()
  const pipe = (await open(['-'], {stdin, signal: stopping.signal})).sources
  stdin.write('one\ntwo\n')
  const seen: UnitBatch[] = []
  for await (const batch of pipe) {
    seen.push(batch)
    stopping.abort()
  }
  expect(texts(unitsOf(seen))).toEqual(['one', 'two'])
  expect(pipe.problems).toEqual([])
})

test('an abort inside a line of a pipe leaves the line to the next reading', async () => {
  const {open} = setup()
  const stopping = new AbortController()
  const stdin = new PassThrough()
  const {sources} = await open(['-'], {stdin, signal: stopping.signal})
  stdin.write('one\ntwo\nthr')
  const seen: UnitBatch[] = []
  for await (const batch of sources) {
    seen.push(batch)
    stopping.abort()
  }
  expect(texts(unitsOf(seen))).toEqual(['one', 'two'])
  expect(sources.progress()).toMatchObject({lines: 2, units: 2, unterminated: 0})
})

test('reading waits for its consumer, and stops when that leaves', async () => {
  const {path, open} = setup()
  const size = 40 << 20
  writeFileSync(path('big.log'), `${'x'.repeat(1023)}\n`.repeat(size / 1024))
  const {sources} = await open(['big.log'])
  for await (const batch of sources) {
    expect(batch.count).toBeGreaterThan(0)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(sources.progress().bytes).toBeLessThan(4 << 20)
    break
  }
  expect(sources.results.map((result) => result.units > 0)).toEqual([true])
  let produced = 0
  const stdin = new Readable({
    highWaterMark: 1 << 16,
    read() {
      produced += 1 << 16
      this.push(Buffer.alloc(1 << 16, 'line\n'))
    },
  })
  const pipe = (await open(['-'], {stdin})).sources
  for await (const _ of pipe) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    break
  }
  expect(produced).toBeLessThan(4 << 20)
  expect(stdin.destroyed).toBe(true)
})
