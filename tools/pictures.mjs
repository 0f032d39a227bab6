// The pictures of the documentation: docs/pictures/NAME.svg, each the screen of a real terminal (tmux) in which the real
// binary ran on logs made up in a temporary folder.
//   npm run pictures              all of them
//   npm run pictures -- live      these alone
// Seed, time zone and sizes are fixed; what is not fixed is what is true of the run: how long it took, and in some
// pictures the time of day.
import {execFileSync, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {ansiToSvg} from './ansi-svg.mjs'

const ROOT = join(import.meta.dirname, '..')
const BINARY = join(ROOT, 'bin', 'run.js')
const FOLDER = join(ROOT, 'docs', 'pictures')
const LONGEST_WAIT_MS = 60_000
const COLUMNS = 100

const SEED = ['--seed', 'pictures']
/** Logs of a fixed day: what is asked of them is the same in every run. */
const FIXED = [...SEED, '--start', '2026-11-20T09:00:00Z', '--duration', '30m', '--rate', '60']
const INCIDENT = ['--scenario', 'slow-db@10m+6m', '--scenario', 'deploy-errors@24m+6m']
const RECENT = ['--scenario', 'slow-db@40m+6m', '--scenario', 'deploy-errors@54m+6m']

/** Each types what a user would into a shell; the picture is the screen then, or the one that is returned. */
const PICTURES = {
  async ship(shell) {
    shell.logflow('generate', ...FIXED, '--to', 'shop.log')
    shell.logflow('generate', ...SEED, '--count', '600000', '--to', 'gateway.log')
    await shell.run('logflow ship shop.log')
    shell.type('logflow ship gateway.log')
    const underway = await shell.until(/ [5-8]\d %/)
    await shell.end('C-c')
    return underway
  },
  async search(shell) {
    shipFixed(shell)
    await shell.run(`logflow search 'level>=warn payment' --limit 4`)
  },
  async trace(shell) {
    shipFixed(shell)
    const {trace_id} = newest(shell, 'service:gateway level:error http.status:504')
    await shell.run(`logflow trace ${trace_id.slice(0, 8)}`)
  },
  async patterns(shell) {
    shipFixed(shell)
    await shell.run("logflow patterns 'level>=warn' --limit 8")
  },
  async metrics(shell) {
    shipUntilNow(shell)
    await shell.run('logflow metrics overview --since 30m')
  },
  async alerts(shell) {
    shipUntilNow(shell)
    writeFileSync(join(shell.home, 'payment-errors.yaml'), RULE)
    await shell.run('logflow alerts apply payment-errors.yaml')
    shell.type('logflow alerts run --every 5s')
    await shell.until(/run --every 5s\n(.*\n)*.*Payment errors/)
    await shell.end('C-c')
    await shell.run('logflow alerts triggered')
  },
  async expect(shell) {
    shipFixed(shell)
    const {order_id} = newest(shell, 'service:orders confirmed').attributes
    await shell.run(`logflow expect 'service:orders confirmed order_id:${order_id}' --within 30s`)
    await shell.run('logflow expect --service payment --min-level error --none --since 2026-11-20T09:29:57Z')
  },
  async live(shell) {
    shipUntilNow(shell)
    writeFileSync(join(shell.home, 'payment-errors.yaml'), RULE)
    shell.logflow('alerts', 'apply', 'payment-errors.yaml')
    shell.beside('alerts', 'run', '--every', '5s')
    shell.beside(
      'generate',
      '--live',
      '--rate',
      '40',
      '--duration',
      '10m',
      ...SEED,
      '--scenario',
      'deploy-errors@0m+10m',
      '--to',
      'bus',
    )
    shell.type('logflow live --since 30m')
    const screen = await shell.until(/following +\d{2}\/s(.*\n)*.*✗ .*Payment errors/)
    await shell.end('C-c')
    return screen
  },
  async 'live-trace'(shell) {
    shipFixed(shell)
    shell.type("logflow live 'http.status:504' --since 2026-11-20T09:24:00Z")
    await shell.until(/ 504 /)
    shell.keys('t')
    await shell.until(/▕█/)
    shell.keys('e')
    const screen = await shell.until(/the first of/)
    await shell.end('C-c')
    return screen
  },
}

const RULE = `name: Payment errors
query: service:payment level:>=error
threshold: 50
time_window: 5m
severity: critical
`
const SIZES = {
  alerts: {columns: 118, rows: 40},
  live: {columns: 120, rows: 34},
  'live-trace': {columns: 120, rows: 20},
}

function shipFixed(shell) {
  shell.logflow('generate', ...FIXED, ...INCIDENT, '--to', 'shop.log')
  shell.logflow('ship', 'shop.log')
}

function shipUntilNow(shell) {
  shell.logflow('generate', ...SEED, '--duration', '1h', '--rate', '60', ...RECENT, '--to', 'shop.log')
  shell.logflow('ship', 'shop.log')
}

function newest(shell, query) {
  return JSON.parse(shell.logflow('search', query, '--limit', '1', '-o', 'jsonl'))
}

/** A shell in a terminal of its own, in an empty home, with `logflow` on its path. */
class Shell {
  #socket
  #children = []
  #prompts

  constructor(home, {columns = COLUMNS, rows = 60}) {
    this.home = home
    this.#socket = `logflow-pictures-${process.pid}`
    this.#prompts = join(home, '.prompts')
    mkdirSync(join(home, 'bin'))
    const starter = `#!/bin/sh\nexec '${process.execPath}' '${BINARY}' "$@"\n`
    writeFileSync(join(home, 'bin', 'logflow'), starter, {mode: 0o755})
    writeFileSync(
      join(home, '.rc'),
      `PS1='\\[\\e[1;32m\\]$\\[\\e[0m\\] '\nPROMPT_COMMAND='echo >>~/.prompts'\nunset HISTFILE\n`,
    )
    const set = Object.entries({...this.#env(), TERM: 'xterm-256color'}).map(([name, value]) => `${name}='${value}'`)
    const command = `cd '${home}' && exec env -i ${set.join(' ')} bash --noprofile --rcfile .rc`
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), command)
  }

  #env() {
    const PATH = `${join(this.home, 'bin')}:${process.env.PATH}`
    return {PATH, HOME: this.home, TZ: 'UTC', LANG: 'C.UTF-8'}
  }

  /** Runs logflow where nobody sees it, and returns what it wrote. */
  logflow(...args) {
    return execFileSync(process.execPath, [BINARY, ...args], {
      cwd: this.home,
      env: this.#env(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** Runs logflow beside what is seen, until the picture is taken. */
  beside(...args) {
    this.#children.push(spawn(process.execPath, [BINARY, ...args], {cwd: this.home, env: this.#env(), stdio: 'ignore'}))
  }

  type(line) {
    this.#tmux('send-keys', '-l', line)
    this.#tmux('send-keys', 'Enter')
  }

  keys(...keys) {
    this.#tmux('send-keys', ...keys)
  }

  /** Types a line at the prompt and waits for the next prompt. */
  async run(line) {
    await this.#wait(() => this.#prompted() > 0, 'a prompt')
    this.type(line)
    await this.#promptAfter(this.#prompted(), line)
  }

  /** Presses a key that ends what runs, and waits for the prompt. */
  async end(key) {
    const before = this.#prompted()
    this.keys(key)
    await this.#promptAfter(before, key)
  }

  /** Waits until the screen shows something, and returns that screen. */
  async until(what) {
    let screen = ''
    await this.#wait(() => {
      screen = this.screen()
      return plain(screen).search(what) >= 0
    }, what)
    return screen
  }

  /** The screen with its colours, without the prompt that waits below. */
  screen() {
    const lines = this.#tmux('capture-pane', '-p', '-e').trimEnd().split('\n')
    if (plain(lines.at(-1)).trim() === '$') lines.pop()
    return lines.join('\n')
  }

  async close() {
    for (const child of this.#children) {
      child.kill()
      if (child.exitCode === null) await once(child, 'exit')
    }
    spawnSync('tmux', ['-L', this.#socket, 'kill-server'])
  }

  async #promptAfter(before, what) {
    await this.#wait(() => this.#prompted() > before, `the end of ${what}`)
  }

  #prompted() {
    return existsSync(this.#prompts) ? readFileSync(this.#prompts, 'utf8').length : 0
  }

  async #wait(holds, what) {
    const deadline = Date.now() + LONGEST_WAIT_MS
    while (!holds()) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${what}; the screen:\n${this.screen()}`)
      await sleep(50)
    }
  }

  #tmux(...args) {
    return execFileSync('tmux', ['-L', this.#socket, ...args], {encoding: 'utf8'})
  }
}

function plain(text) {
  return text.replace(/\x1b\[[\d;]*m/g, '')
}

async function take(name) {
  const home = mkdtempSync(join(tmpdir(), 'logflow-pictures-'))
  const size = {columns: COLUMNS, ...SIZES[name]}
  const shell = new Shell(home, size)
  try {
    const screen = (await PICTURES[name](shell)) ?? shell.screen()
    return ansiToSvg(screen, {columns: size.columns, title: `logflow ${name.split('-')[0]}`})
  } finally {
    await shell.close()
    rmSync(home, {recursive: true, force: true})
  }
}

const asked = process.argv.slice(2)
const unknown = asked.find((name) => !(name in PICTURES))
if (unknown) {
  console.error(`error: no picture "${unknown}"; there are ${Object.keys(PICTURES).join(', ')}`)
  process.exit(2)
}
mkdirSync(FOLDER, {recursive: true})
for (const name of asked.length > 0 ? asked : Object.keys(PICTURES)) {
  const svg = await take(name)
  writeFileSync(join(FOLDER, `${name}.svg`), svg)
  console.log(`docs/pictures/${name}.svg   ${svg.length.toLocaleString('en')} bytes`)
}
