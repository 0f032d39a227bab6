// Servers for rows that need one: the address in the environment, or one started here through test/services.

import {spawn} from 'node:child_process'
import {createServer} from 'node:net'
import {join} from 'node:path'
import {cleanEnv, isInstalled} from './measure.mjs'

/** `variable` is the name of the address in the environment, `script` a file in test/services. */
export async function server(context, {variable, script}) {
  const given = process.env[variable]
  if (given) return given
  const folder = context.folder('server')
  const program = join(context.root, 'test/services', script)
  const address = await runScript(program, ['start', folder, String(await freePort())])
  context.onEnd(() => runScript(program, ['stop', folder]).catch((error) => context.say(error.message)))
  return address
}

/** Why no server can be had; `undefined` when one can. */
export function serverMissing(variable) {
  if (process.env[variable]) return undefined
  const needed = ['java', 'mvn'].filter((command) => !isInstalled(command))
  return needed.length > 0 ? `${needed.join(' and ')} not installed, and ${variable} names no server` : undefined
}

function runScript(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', [program, ...args], {env: cleanEnv(), stdio: ['ignore', 'pipe', 'pipe']})
    const out = []
    const err = []
    child.stdout.on('data', (chunk) => out.push(chunk))
    child.stderr.on('data', (chunk) => err.push(chunk))
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0) return resolve(Buffer.concat(out).toString().trim().split('\n').at(-1))
      reject(new Error(`${program} ${args.join(' ')} ended with ${code}: ${Buffer.concat(err).toString().trim()}`))
    })
  })
}

/** The harness puts a broker's second listener 101 above the port, so that one is asked for too. */
async function freePort() {
  for (;;) {
    const port = await listen(0)
    if (port < 65_000 && (await listen(port + 101).catch(() => undefined))) return port
  }
}

function listen(port) {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(port, '127.0.0.1', () => {
      const found = probe.address().port
      probe.close(() => resolve(found))
    })
  })
}
