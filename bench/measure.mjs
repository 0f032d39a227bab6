// One whole process: its wall time, CPU time and highest resident memory, as the system counts them.

import {spawn, spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const TIME = '/usr/bin/time'
const hasTime = existsSync(TIME)

/** The environment of everything measured: a certificate bundle to read costs every start of Node 45 ms. */
export function cleanEnv(extra = {}) {
  const env = {...process.env, ...extra}
  for (const name of Object.keys(env))
    if (name === 'NODE_EXTRA_CA_CERTS' || /^LOGFLOW_BENCH_/.test(name)) delete env[name]
  return env
}

/**
 * Runs a command line to its end. Rejects when it fails. Resolves to {seconds, cpu, rss, stdout, stderr}: seconds of
 * wall and CPU time, bytes. `stdout: 'ignore'` or a file descriptor keeps large outputs away from us.
 */
export async function measure(command, args, {env, cwd, stdout = 'pipe', timeout = 600_000} = {}) {
  const scratch = mkdtempSync(join(tmpdir(), 'logflow-measure-'))
  const report = join(scratch, 'time')
  const [program, words] = hasTime ? [TIME, ['-f', '%e %U %S %M', '-o', report, command, ...args]] : [command, args]
  try {
    const began = performance.now()
    const child = spawn(program, words, {env: cleanEnv(env), cwd, stdio: ['ignore', stdout, 'pipe'], timeout})
    const watched = hasTime ? undefined : watch(child.pid)
    const [out, err, status] = await Promise.all([
      child.stdout ? text(child.stdout) : '',
      text(child.stderr),
      new Promise((resolve, reject) => {
        child.on('error', reject)
        child.on('close', (code, signal) => resolve(code ?? signal))
      }),
    ])
    const seconds = (performance.now() - began) / 1000
    if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${status}\n${err}`)
    return {seconds, ...(watched ? watched() : readReport(report)), stdout: out, stderr: err}
  } finally {
    rmSync(scratch, {recursive: true, force: true})
  }
}

/** Wall time in ms of a short command with nothing around it; its output must satisfy `check`. */
export function startUp(command, args, check = () => true, env = {}) {
  const began = performance.now()
  const {status, stdout, stderr} = spawnSync(command, args, {env: cleanEnv(env), encoding: 'utf8', maxBuffer: 1 << 28})
  const ms = performance.now() - began
  if (status !== 0 || !check(stdout))
    throw new Error(`${[command, ...args].join(' ')} ended with ${status}: ${stdout.slice(0, 300)}${stderr}`)
  return {ms, stdout}
}

export function isInstalled(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
}

function readReport(file) {
  const [, user, system, kilobytes] = readFileSync(file, 'utf8').trim().split('\n').at(-1).split(' ').map(Number)
  return {cpu: user + system, rss: kilobytes * 1024}
}

/** Without GNU time: looked at every 20 ms while it runs, so that the last 20 ms of CPU time may be missing. */
function watch(pid) {
  let cpu = 0
  let rss = 0
  const look = () => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      cpu = (Number(fields[11]) + Number(fields[12])) / 100
      rss = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024 || rss
    } catch {
      // It has just ended, or there is no /proc: the last figures stand.
    }
  }
  const timer = setInterval(look, 20)
  return () => {
    clearInterval(timer)
    return {cpu, rss}
  }
}

async function text(stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
