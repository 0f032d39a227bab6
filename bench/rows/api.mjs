import {spawn, spawnSync} from 'node:child_process'
import {createReadStream, openSync, readFileSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:net'
import {availableParallelism} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {setTimeout as sleep} from 'node:timers/promises'
import {build} from 'esbuild'
import {bundleOptions} from '../../tools/build-options.mjs'
import {cleanEnv, isInstalled, measure} from '../measure.mjs'
import {alternate, median} from '../statistics.mjs'

export const title = 'the REST API: cached and fresh figures, one trace'

/** Connections that ask at the same time for what is cached. */
const CONNECTIONS = 8
const SECONDS = 3
const TRACES = 20
const SINCE = '2026-01-15T00:00:00.000Z'
const UNTIL = '2026-01-16T00:00:00.000Z'
const OVERVIEW = '/api/v1/metrics/overview'

/**
 * One server, asked from another core; for what is cached it has one core for itself. Beside it a server on the same core
 * that does nothing but send the same bytes, and the same question to the store with no server between. Limits are
 * counted as ever, but set high.
 */
export async function run(context) {
  const [node, bin] = context.logflow
  const corpus = context.corpus()
  const folder = context.folder('api')
  await measure(node, [bin, 'ship', corpus.path, '--data-dir', folder])
  const traces = await someTraces(corpus)
  const port = await freePort()
  const api = start(context, [node, bin, 'serve', '--port', `${port}`, '--data-dir', folder], {
    LOGFLOW_API_RATE_LIMITS: 'default=999999999/minute,logs.search=999999999/minute',
  })
  await answering(api, port, '/health')

  const path = `${OVERVIEW}?since=${SINCE}&until=${UNTIL}`
  const body = await checkedOverview(port, path, corpus.records)
  const file = join(folder, 'body.json')
  writeFileSync(file, body)
  const barePort = await freePort()
  const bareServer = start(context, [node, join(context.root, 'bench/peers/bare-http.mjs'), file, `${barePort}`])
  await answering(bareServer, barePort, '/')

  const queries = [
    await freshFigure(context, {port, folder, records: corpus.records}),
    await traceFigure(context, {port, folder, traces}),
  ]
  const isPinned = [api, bareServer].every(({pid}) => pin(pid, 0))
  const figures = [...(await cachedFigures(context, {port, path, barePort, length: body.length})), ...queries]
  figures[0].ours.rss = highestMemory(api.pid)
  await stop(api)
  await stop(bareServer)
  const leftOut = isPinned ? [] : [{what: 'a core for the server alone', why: 'no taskset, or one core'}]
  return {figures, leftOut}
}

/** Requests a second, and what the slowest hundredth takes, of an answer that is in the cache. */
async function cachedFigures(context, {port, path, barePort, length}) {
  const load = (port, path) => loadOf(context, {port, paths: [path], connections: CONNECTIONS, seconds: SECONDS})
  const [mine, bares] = await alternate(
    context.runs,
    () => load(port, path),
    () => load(barePort, '/'),
  )
  for (const {bodies} of [...mine, ...bares]) {
    if (Object.keys(bodies).join() !== `${length}`) throw new Error(`answers of ${Object.keys(bodies)} bytes`)
  }
  const figure = `overview over HTTP, cached, ${CONNECTIONS} connections`
  const name = 'node:http'
  const [rate, bareRate] = [mine, bares].map((runs) => spread(runs.map(({perSecond}) => perSecond)))
  const [p99, bareP99] = [mine, bares].map((runs) => spread(runs.map(({ms}) => ms.p99)))
  return [
    {
      figure,
      unit: 'requests/s',
      ours: rate,
      peer: {name, ...bareRate},
      aim: {text: '> 2,000', met: rate.value > 2_000},
    },
    {
      figure: `${figure}, 99th percentile`,
      unit: 'ms',
      ours: p99,
      peer: {name, ...bareP99},
      aim: {text: '< 5', met: p99.value < 5},
    },
  ]
}

/** Of periods that nobody has asked for. */
async function freshFigure(context, {port, folder, records}) {
  let asked = 0
  const ours = []
  const fresh = () => `${OVERVIEW}?since=${SINCE}&until=${new Date(Date.parse(UNTIL) + ++asked).toISOString()}`
  for (let round = 0; round < context.runs; round++) {
    const paths = Array.from({length: 2_000}, fresh)
    const {ms, requests} = await loadOf(context, {port, paths, connections: 1, seconds: SECONDS})
    if (requests > 1_500) throw new Error('asked so often that answers came from the cache')
    ours.push(ms.median)
  }
  const {records: counted, times} = await bundled(context, 'warm-overview', [join(folder, 'lake'), SINCE, UNTIL, '20'])
  if (counted !== records) throw new Error(`the store counts ${counted} of ${records} records`)
  const value = median(ours)
  return {
    figure: 'overview over HTTP, not cached',
    unit: 'ms',
    ours: spread(ours),
    peer: {name: 'the store', ...spread(times)},
    aim: {text: '< 250', met: value < 250},
  }
}

async function traceFigure(context, {port, folder, traces}) {
  const paths = [...traces.keys()].map((id) => `/api/v1/logs/search?trace_id=${id}&limit=1000`)
  for (const [i, [id, count]] of [...traces].entries()) {
    const {records} = JSON.parse((await ask(port, paths[i])).text)
    if (records.length !== count || records.some((record) => record.trace_id !== id))
      throw new Error(`trace ${id}: ${records.length} records instead of ${count}`)
  }
  const runs = []
  for (let round = 0; round < context.runs; round++) {
    runs.push(await loadOf(context, {port, paths, connections: 1, seconds: SECONDS}))
  }
  const questions = [...traces.keys()].map((id) => ({query: `trace_id:${id}`, limit: 1_000}))
  const direct = await bundled(context, 'warm-lake', [join(folder, 'lake'), JSON.stringify(questions), '9'])
  const ours = spread(runs.map(({ms}) => ms.median))
  return {
    figure: 'one trace over HTTP',
    unit: 'ms',
    ours,
    peer: {name: 'the store', ...spread(direct.map(({times}) => median(times)))},
    aim: {text: '< 30', met: ours.value < 30},
  }
}

/** The text of the overview, which is right, and comes from the cache the second time. */
async function checkedOverview(port, path, records) {
  const first = await ask(port, path)
  const again = await ask(port, path)
  const {records: counted} = JSON.parse(first.text)
  if (counted !== records) throw new Error(`the overview counts ${counted} of ${records} records`)
  if (again.text !== first.text || again.headers.get('x-cache') !== 'hit') throw new Error('the overview is not cached')
  return Buffer.from(first.text)
}

async function ask(port, path) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {headers: {'accept-encoding': 'identity'}})
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text.slice(0, 300)}`)
  return {text, headers: response.headers}
}

async function loadOf(context, load) {
  const words = CAN_PIN ? ['taskset', '-c', '1'] : []
  const file = join(context.folder('load'), 'load.json')
  writeFileSync(file, JSON.stringify(load))
  const [command, ...args] = [...words, context.logflow[0], join(context.root, 'bench/http-load.mjs'), file]
  return JSON.parse((await measure(command, args)).stdout)
}

async function bundled(context, name, args) {
  const {outputFiles} = await build(bundleOptions(`bench/${name}.mjs`))
  const script = join(context.root, `.cache/bench/${name}.cjs`)
  writeFileSync(script, outputFiles[0].text)
  return JSON.parse((await measure(context.logflow[0], [script, ...args])).stdout)
}

const CAN_PIN = availableParallelism() > 1 && isInstalled('taskset')

/** Keeps a process, with all its threads, to one core from now on; false where that cannot be had. */
function pin(pid, core) {
  return CAN_PIN && spawnSync('taskset', ['-a', '-cp', `${core}`, `${pid}`]).status === 0
}

/** A server; what it says goes into a file, as a server's log does. */
function start(context, [command, ...args], env = {}) {
  const log = join(context.folder('log'), 'stderr')
  const child = spawn(command, args, {env: cleanEnv(env), stdio: ['ignore', 'ignore', openSync(log, 'w')]})
  context.onEnd(() => stop(child))
  return Object.assign(child, {log})
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await exit
}

async function answering(child, port, path) {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) break
    if (await ask(port, path).catch(() => undefined)) return
  }
  throw new Error(`a server did not answer: ${readFileSync(child.log, 'utf8').slice(-1_000)}`)
}

function highestMemory(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** Some traces all over the corpus, with the number of their records. */
async function someTraces({path, records}) {
  const every = Math.max(1, Math.floor(records / TRACES))
  const counts = new Map()
  const chosen = new Set()
  let line = 0
  for await (const text of createInterface({input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY})) {
    const id = /"trace_id":"([^"]+)"/.exec(text)?.[1]
    if (id === undefined) continue
    counts.set(id, (counts.get(id) ?? 0) + 1)
    if (line++ % every === 0) chosen.add(id)
  }
  return new Map([...chosen].map((id) => [id, counts.get(id)]))
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const {port} = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

function spread(values) {
  return {value: median(values), low: Math.min(...values), high: Math.max(...values)}
}
