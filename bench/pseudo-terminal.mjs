// A program in a pseudo-terminal of script(1): keys go in by the byte, and what it draws comes out with its time. tmux, which
// the tests use, draws the screen itself and answers in its own time; this has nothing between.

import {spawn} from 'node:child_process'
import {existsSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {cleanEnv} from './measure.mjs'

const STYLES = /\u001b\[[\d;]*m/g
const WAIT_MS = 60_000

export class PseudoTerminal {
  #child
  /** What was drawn since the last key or wait, without colours. */
  #drawn = ''
  #all = 0
  frames = 0
  #look = () => {}
  #ended

  /** @param command for a shell; its process is the one that `exec` leaves */
  constructor(command, {columns = 130, rows = 40, env = {}} = {}) {
    const line = `stty rows ${rows} cols ${columns}; ${command}`
    this.#child = spawn('script', ['-qfec', line, '/dev/null'], {
      env: cleanEnv({TERM: 'xterm-256color', ...env}),
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    this.#ended = new Promise((resolve) => this.#child.once('exit', resolve))
    // Keys for a program that has just ended.
    this.#child.stdin.on('error', () => {})
    this.#child.stdout.setEncoding('utf8')
    this.#child.stdout.on('data', (text) => {
      this.#all += text.length
      this.frames += text.split('\u001b[?2026h').length - 1
      this.#drawn += text.replace(STYLES, '')
      // Whoever waits has seen the older part.
      if (this.#drawn.length > 1_000_000) this.#drawn = this.#drawn.slice(-500_000)
      this.#look()
    })
  }

  get bytes() {
    return this.#all
  }

  /** Sends keys and resolves to the ms until what is looked for was drawn. */
  press(keys, looked) {
    this.#drawn = ''
    const began = performance.now()
    this.#child.stdin.write(keys)
    return this.shows(looked, began)
  }

  /** Resolves to the ms since `began` once it was drawn; rejects after a minute, or what is given. */
  shows(looked, began = performance.now(), within = WAIT_MS) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#look = () => {}
        reject(new Error(`${looked} was never drawn; last: ${JSON.stringify(this.#drawn.slice(-500))}`))
      }, within)
      this.#look = () => {
        if (!looked.test(this.#drawn)) return
        clearTimeout(timer)
        this.#look = () => {}
        resolve(performance.now() - began)
      }
      this.#look()
    })
  }

  /** Presses the keys that end the program; what does not end of them is ended. */
  async end(keys) {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.stdin.write(keys)
    const timers = [
      [5_000, 'SIGHUP'],
      [8_000, 'SIGKILL'],
    ].map(([ms, signal]) => setTimeout(() => this.#child.kill(signal), ms))
    await this.#ended
    for (const timer of timers) clearTimeout(timer)
  }
}

/**
 * One program's output piped into another, in a terminal; resolves once the other has begun, to its process id beside the
 * terminal. @param folder for a file, which nobody else writes to
 */
export async function piped(feed, command, {env, folder}) {
  const file = join(folder, 'pid')
  rmSync(file, {force: true})
  // A shell's own id is what `exec` keeps.
  const read = ['sh', '-c', 'echo $$ > "$0"; exec "$@"', file, ...command]
  const terminal = new PseudoTerminal(`${quoted(feed)} | ${quoted(read)}`, {env})
  for (const until = performance.now() + WAIT_MS; performance.now() < until; await wait(20)) {
    const pid = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
    if (pid !== '') return {terminal, pid: Number(pid)}
  }
  throw new Error(`${command.join(' ')} did not start`)
}

export function quoted(words) {
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
}

/** What a process has used so far: seconds of CPU, bytes of memory now and at its peak. */
export function usedBy(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kilobytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1])
  const cpu = (Number(fields[11]) + Number(fields[12])) / 100
  return {cpu, rss: kilobytes('VmRSS') * 1024, peak: kilobytes('VmHWM') * 1024}
}
