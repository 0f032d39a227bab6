import {appendFileSync, existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeAll, describe, expect, test} from 'vitest'
import {BINARY, buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'
import {hasTmux, Terminal} from '../support/terminal.js'
import {until} from '../support/until.js'

// In a terminal of tmux: keys go in, the screen is looked at.

beforeAll(buildLogflow)

let open: Terminal[] = []
afterEach(() => {
  for (const terminal of open) terminal.close()
  open = []
})

function live(home: string, args: string, size: {columns?: number; rows?: number} = {}): Terminal {
  const env = {HOME: home, PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', TZ: 'UTC'}
  const node = `'${process.execPath}' '${BINARY}'`
  const command = `sh -c 'cd "$HOME"; ${args.replaceAll('logflow', node.replaceAll("'", ''))}; echo "ended with $?"; sleep 600'`
  const terminal = new Terminal(command, {env, ...size})
  open.push(terminal)
  return terminal
}

async function storedHome(): Promise<string> {
  const home = emptyHome()
  const run = ['generate', '--seed', 'live', '--count', '1500', '--rate', '20', '--scenario', 'deploy-errors']
  expect((await runLogflow([...run, '--to', 'bus'], {home})).status).toBe(0)
  return home
}

test('without a terminal it names tail', async () => {
  const ran = await runLogflow(['live'])
  expect(ran).toMatchObject({status: 2, stdout: ''})
  expect(ran.stderr).toMatch(/^error: live needs a terminal to draw on\n.*logflow tail/)
})

describe.skipIf(!hasTmux)('in a terminal (skipped without tmux)', () => {
  test('shows the stream and its panes, goes to an error, to its fields and its trace, and back', async () => {
    const terminal = live(await storedHome(), 'logflow live', {columns: 130, rows: 30})
    const screen = await terminal.shows(/logflow live [─·] local .*following/)
    expect(screen.split('\n').length).toBeLessThanOrEqual(30)
    await terminal.shows('services')
    await terminal.shows(/\d POST /)
    terminal.type('/level:error payment')
    terminal.keys('Enter')
    await terminal.shows(/▸\d\d:\d\d:\d\d\.\d{3} ERROR/)
    terminal.keys('Enter')
    await terminal.shows('severity_number')
    terminal.type('t')
    await terminal.shows(/trace [0-9a-f]{32} +\d+ services · \d+ records/)
    terminal.keys('Escape')
    await terminal.shows('severity_number')
    terminal.keys('Escape')
    await terminal.shows('/ filter  Enter')
    expect(terminal.screen()).toContain('/ level:error payment')
    terminal.type('?')
    await terminal.shows('next and previous error')
    terminal.type('q')
    terminal.type('q')
    await terminal.shows('ended with 0')
    expect(terminal.screen()).not.toContain('following')
  }, 180_000)

  test('a query that does not parse is told at the prompt; Escape leaves it', async () => {
    const terminal = live(await storedHome(), 'logflow live', {columns: 90, rows: 24})
    await terminal.shows('following')
    terminal.type('/level:error AND (')
    await terminal.shows('was expected here')
    terminal.keys('Escape')
    await terminal.shows('/ filter  Enter')
    terminal.keys('C-c')
    await terminal.shows('ended with 0')
  }, 180_000)

  test('plain files: what is written shows; pause holds it, and saving writes what is shown', async () => {
    const home = emptyHome()
    const file = join(home, 'app.log')
    writeFileSync(file, 'level=info msg="first line"\n')
    const terminal = live(home, 'logflow live --file app.log', {columns: 80, rows: 24})
    await terminal.shows('first line')
    terminal.keys('Space')
    await terminal.shows('paused')
    appendFileSync(file, 'level=error msg="second line"\n')
    await terminal.shows(/paused, 1 new/)
    expect(terminal.screen()).not.toContain('second line')
    terminal.keys('Space')
    await terminal.shows('second line')
    terminal.type('s')
    await terminal.shows('save to logflow-live.jsonl')
    terminal.keys('Enter')
    await terminal.shows('2 records saved to logflow-live.jsonl')
    expect(readFileSync(join(home, 'logflow-live.jsonl'), 'utf8').trim().split('\n')).toHaveLength(2)
    terminal.type('q')
    await terminal.shows('ended with 0')
  }, 180_000)

  test('a pipe into it: records from stdin, keys from the terminal', async () => {
    const terminal = live(emptyHome(), 'printf "level=warn msg=piped\\n" | logflow live -', {columns: 80, rows: 20})
    await terminal.shows('piped')
    terminal.type('q')
    await terminal.shows('ended with 0')
  }, 180_000)

  test('fits a small terminal, a large one, and one that changes', async () => {
    const terminal = live(await storedHome(), 'logflow live', {columns: 60, rows: 12})
    await terminal.shows('following')
    for (const [columns, rows] of [
      [200, 50],
      [80, 24],
      [40, 8],
      [120, 30],
    ] as const) {
      terminal.resize(columns, rows)
      await terminal.shows(columns >= 100 ? /services +errors/ : /logflow live/)
      await until(() => /^.*logflow live/.test(terminal.screen()))
      expect(terminal.screen().match(/logflow live/g)).toHaveLength(1)
    }
    terminal.type('q')
    await terminal.shows('ended with 0')
  }, 180_000)

  test('nothing that a log says reaches the terminal as a command', async () => {
    const home = emptyHome()
    writeFileSync(join(home, 'evil.log'), 'level=info msg="\u001b[2J\u001b]0;owned\u0007 hello"\n')
    const terminal = live(home, 'logflow live --file evil.log', {columns: 80, rows: 20})
    await terminal.shows('\\x1b[2J')
    expect(terminal.screen()).toContain('logflow live')
    terminal.type('q')
    await terminal.shows('ended with 0')
    expect(existsSync(join(home, 'evil.log'))).toBe(true)
  }, 180_000)
})
