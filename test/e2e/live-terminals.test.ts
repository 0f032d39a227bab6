import {spawnSync} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeAll, describe, expect, test} from 'vitest'
import {textWidth} from '../../src/lib/output/text-width.js'
import {type LiveOptions, liveTerminal} from '../support/live-terminal.js'
import {buildLogflow, emptyHome} from '../support/run-logflow.js'
import {hasTmux, type Terminal} from '../support/terminal.js'
import {until} from '../support/until.js'

// Terminals as they come: without colour, without UTF-8, small, resized, with a mouse, screen(1) in place of tmux.

beforeAll(buildLogflow)

let open: Terminal[] = []
afterEach(() => {
  for (const terminal of open) terminal.close()
  open = []
})

const MESSAGES = [
  'first of all',
  'commande expédiée à Zoë',
  '注文は発送されました 🚀 done',
  'combining e\u0301a\u0308 marks',
  'שלום עולם',
]

/** Waits until live shows the last of its records. */
async function begin(options: LiveOptions = {}, script = 'logflow live --file app.log'): Promise<Terminal> {
  const home = emptyHome()
  const messages = [...MESSAGES, ...Array.from({length: 40}, (_, at) => `filler ${at}`), 'last of all']
  const start = Date.UTC(2026, 0, 5, 10)
  const lines = messages.map((msg, at) => {
    const level = at % 10 === 4 ? 'error' : 'info'
    return JSON.stringify({time: new Date(start + at * 1_000).toISOString(), level, service: '決済', msg})
  })
  writeFileSync(join(home, 'app.log'), `${lines.join('\n')}\n`)
  mkdirSync(join(home, 'screens'), {mode: 0o700})
  const terminal = liveTerminal(home, script, options)
  open.push(terminal)
  await terminal.shows(options.env?.TERM === 'dumb' ? 'ended with' : 'last of all')
  return terminal
}

const LARGE = {columns: 130, rows: 35}
const hasScreen = spawnSync('screen', ['-v']).error === undefined

describe.skipIf(!hasTmux)('live (skipped without tmux)', () => {
  test('a terminal that cannot move its cursor: names tail', async () => {
    const terminal = await begin({env: {TERM: 'dumb'}})
    expect(terminal.screen()).toMatch(
      /^error: live needs a terminal that can move its cursor[\s\S]*logflow tail[\s\S]*ended with 2/,
    )
  }, 120_000)

  test('NO_COLOR: no colours, everything still there', async () => {
    const terminal = await begin({...LARGE, env: {NO_COLOR: '1'}})
    expect(terminal.styled()).not.toMatch(/\u001b\[[\d;]*[34]\d/)
    expect(terminal.screen()).toMatch(/services[\s\S]*ERROR/)
  }, 120_000)

  test('a locale without UTF-8: ASCII alone', async () => {
    const terminal = await begin({...LARGE, env: {LANG: 'C'}})
    expect(terminal.screen()).toMatch(/^\+ logflow live - app\.log -[\x20-\x7e\n]*\+$/)
    terminal.keys('g')
    await terminal.shows('commande exp?di?e')
    expect(terminal.screen()).toMatch(/^[\x20-\x7e\n]*$/)
  }, 120_000)

  test('wide and combining characters leave every line as wide as the others', async () => {
    const terminal = await begin(LARGE)
    terminal.keys('g')
    await terminal.shows('first of all')
    const screen = await terminal.shows(MESSAGES[2] as string)
    for (const line of screen.split('\n')) {
      expect(textWidth(line)).toBe(130)
      expect(line).toMatch(/^[┌│├└].*[┐│┤┘]$/)
    }
  }, 120_000)

  test('a window that is resized fifty times has nothing torn and nothing double', async () => {
    const terminal = await begin(LARGE)
    for (let step = 0; step < 50; step++) terminal.resize(60 + ((step * 37) % 140), 6 + ((step * 13) % 50))
    terminal.resize(130, 35)
    const whole = () => {
      const lines = terminal.screen().split('\n')
      const edges = lines.every((line) => textWidth(line) === 130 && /^[┌│├└].*[┐│┤┘]$/.test(line))
      return lines.length === 35 && edges && lines[0]?.includes('logflow live') === true
    }
    await until(whole).catch((cause) => {
      throw new Error(`torn:\n${terminal.screen()}`, {cause})
    })
    expect(terminal.screen().match(/logflow live/g)).toHaveLength(1)
    expect(terminal.screen().match(/last of all/g)?.length).toBeLessThanOrEqual(2)
  }, 120_000)

  test('20 columns and 5 rows are enough to follow and to leave', async () => {
    const terminal = await begin({columns: 60, rows: 12})
    terminal.resize(20, 5)
    await until(() => terminal.screen().split('\n').length <= 5 && /^ *▸/m.test(terminal.screen()))
    for (const line of terminal.screen().split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(20)
    terminal.keys('q')
    await terminal.shows('ended with 0')
  }, 120_000)

  test('with --mouse the wheel scrolls and a click chooses', async () => {
    const terminal = await begin(LARGE, 'logflow live --mouse --file app.log')
    for (let step = 0; step < 30; step++) terminal.type('\u001b[<64;10;10M')
    const screen = await terminal.shows('first of all')
    const row = screen.split('\n').findIndex((line) => line.includes('filler 0 '))
    terminal.type(`\u001b[<0;10;${row + 1}M`)
    await terminal.shows(/▸.* filler 0 /)
    terminal.keys('q')
    await terminal.shows('ended with 0')
  }, 120_000)

  test.skipIf(!hasScreen)(
    'in screen (skipped without it)',
    async () => {
      const inside =
        'SCREENDIR="$HOME/screens" screen -U -c /dev/null sh -c "logflow live --file app.log; echo left with \\$?; sleep 60"'
      const terminal = await begin(LARGE, inside)
      await terminal.shows(/┌ logflow live ─.*┐/)
      terminal.keys('k')
      await terminal.shows(/▸.* filler 39 /)
      terminal.keys('PageUp')
      terminal.keys('V')
      await terminal.shows(/records {2}15 s each/)
      terminal.keys('Escape')
      await terminal.shows('services')
      terminal.keys('q')
      const after = await terminal.shows('left with 0')
      expect(after).not.toMatch(/logflow live|[│┌]/)
      // Its own processes outlive the terminal otherwise.
      terminal.keys('C-c')
      await terminal.shows('ended with')
    },
    120_000,
  )
})
