import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeAll, describe, expect, test} from 'vitest'
import {type LiveOptions, liveTerminal} from '../support/live-terminal.js'
import {buildLogflow, emptyHome} from '../support/run-logflow.js'
import {hasTmux, type Terminal} from '../support/terminal.js'
import {until} from '../support/until.js'

// However live ends, the terminal is what it was.

beforeAll(buildLogflow)

let open: Terminal[] = []
afterEach(() => {
  for (const terminal of open) terminal.close()
  open = []
})

/** What the terminal has on: another screen, a shown cursor, a mouse that is reported. */
const MODES = '#{alternate_on} #{cursor_flag} #{mouse_any_flag}'
const LIVE = 'logflow live --file app.log'

/** Waits until live shows its one record. */
async function begin(script: string, options: LiveOptions = {}): Promise<{terminal: Terminal; home: string}> {
  const home = emptyHome()
  writeFileSync(join(home, 'app.log'), 'level=info msg="the first line"\n')
  // Throws where nobody catches it, when it is asked to.
  writeFileSync(
    join(home, 'crash.cjs'),
    "process.on('SIGUSR2', () => { throw new Error('made to crash') }); require('fs').writeFileSync('pid', String(process.pid))",
  )
  const terminal = liveTerminal(home, `echo before; stty -a > tty-before; ${script}`, {
    columns: 80,
    rows: 20,
    ...options,
  })
  open.push(terminal)
  await terminal.shows('the first line')
  expect(terminal.ask(MODES)).toMatch(/^1 0/)
  return {terminal, home}
}

function restored(terminal: Terminal, home: string, after = 'tty-after'): void {
  expect(terminal.ask(MODES)).toBe('0 1 0')
  expect(settings(home, after)).toBe(settings(home, 'tty-before'))
  expect(terminal.screen()).toMatch(/^before\n/)
  expect(terminal.screen()).not.toContain('logflow live')
}

/** What stty said, but for the size. */
function settings(home: string, file: string): string {
  return readFileSync(join(home, file), 'utf8').replace(/rows \d+; columns \d+;/, '')
}

describe.skipIf(!hasTmux)('the terminal is as before (skipped without tmux)', () => {
  const ended = `${LIVE}; echo "status $?"; stty -a > tty-after; true`

  test.each(['q', 'C-c'])(
    'after %s',
    async (key) => {
      const {terminal, home} = await begin(ended)
      terminal.keys(key)
      await terminal.shows('ended with')
      expect(terminal.screen()).toContain('status 0')
      restored(terminal, home)
    },
    120_000,
  )

  test('the mouse is let go of', async () => {
    const {terminal, home} = await begin(ended.replace('live', 'live --mouse'))
    expect(terminal.ask(MODES)).toBe('1 0 1')
    terminal.keys('q')
    await terminal.shows('ended with')
    restored(terminal, home)
  }, 120_000)

  test.each(['TERM', 'HUP', 'INT'])(
    'after SIG%s',
    async (signal) => {
      const {terminal, home} = await begin(`NODE_OPTIONS="--require $HOME/crash.cjs" ${ended}`)
      process.kill(Number(readFileSync(join(home, 'pid'), 'utf8')), `SIG${signal}`)
      await terminal.shows('ended with')
      expect(terminal.screen()).toContain(`status ${signal === 'INT' ? 130 : 0}`)
      restored(terminal, home)
    },
    120_000,
  )

  test('after an error that nobody caught, which can be read', async () => {
    const {terminal, home} = await begin(`NODE_OPTIONS="--require $HOME/crash.cjs" ${ended}`)
    process.kill(Number(readFileSync(join(home, 'pid'), 'utf8')), 'SIGUSR2')
    await terminal.shows('ended with')
    expect(terminal.screen()).toContain('error: internal error: made to crash')
    expect(terminal.screen()).toContain('status 70')
    restored(terminal, home)
  }, 120_000)

  test('after ctrl-c while it closes down, with the keys from the terminal and records from a pipe', async () => {
    const {terminal, home} = await begin(`cat app.log | ${ended.replace('--file app.log', '-')}`)
    terminal.keys('C-c')
    await terminal.shows('ended with')
    restored(terminal, home)
  }, 120_000)

  test('while it is stopped by ctrl-z; it comes back drawn anew', async () => {
    const script = `set -m; ${LIVE}; stty -a > tty-stopped; echo "stopped"; read line; fg; stty -a > tty-after; true`
    const {terminal, home} = await begin(script)
    terminal.keys('C-z')
    await terminal.shows('stopped')
    await until(() => terminal.ask(MODES) === '0 1 0')
    restored(terminal, home, 'tty-stopped')
    // Meanwhile the window changes.
    terminal.resize(100, 24)
    terminal.keys('Enter')
    await terminal.shows('the first line')
    await until(() => terminal.screen().split('\n').length > 20)
    expect(terminal.ask(MODES)).toMatch(/^1 0/)
    expect(terminal.screen().match(/logflow live/g)).toHaveLength(1)
    terminal.type('?')
    await terminal.shows('next and previous record')
    terminal.keys('Escape')
    await terminal.shows('the first line')
    terminal.type('q')
    await terminal.shows('ended with')
    restored(terminal, home)
  }, 120_000)

  test('it goes on where there is no shell that could let it go on after ctrl-z', async () => {
    const {terminal, home} = await begin(`exec ${LIVE}`)
    terminal.keys('C-z')
    terminal.type('/still here')
    await terminal.shows('/ still here')
    expect(terminal.ask(MODES)).toMatch(/^1 0/)
    expect(readFileSync(join(home, 'tty-before'), 'utf8')).toContain('icanon')
  }, 120_000)

  test('it ends with the terminal it is drawn on', async () => {
    const {terminal, home} = await begin(`NODE_OPTIONS="--require $HOME/crash.cjs" exec ${LIVE}`)
    const pid = Number(readFileSync(join(home, 'pid'), 'utf8'))
    terminal.close()
    await until(() => !isAlive(pid))
  }, 120_000)
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
