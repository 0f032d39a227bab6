// `logflow live` under as many records as an hour of 2,000 a second brings, as fast as they are taken: is memory flat, and is
// every record counted at the end?
//   node bench/soak-live.mjs [--records 7200000] [--rate 20000] [--json out.json]
// Exit 1 where the answer is no. With fewer records it may be too short to tell. Needs script(1) and /proc.

import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {parseArgs} from 'node:util'
import {startUp} from './measure.mjs'
import {piped, usedBy} from './pseudo-terminal.mjs'
import {memoryVerdict} from './soak/verdict.mjs'

const {values: flags} = parseArgs({
  options: {
    records: {type: 'string', default: '7200000'},
    rate: {type: 'string', default: '20000'},
    json: {type: 'string'},
  },
})
const ROOT = join(import.meta.dirname, '..')
const LOGFLOW = [process.execPath, join(ROOT, 'bin/run.js')]
const RECORDS = Number(flags.records)
const EVERY_MS = 10_000

const folder = mkdtempSync(join(tmpdir(), 'logflow-soak-'))
try {
  process.exitCode = (await soak()) ? 0 : 1
} finally {
  rmSync(folder, {recursive: true, force: true})
}

async function soak() {
  const env = {HOME: folder, LANG: 'C.UTF-8', TZ: 'UTC'}
  const lines = join(folder, 'lines.log')
  const made = ['generate', '--count', '100000', '--rate', '2000', '--seed', '1', '--quiet', '--to', lines]
  startUp(LOGFLOW[0], [LOGFLOW[1], ...made], () => true, env)
  const feed = [process.execPath, join(ROOT, 'bench/feed.mjs'), lines, flags.rate, flags.records]
  const {terminal, pid} = await piped(feed, [...LOGFLOW, 'live', '-'], {env, folder})
  const began = performance.now()
  const all = `${RECORDS.toLocaleString('en-US')} in all`
  let done = false
  // A thousand a second at least.
  const counted = terminal.shows(new RegExp(all), began, RECORDS + 60_000).finally(() => {
    done = true
  })
  // Looked at where it is awaited.
  counted.catch(() => {})
  const samples = []
  while (!done) {
    await Promise.race([sleep(EVERY_MS), counted.catch(() => {})])
    const {rss} = usedBy(pid)
    samples.push([(performance.now() - began) / 1_000, rss])
    process.stderr.write(`${samples.at(-1)[0].toFixed(0)} s  ${(rss / 1e6).toFixed(0)} MB\n`)
  }
  await counted
  await terminal.end('q')
  const memory = memoryVerdict(samples)
  const text = `${all}, none missing, in ${samples.at(-1)[0].toFixed(0)} s; memory ${mb(memory.from)} → ${mb(memory.to)}, at most ${mb(memory.highest)}: ${
    memory.flat === undefined ? 'too short to tell' : memory.flat ? 'flat' : 'NOT FLAT'
  }`
  console.log(text)
  if (flags.json) writeFileSync(flags.json, `${JSON.stringify({records: RECORDS, memory, samples}, null, 2)}\n`)
  return memory.flat !== false
}

function mb(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`
}
