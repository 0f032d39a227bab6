// Every published figure, each beside its peer in the same run. Peers that are not there are named and left out.
//   npm run bench -- [--only start-up,generate] [--records 1000000] [--runs 3] [--json out.json]
// Rows that take minutes, or measure no time, are run when they are asked for by name alone: --only precision
// A row is a file in rows/: `title`, `run(context)` that gives figures, and where it needs a server or a program,
// `missing(context)` that says what is not there. A row checks what came out before it gives a time.
// rows/generate.mjs is the smallest; copy it.

import {existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {cpus, totalmem} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {openCorpus} from './corpus.mjs'
import {showTable} from './table.mjs'

const ROOT = join(import.meta.dirname, '..')
const MEMORY_AIM = 300e6
const ORDER = [
  'start-up',
  'generate',
  'lake',
  'lake-search',
  'alerts',
  'trace',
  'live',
  'api',
  'kafka',
  'elasticsearch',
]
const ONLY_ASKED = ['lake-search-5m', 'precision']

const {values: flags} = parseArgs({
  options: {
    only: {type: 'string'},
    records: {type: 'string', default: '1000000'},
    runs: {type: 'string', default: '3'},
    json: {type: 'string'},
  },
})

const names = flags.only?.split(',') ?? ORDER
const all = [...ORDER, ...ONLY_ASKED]
const unknown = names.find((name) => !all.includes(name))
if (unknown) fail(`no row "${unknown}"; there are ${all.join(', ')}`)
if (!existsSync(join(ROOT, 'dist/logflow.cjs'))) fail('logflow is not built: npm run build')

const cache = join(ROOT, '.cache/bench')
mkdirSync(cache, {recursive: true})
const scratch = mkdtempSync(join(cache, 'run-'))
const stops = []
const context = {
  root: ROOT,
  /** The command under measure: [program, first arguments]. */
  logflow: [process.execPath, join(ROOT, 'bin/run.js')],
  records: Number(flags.records),
  runs: Number(flags.runs),
  corpus: (records = Number(flags.records)) => openCorpus({records, folder: cache}),
  /** An empty folder. */
  folder: (name) => mkdtempSync(join(scratch, `${name}-`)),
  /** Called at the end, whatever happens: for servers that a row started. */
  onEnd: (stop) => stops.push(stop),
  say: (text) => process.stderr.write(`${text}\n`),
}

const report = {
  date: new Date().toISOString(),
  node: process.version,
  machine: {cpu: cpus()[0]?.model, cores: cpus().length, memory: totalmem()},
  records: context.records,
  runs: context.runs,
  figures: [],
  left_out: [],
}
let failed = false
try {
  for (const name of names) await runRow(name)
} finally {
  for (const stop of stops.reverse()) await stop()
  rmSync(scratch, {recursive: true, force: true})
  for (const old of readdirSync(cache)) if (old.endsWith('.part')) rmSync(join(cache, old))
}
report.figures.push(...memoryOfEach(report.figures))
showTable(report)
if (flags.json) writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`)
process.exitCode = failed ? 1 : 0

/** A row that fails is told and does not keep the others from being measured. */
async function runRow(name) {
  const row = await import(`./rows/${name}.mjs`)
  const missing = await row.missing?.(context)
  if (missing) {
    report.left_out.push({row: name, what: row.title, why: missing})
    return
  }
  context.say(`${name}: ${row.title} …`)
  try {
    const {figures, leftOut = []} = await row.run(context)
    report.figures.push(...figures.map((figure) => ({row: name, ...figure})))
    report.left_out.push(...leftOut.map((entry) => ({row: name, ...entry})))
  } catch (error) {
    failed = true
    report.left_out.push({row: name, what: row.title, why: `FAILED: ${error.message}`})
  }
}

/** One figure for all: the largest peak of any process of ours, whatever the size of its input. */
function memoryOfEach(figures) {
  const measured = figures.filter(({ours}) => ours.rss > 0).sort((a, b) => b.ours.rss - a.ours.rss)
  if (measured.length === 0) return []
  const over = measured.filter(({ours}) => ours.rss >= MEMORY_AIM).map(({figure}) => figure)
  const text = over.length > 0 ? `< 300 MB each, but: ${over.join(', ')}` : '< 300 MB each'
  const value = measured[0].ours.rss / 1e6
  return [
    {row: 'memory', figure: 'peak memory of each', unit: 'MB', ours: {value}, aim: {text, met: over.length === 0}},
  ]
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`)
  process.exit(2)
}
