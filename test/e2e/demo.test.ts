import {type ChildProcess, spawn} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {beforeAll, describe, expect, onTestFinished, test} from 'vitest'
import {DEMO_STEPS} from '../../src/cli/demo/steps.js'
import {textWidth} from '../../src/lib/output/text-width.js'
import {noSmallDisk, smallDisk} from '../support/full-disk.js'
import {BINARY, buildLogflow, cleanEnv, type Ran, runLogflow} from '../support/run-logflow.js'
import {tempFolder} from '../support/temp-folder.js'
import {hasTmux, Terminal} from '../support/terminal.js'
import {until} from '../support/until.js'

const ROOT = resolve(import.meta.dirname, '../..')
const LONG = 240_000
/** Between two questions are up to four steps. */
const STEPS_MS = 120_000

beforeAll(buildLogflow)

interface Place {
  home: string
  temporary: string
}

function emptyPlace(): Place {
  return {home: tempFolder(), temporary: tempFolder()}
}

function demo(args: readonly string[], {home, temporary}: Place, env: Record<string, string> = {}): Promise<Ran> {
  return runLogflow(['demo', ...args], {home, env: {TMPDIR: temporary, ...env}, timeout: LONG})
}

/** Starts it and comes back once its folder holds a file, to do something to it in the middle. */
async function startedDemo(
  {home, temporary}: Place,
  file: string,
): Promise<{child: ChildProcess; ended: Promise<unknown>}> {
  const child = spawn(process.execPath, [BINARY, 'demo', '--yes'], {
    cwd: home,
    env: cleanEnv({HOME: home, TMPDIR: temporary}),
    stdio: 'ignore',
    timeout: LONG,
  })
  const ended = new Promise((done) => child.once('close', (status, signal) => done(signal ?? status)))
  await until(() => readdirSync(temporary).some((folder) => existsSync(join(temporary, folder, file))))
  return {child, ended}
}

/** Processes that work in a folder. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)
    } catch {
      return false
    }
  })
}

test(
  'goes through every step with its real answer, reads no settings, and leaves nothing behind',
  async () => {
    const place = emptyPlace()
    // Settings that would lead elsewhere, or fail, are not the demo's.
    mkdirSync(join(place.home, '.config', 'logflow'), {recursive: true})
    writeFileSync(join(place.home, '.config', 'logflow', 'config.yaml'), 'no: setting\n')
    writeFileSync(join(place.home, '.env'), 'LOGFLOW_BUS=kafka\n')
    const elsewhere = {
      KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1',
      ELASTICSEARCH_HOSTS: 'http://127.0.0.1:1',
      DATABASE_URL: 'postgres://127.0.0.1:1/x',
      LOGFLOW_TOPIC: 'x',
      LOGFLOW_OUTPUT: 'csv',
      XDG_DATA_HOME: join(place.home, 'elsewhere'),
    }
    const {stdout, stderr, status} = await demo([], place, elsewhere)
    expect({status, stderr}).toEqual({status: 0, stderr: expect.stringContaining('18,008 lines → 18,008 records')})
    expect(stderr).toContain('stored 18,008   already there 0   dead letters 0   dropped 0\n')
    const commands = [...stdout.matchAll(/^\$ logflow (.+)$/gm)].map(([, line]) => line as string)
    expect(commands.map((line) => line.split(' ')[0])).toEqual(DEMO_STEPS.map(({words}) => words({})[0]))
    const parts = stdout.split(/^\$ logflow .+\n/m).slice(1)
    const said = Object.fromEntries(DEMO_STEPS.map(({name}, index) => [name, parts[index] as string]))
    expect(said.rule).toMatch(/^opens at +> 50 in 10 min$/m)
    expect(said.verify).toMatch(/^18,008 records sent +stored 18,008 +dead letters 0 +missing 0 +doubled 0\n/)
    expect(said.engine).toMatch(/^✗ CRITICAL {2}opened {2}Payment errors/)
    expect(said.search?.match(/ ERROR +payment +charge failed, no currency in the request/g)).toHaveLength(3)
    expect(said.patterns).toMatch(/ ERROR +charge failed, no currency in the request\n/)
    expect(commands[7]).toMatch(/^trace [0-9a-f]{8}$/)
    expect(said.trace).toMatch(/^▶ .* ERROR +payment +charge failed/m)
    expect(said.trace).toMatch(/^gateway +▕█+▏/m)
    expect(said.cause).toContain('deployed payment 7.4.1, was 7.4.0')
    expect(said.alert).toMatch(/^✗ critical {3}Payment errors {3}open /)
    expect(said.live).toContain('With your own logs:\n  logflow ship app.log ')
    expect(stdout).toMatch(/ is deleted\.\n$/)
    expect(stdout).not.toContain('\u001b')
    expect(readdirSync(place.temporary)).toEqual([])
    expect(readdirSync(place.home).sort()).toEqual(['.config', '.env'])
  },
  LONG,
)

test('npm run demo is the same, without questions', () => {
  const {scripts} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  expect(scripts.demo).toBe('node bin/run.js demo --yes')
})

test(
  'for programs: one object a step, under 300 MB; --keep leaves a folder to go on with',
  async () => {
    const place = emptyPlace()
    const running = demo(['-o', 'jsonl', '--keep'], place)
    const memory = process.platform === 'linux' ? await watched(place.temporary, running) : undefined
    const {stdout, stderr, status} = await running
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(status).toBe(0)
    expect(rows.map(({step, exit_code}) => [step, exit_code])).toEqual(
      DEMO_STEPS.map(({name, wholeScreen}) => [name, wholeScreen ? null : 0]),
    )
    expect(rows[3]).toEqual({
      step: 'verify',
      title: 'Know that nothing was lost',
      command: 'logflow verify receipt.json',
      exit_code: 0,
      seconds: expect.any(Number),
    })
    const [folder = ''] = readdirSync(place.temporary)
    const kept = join(place.temporary, folder)
    expect(stderr).toBe(`kept: ${kept}\n`)
    const count = await runLogflow(['search', '--count', '-o', 'json', '--data-dir', join(kept, 'data')], {
      home: place.home,
    })
    expect(JSON.parse(count.stdout)).toMatchObject({count: 18_008})
    // Not all that are short are seen, but those that hold much are not short.
    if (memory) expect(memory.processes).toBeGreaterThan(3)
    if (memory) expect(memory.most).toBeLessThan(300_000_000)
  },
  LONG,
)

test('where nothing can be written it says what to do', async () => {
  const ran = await demo([], {home: tempFolder(), temporary: join(tempFolder(), 'none')})
  expect(ran).toMatchObject({status: 6, stdout: ''})
  expect(ran.stderr).toMatch(/^error: cannot make a folder in .*\n {2}Set TMPDIR to a folder /)
})

test.each(['--data-dir', '--profile'])(
  '%s would lead to what is the user’s: wrong use, and nothing is left',
  async (flag) => {
    const place = emptyPlace()
    const ran = await demo([flag, 'x', '--keep'], place)
    expect(ran).toMatchObject({status: 2, stdout: ''})
    expect(readdirSync(place.temporary)).toEqual([])
    expect(readdirSync(place.home)).toEqual([])
  },
)

/** The most memory that any process of a run has held at once, in bytes, as far as it was seen; and how many were seen. */
async function watched(temporary: string, running: Promise<unknown>): Promise<{processes: number; most: number}> {
  const peaks = new Map<string, number>()
  const timer = setInterval(() => {
    for (const pid of processesIn(temporary)) peaks.set(pid, Math.max(peakMemory(pid) ?? 0, peaks.get(pid) ?? 0))
  }, 50)
  await running.finally(() => clearInterval(timer))
  return {processes: peaks.size, most: Math.max(...peaks.values())}
}

/** The most memory a process has held at once, in bytes. */
function peakMemory(pid: string): number | undefined {
  try {
    const kB = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kB === undefined ? undefined : Number(kB) * 1024
  } catch {
    return undefined
  }
}

describe.skipIf(process.platform !== 'linux')('whatever ends it, folder and processes are gone', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
    ['SIGHUP', 0],
    ['SIGQUIT', 0],
  ] as const)(
    '%s in the middle: exit status %i',
    async (signal, status) => {
      const place = emptyPlace()
      const {child, ended} = await startedDemo(place, 'shop.log')
      child.kill(signal)
      expect(await ended).toBe(status)
      expect(readdirSync(place.temporary)).toEqual([])
      await until(() => processesIn(place.temporary).length === 0)
    },
    LONG,
  )

  test(
    'a reader that goes away is a normal end',
    async () => {
      const place = emptyPlace()
      const ran = await runLogflow(['demo'], {home: place.home, env: {TMPDIR: place.temporary}, readOnly: 600})
      expect(ran.status).toBe(0)
      expect(ran.stderr).not.toContain('error')
      expect(readdirSync(place.temporary)).toEqual([])
    },
    LONG,
  )

  test(
    'a step that is killed: told, with an exit status of its own',
    async () => {
      const place = emptyPlace()
      const running = demo([], place)
      let step: string | undefined
      await until(() => {
        step = processesIn(place.temporary).find((pid) => commandOf(pid).includes('\0ship\0'))
        return step !== undefined
      })
      process.kill(Number(step), 'SIGKILL')
      const ran = await running
      expect(ran.status).toBe(70)
      expect(ran.stderr).toContain(
        'error: the demo stopped: logflow ship shop.log --receipt receipt.json --no-wait was ended by SIGKILL\n',
      )
      expect(readdirSync(place.temporary)).toEqual([])
    },
    LONG,
  )

  test.skipIf(noSmallDisk)(
    'a disk that is full (skipped without root): exit status 6, and nothing is left on it',
    async () => {
      const disk = smallDisk(9_500_000)
      const place = {home: tempFolder(), temporary: disk.dir}
      const ran = await demo([], place)
      expect(ran.status).toBe(6)
      expect(ran.stderr).toMatch(/^error: .*(disk is full|No space left on the disk)/m)
      expect(ran.stderr).toMatch(/^error: the demo stopped: logflow (generate|ship) .* ended with status 6$/m)
      expect(readdirSync(disk.dir)).toEqual([])
    },
    LONG,
  )
})

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

describe.skipIf(!hasTmux)('in a terminal (skipped without tmux)', () => {
  function demoTerminal({home, temporary}: Place): Terminal {
    const env = {HOME: home, TMPDIR: temporary, PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', TZ: 'UTC'}
    const after = 'echo "ended with $?"; stty -a | grep -ow -- "-*icanon"; sleep 600'
    const terminal = new Terminal(`sh -c 'trap : INT; cd "$HOME"; ${process.execPath} ${BINARY} demo; ${after}'`, {
      env,
      columns: 80,
      rows: 24,
    })
    onTestFinished(() => terminal.close())
    return terminal
  }

  test(
    'Enter goes through every step, into the live screen and back to the end',
    async () => {
      const place = emptyPlace()
      const terminal = demoTerminal(place)
      const asked = DEMO_STEPS.flatMap(({pause}, index) => (pause ? [`goes on: ${DEMO_STEPS[index + 1]?.title}`] : []))
      expect(asked.length).toBeGreaterThanOrEqual(6)
      for (const question of asked) {
        const screen = await terminal.shows(`Enter ${question}`, STEPS_MS)
        expect(screen.split('\n').every((line) => textWidth(line) <= 80)).toBe(true)
        terminal.keys('Enter')
      }
      await terminal.shows('Enter opens it', STEPS_MS)
      expect(terminal.screen()).toContain('$ logflow live --since 1h')
      terminal.keys('Enter')
      await terminal.shows('following')
      await terminal.shows(/ERROR|INFO/)
      terminal.type('q')
      const last = await terminal.shows('ended with 0')
      expect(last).toContain('With your own logs:')
      expect(last).toMatch(/ is deleted\.\nended with 0\n/)
      expect(readdirSync(place.temporary)).toEqual([])
    },
    LONG,
  )

  test(
    'q at a question ends it, and what was made is deleted',
    async () => {
      const place = emptyPlace()
      const terminal = demoTerminal(place)
      await terminal.shows('Enter goes on')
      terminal.type('q')
      const last = await terminal.shows(/ended with 0\nicanon/)
      expect(last).toContain(' is deleted.\n')
      expect(last).not.toContain('That was it')
      expect(readdirSync(place.temporary)).toEqual([])
    },
    LONG,
  )

  test(
    'Ctrl-C ends it at a question, and while a step works; the terminal is as it was',
    async () => {
      const place = emptyPlace()
      const waiting = demoTerminal(place)
      await waiting.shows('Enter goes on')
      waiting.keys('C-c')
      await waiting.shows(/ended with 130\nicanon/)
      const working = demoTerminal(place)
      await working.shows('Enter goes on')
      working.keys('Enter')
      await working.shows('3 of 11')
      working.keys('C-c')
      await working.shows(/ended with 130\nicanon/)
      expect(working.screen()).not.toContain('error:')
      expect(readdirSync(place.temporary)).toEqual([])
    },
    LONG,
  )

  test(
    'ended while the live screen is open: the terminal is as it was',
    async () => {
      const place = emptyPlace()
      const terminal = demoTerminal(place)
      for (const {pause, wholeScreen} of DEMO_STEPS) {
        if (!pause && !wholeScreen) continue
        await terminal.shows(wholeScreen ? 'Enter opens it' : 'Enter goes on', STEPS_MS)
        terminal.keys('Enter')
        await until(() => !terminal.screen().includes('Enter goes on'))
      }
      await terminal.shows('following')
      const demoProcess = processesIn(place.temporary).find((pid) => /\0demo\0$/.test(commandOf(pid)))
      process.kill(Number(demoProcess), 'SIGTERM')
      const screen = await terminal.shows(/ended with 0\nicanon/)
      expect(screen).toContain('$ logflow live --since 1h')
      expect(screen).not.toContain('following')
      expect(readdirSync(place.temporary)).toEqual([])
    },
    LONG,
  )
})
