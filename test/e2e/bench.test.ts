import {execFile} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {promisify} from 'node:util'
import {beforeAll, expect, test} from 'vitest'
import {buildLogflow, cleanEnv} from '../support/run-logflow.js'
import {tempFolder} from '../support/temp-folder.js'

const BENCH = resolve(import.meta.dirname, '../../bench')
const run = promisify(execFile)

beforeAll(buildLogflow)

test('a small run of the bench checks, measures and reports what it was asked for', async () => {
  const json = join(tempFolder(), 'bench.json')
  const args = ['--only', 'generate,lake-search', '--records', '2000', '--runs', '1', '--json', json]
  const {stdout} = await run(process.execPath, [join(BENCH, 'run.mjs'), ...args], {env: cleanEnv({})})
  const report = JSON.parse(readFileSync(json, 'utf8'))
  expect(report).toMatchObject({records: 2000, runs: 1})
  const figures = report.figures.map(({figure}: {figure: string}) => figure)
  expect(figures).toEqual(expect.arrayContaining(['generate', 'one trace, new process', 'peak memory of each']))
  expect(report.left_out.filter(({why}: {why: string}) => why.startsWith('FAILED'))).toEqual([])
  for (const {ours, figure} of report.figures) {
    expect(ours.value).toBeGreaterThan(0)
    expect(stdout).toContain(figure)
  }
})

test('a row that does not exist is wrong use', async () => {
  const running = run(process.execPath, [join(BENCH, 'run.mjs'), '--only', 'speed'], {env: cleanEnv({})})
  await expect(running).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no row "speed"; there are start-up'),
  })
})

test('every row is there, and those that are run only when asked for by name', async () => {
  const text = readFileSync(join(BENCH, 'run.mjs'), 'utf8')
  const names = ['ORDER', 'ONLY_ASKED'].flatMap((list) => {
    const found = new RegExp(`const ${list} = \\[(.*?)\\]`, 's').exec(text)?.[1] ?? ''
    return [...found.matchAll(/'([\w-]+)'/g)].map(([, name]) => name)
  })
  expect(names.map((name) => `${name}.mjs`).sort()).toEqual(readdirSync(join(BENCH, 'rows')).sort())
  for (const name of names) {
    const row = await import(join(BENCH, 'rows', `${name}.mjs`))
    expect({name, title: typeof row.title, run: typeof row.run}).toEqual({name, title: 'string', run: 'function'})
  }
})

test('the corpus of a count and seed is always the same', async () => {
  const out = join(tempFolder(), 'corpus.ndjson')
  await run(process.execPath, [join(BENCH, 'corpus.mjs'), '--records', '5000', '--out', out])
  const lines = readFileSync(out, 'latin1').trimEnd().split('\n')
  expect(lines).toHaveLength(5000)
  expect(lines[0]).toMatch(
    /^\{"ts":"2026-01-15T00:00:03\.569Z","level":"info","service":"gateway","host":"gateway-7d9f-2"/,
  )
  const records = lines.map((line) => JSON.parse(line))
  const times = records.map(({ts}) => ts)
  expect([...times].sort()).toEqual(times)
  expect(records.filter(({level}) => level === 'error').length).toBeGreaterThan(60)
  expect(Math.round(lines.join('\n').length / 5000)).toBe(294)
})
