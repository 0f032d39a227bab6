// The first minute: makes logs up, ships and processes them, finds an error and prints its whole trace. Everything
// happens in a temporary folder, with no server and none of the user's settings, and is removed at the end.
import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const BINARY = join(ROOT, 'bin', 'run.js')
const began = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'logflow-demo-'))

/** The user's environment without what would lead elsewhere. */
function ownEnvironment() {
  const env = {...process.env}
  for (const name of Object.keys(env)) {
    if (/^(LOGFLOW_|KAFKA_|ELASTICSEARCH_)/.test(name) || name === 'NODE_EXTRA_CA_CERTS') delete env[name]
  }
  return {...env, LOGFLOW_DATA_DIR: join(folder, 'data'), LOGFLOW_OUTPUT: 'pretty', XDG_CONFIG_HOME: folder}
}

/** Shows a command line, runs it, and returns what it wrote when that is not for the screen. */
function logflow(args, {quietly = false} = {}) {
  if (!quietly) console.log(`\n$ logflow ${args.map(quoted).join(' ')}`)
  const stdio = ['ignore', quietly ? 'pipe' : 'inherit', 'inherit']
  const {status, stdout} = spawnSync(process.execPath, [BINARY, ...args], {
    cwd: folder,
    env: ownEnvironment(),
    stdio,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`logflow ${args[0]} ended with status ${status}`)
  return stdout
}

function quoted(word) {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word}'`
}

function show() {
  const failed = 'level:error "payment failed"'
  logflow(['generate', '--duration', '60', '--rate', '500', '--seed', 'demo', '--to', 'shop.log'])
  logflow(['ship', 'shop.log', '--no-process'])
  logflow(['process', '--once'])
  logflow(['search', failed, '--since', '15m', '--limit', '3'])
  const newest = JSON.parse(logflow(['search', failed, '--limit', '1', '-o', 'jsonl'], {quietly: true}))
  logflow(['trace', newest.trace_id])
}

process.on('SIGINT', () => process.exit(130))
process.on('exit', () => rmSync(folder, {recursive: true, force: true}))
if (!existsSync(join(ROOT, 'dist', 'logflow.cjs'))) {
  console.error('error: logflow is not built\n  npm install  in its folder builds it')
  process.exit(70)
}
try {
  show()
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `\nThat took ${seconds} s, with no server. Your own logs: logflow ship FILE…, then logflow search and trace.`,
  )
} catch (error) {
  console.error(`\nerror: the demo stopped: ${error.message}`)
  process.exitCode = 70
}
