// `logflow up` for minutes under the load of many users, with Redis and PostgreSQL killed and started again meanwhile
// where they are asked for: is memory flat, is every answer one that a user expects, and is everything there at the end?
//   node bench/soak-up.mjs [--minutes 10] [--redis] [--postgres] [--lines 500] [--apart] [--port 28070] [--json out.json]
// --apart: `serve` and `process` as two processes. Servers take the two ports above. Exit 1 where the answer is no.

import {spawn, spawnSync} from 'node:child_process'
import {closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {pathToFileURL} from 'node:url'
import {parseArgs} from 'node:util'
import {build} from 'esbuild'
import {cleanEnv} from './measure.mjs'
import {poster, Reader, searcher, Tally, watcher} from './soak/load.mjs'
import {faultsOf, memoryVerdict} from './soak/verdict.mjs'

const {values: flags} = parseArgs({
  options: {
    minutes: {type: 'string', default: '10'},
    lines: {type: 'string', default: '500'},
    port: {type: 'string', default: '28070'},
    redis: {type: 'boolean', default: false},
    postgres: {type: 'boolean', default: false},
    apart: {type: 'boolean', default: false},
    json: {type: 'string'},
  },
})
const ROOT = join(import.meta.dirname, '..')
const BINARY = join(ROOT, 'bin/run.js')
const SECONDS = Number(flags.minutes) * 60
const PORT = Number(flags.port)
const BASE = `http://127.0.0.1:${PORT}`
const PASSWORD = 'soak-password-1'
/** After a server is back, until all that needs it has noticed. */
const GRACE_MS = 10_000
const READERS = 3

mkdirSync(join(ROOT, '.cache'), {recursive: true})
const folder = mkdtempSync(join(ROOT, '.cache/soak-'))
const servers = []
const children = []
try {
  process.exitCode = (await soak()) ? 0 : 1
} catch (error) {
  for (const {name} of children)
    say(`${name} said last: ${readFileSync(join(folder, `${name}.log`), 'utf8').slice(-2_000)}`)
  throw error
} finally {
  for (const child of children) child.kill('SIGKILL')
  for (const {server} of servers) await server.remove()
  rmSync(folder, {recursive: true, force: true})
}

async function soak() {
  await startServers()
  startLogflow()
  await until('the API answers', 60, async () => (await fetch(`${BASE}/health`)).status === 200)
  const token = await signIn()
  const tally = new Tally()
  const [posting, asking, reading] = [new AbortController(), new AbortController(), new AbortController()]
  const readers = Array.from({length: READERS}, () => new Reader())
  const following = readers.map((reader) => reader.follow(BASE, reading.signal))
  await sleep(1_000)
  say(
    `${flags.minutes} min of ${flags.lines} lines a second, 4 who search, 4 who look at figures, ${READERS} who follow`,
  )

  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1_000
  const memory = sampleMemory(seconds)
  const linesPerSecond = Number(flags.lines) / 2
  const loads = [
    ...Array.from({length: 2}, () => poster(BASE, tally, {token, linesPerSecond, signal: posting.signal})),
    ...Array.from({length: 4}, () => searcher(BASE, tally, asking.signal)),
    ...Array.from({length: 4}, () => watcher(BASE, tally, asking.signal)),
  ]
  const whole = Promise.all([outages(tally, seconds), told(tally, memory, seconds)])
  await Promise.race([whole, failureOf(loads)])
  posting.abort()
  asking.abort()
  await Promise.all(loads)
  memory.stop()
  const complete = await checkComplete(tally, readers)
  reading.abort()
  await Promise.all(following)
  const ended = await stopLogflow()
  return report({tally, memory, readers, complete, ended})
}

async function startServers() {
  for (const [i, name] of ['redis', 'postgres'].entries()) {
    if (!flags[name]) continue
    const outfile = join(folder, `${name}.mjs`)
    const entryPoints = [join(ROOT, `test/support/start-${name}.ts`)]
    await build({entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20'})
    const {startRedis, startPostgres} = await import(pathToFileURL(outfile).href)
    servers.push({name, server: await (startRedis ?? startPostgres)({port: PORT + 1 + i})})
  }
}

function startLogflow() {
  const [redis, postgres] = ['redis', 'postgres'].map((name) => servers.find((one) => one.name === name)?.server.url)
  const env = cleanEnv({
    HOME: folder,
    LOGFLOW_DATA_DIR: join(folder, 'data'),
    LOGFLOW_PASSWORD: PASSWORD,
    LOGFLOW_API_RATE_LIMITS: 'off',
    ACCESS_TOKEN_EXPIRE_MINUTES: String(2 * Math.ceil(SECONDS / 60) + 60),
    ...(redis ? {REDIS_URL: redis} : {}),
    ...(postgres ? {DATABASE_URL: postgres} : {}),
  })
  const admin = spawnSync(process.execPath, [BINARY, 'users', 'create', 'admin', '--admin'], {env, cwd: folder})
  if (admin.status !== 0) throw new Error(`no admin: ${admin.stderr}`)
  const commands = flags.apart ? [['serve', '--port', `${PORT}`], ['process']] : [['up', '--port', `${PORT}`]]
  for (const [name, ...args] of commands) {
    const log = openSync(join(folder, `${name}.log`), 'w')
    const stdio = ['ignore', 'ignore', log]
    const child = spawn(process.execPath, [BINARY, name, ...args], {env, cwd: folder, stdio})
    closeSync(log)
    children.push(Object.assign(child, {name}))
  }
}

async function signIn() {
  const body = new URLSearchParams({username: 'admin', password: PASSWORD})
  const response = await fetch(`${BASE}/api/v1/auth/login`, {method: 'POST', body})
  if (response.status !== 200) throw new Error(`no sign-in: ${response.status} ${await response.text()}`)
  return (await response.json()).access_token
}

/** Each server is killed once, and is away for a twentieth of the run. */
async function outages(tally, seconds) {
  for (const [i, {name, server}] of servers.entries()) {
    while (seconds() < SECONDS * (0.45 + 0.25 * i)) await sleep(200)
    say(`${name} is killed`)
    tally.away = name
    await server.kill()
    await sleep(Math.max(3_000, SECONDS * 50))
    await server.start()
    say(`${name} is back`)
    await sleep(GRACE_MS)
    tally.away = 'nothing'
  }
}

/** Rejects where a load, or logflow itself, ends by itself. */
function failureOf(loads) {
  return new Promise((_, reject) => {
    for (const load of loads) load.catch(reject)
    for (const child of children) {
      const told = (code, signal) => reject(new Error(`${child.name} ended with ${code ?? signal}`))
      if (child.exitCode !== null || child.signalCode !== null) told(child.exitCode, child.signalCode)
      else child.once('exit', told)
    }
  })
}

function sampleMemory(seconds) {
  const samples = children.map(() => [])
  const look = () => {
    for (const [i, {pid}] of children.entries()) {
      const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : ''
      const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0)
      if (kilobytes > 0) samples[i].push([seconds(), kilobytes * 1_024])
    }
  }
  const timer = setInterval(look, 1_000)
  return {samples, stop: () => clearInterval(timer)}
}

/** What was acknowledged is stored once each, and every follower has had it. */
async function checkComplete(tally, readers) {
  const count = tally.acknowledged
  const stored = async () => {
    const response = await fetch(`${BASE}/api/v1/logs/search?query=service:soak*&limit=1&total=true`)
    return (await response.json()).total
  }
  await until('all is stored and told', 60, async () => {
    return (await stored()) === count && readers.every((reader) => reader.account(count).came === count)
  }).catch(() => undefined)
  return {acknowledged: count, stored: await stored(), told: readers.map((reader) => reader.account(count))}
}

async function stopLogflow() {
  return Promise.all(
    children.map((child) => {
      child.removeAllListeners('exit')
      if (child.exitCode !== null || child.signalCode !== null) return `${child.exitCode ?? child.signalCode}`
      const exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve(`${code ?? signal}`)))
      child.kill('SIGTERM')
      return exit
    }),
  )
}

function report({tally, memory, readers, complete, ended}) {
  const verdicts = children.map(({name}, i) => ({name, ...memoryVerdict(memory.samples[i])}))
  const faults = faultsOf(tally.counts)
  const {acknowledged, stored, told} = complete
  if (stored !== acknowledged) faults.push(`${acknowledged} lines were acknowledged, and ${stored} are stored`)
  for (const {came} of told) if (came !== acknowledged) faults.push(`a follower got ${came} of ${acknowledged} lines`)
  for (const {name, flat} of verdicts) if (flat === false) faults.push(`the memory of ${name} grows`)
  for (const [i, status] of ended.entries()) if (status !== '0') faults.push(`${children[i].name} ended with ${status}`)
  const mb = (bytes) => `${Math.round(bytes / 1e6)} MB`
  say('')
  for (const {name, from, to, perMinute, highest, flat} of verdicts)
    say(
      `${name}: ${mb(from)} → ${mb(to)} (${(perMinute / 1e6).toFixed(1)} MB/min), at most ${mb(highest)}: ${flat === undefined ? 'too short to tell' : flat ? 'flat' : 'GROWS'}`,
    )
  for (const [key, count] of [...tally.counts].sort()) say(`${key.replace(/^(\S+)/, '$1 away:')}  ${count}`)
  for (const kind of [...tally.times.keys()].sort())
    say(
      `${kind}: median ${tally.slowest(kind, 0.5).toFixed(1)} ms, 99 % within ${tally.slowest(kind, 0.99).toFixed(0)} ms`,
    )
  say(
    `${acknowledged} lines acknowledged, ${stored} stored; ${readers.map(({cuts, gaps}, i) => `follower ${i + 1}: ${told[i].came} (${told[i].again} twice, ${cuts} cuts, ${gaps} gaps)`).join('; ')}`,
  )
  for (const fault of faults) say(`FAULT: ${fault}`)
  if (faults.length > 0) for (const [text, count] of errorsTold()) say(`  in the log ${count} ×: ${text}`)
  say(faults.length === 0 ? 'verdict: good' : 'verdict: NOT GOOD')
  if (flags.json)
    writeFileSync(flags.json, JSON.stringify({verdicts, counts: Object.fromEntries(tally.counts), complete, faults}))
  return faults.length === 0
}

/** What logflow's own logs tell of errors, each once. */
function errorsTold() {
  const told = new Map()
  for (const {name} of children) {
    for (const line of readFileSync(join(folder, `${name}.log`), 'utf8').split('\n')) {
      if (!line.includes('"level":"error"')) continue
      const {event, error} = JSON.parse(line)
      const text = `${event} ${JSON.stringify(error)}`.slice(0, 600)
      told.set(text, (told.get(text) ?? 0) + 1)
    }
  }
  return told
}

/** Until the end, a line now and then. */
async function told(tally, {samples}, seconds) {
  while (seconds() < SECONDS) {
    await sleep(Math.min(30_000, 1_000 * Math.max(0.1, SECONDS - seconds())))
    const rss = samples.map((one) => `${Math.round((one.at(-1)?.[1] ?? 0) / 1e6)} MB`).join(' + ')
    say(`${Math.round(seconds())} s: ${rss}, ${tally.acknowledged} lines`)
  }
}

async function until(what, patience, check) {
  for (const deadline = performance.now() + patience * 1_000; performance.now() < deadline; await sleep(200)) {
    if (await check().catch(() => false)) return
  }
  throw new Error(`not within ${patience} s: ${what}`)
}

function say(text) {
  process.stdout.write(`${text}\n`)
}
