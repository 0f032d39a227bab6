import {appendFileSync, readdirSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeAll, describe, expect, test} from 'vitest'
import {BINARY, buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'
import {hasTmux, Terminal} from '../support/terminal.js'
import {until} from '../support/until.js'

// Prompts and time travel of live, in a terminal of tmux.

beforeAll(buildLogflow)

let open: Terminal[] = []
afterEach(() => {
  for (const terminal of open) terminal.close()
  open = []
})

function live(home: string, args = ''): Terminal {
  const env = {HOME: home, PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', TZ: 'UTC'}
  const command = `sh -c 'cd "$HOME"; ${process.execPath} ${BINARY} live ${args}; echo "ended with $?"; sleep 600'`
  const terminal = new Terminal(command, {env, columns: 120, rows: 30})
  open.push(terminal)
  return terminal
}

/** Two days ago, on the hour: the same all day, in the past, and never deleted as too old. */
const BEGIN = Math.floor((Date.now() - 2 * 86_400_000) / 3_600_000) * 3_600_000

/** The time of so many seconds after the beginning. */
function at(seconds: number): string {
  return new Date(BEGIN + seconds * 1_000).toISOString()
}

function line(seconds: number, msg: string, service: string): string {
  return `${JSON.stringify({time: at(seconds), level: 'info', service, msg})}\n`
}

/** A record each second for ten minutes; five hours later, for two minutes more. */
function written(): string {
  const day = Array.from({length: 600}, (_, index) => line(index, `step ${index} of the day`, `shop-${index % 3}`))
  const night = Array.from({length: 120}, (_, index) => line(18_000 + index, `step ${index} at night`, 'guard'))
  return [...day, ...night].join('')
}

async function storedHome(): Promise<string> {
  const home = emptyHome()
  writeFileSync(join(home, 'day.log'), written())
  const shipped = await runLogflow(['ship', 'day.log'], {home, cwd: home})
  expect(shipped.status).toBe(0)
  return home
}

describe.skipIf(!hasTmux)('in a terminal (skipped without tmux)', () => {
  test('to a moment, around it, played at 10×, over the night, and back to now with what arrived', async () => {
    const home = await storedHome()
    const terminal = live(home, '-n 5')
    await terminal.shows('step 119 at night')
    terminal.type('T')
    await terminal.shows('go to')
    terminal.type(at(300))
    terminal.keys('Enter')
    const clock = at(300).slice(11, 19)
    await terminal.shows(new RegExp(`at .*${clock} · 1×`))
    await terminal.shows(/▸\S+ INFO +shop-0 +step 300 of the day/)
    expect(terminal.screen()).toContain('step 299 of the day')
    expect(terminal.screen()).toContain('step 301 of the day')
    terminal.keys('Up')
    await terminal.shows(/▸\S+ INFO +shop-2 +step 299 of the day/)
    terminal.type('x')
    await terminal.shows('· 10×')
    terminal.keys('Space')
    await terminal.shows(/▸\S+ INFO +shop-\d +step (30[2-9]|3[1-9]\d|[45]\d\d) of the day/)
    terminal.keys('Space')
    await terminal.shows('‖ at')
    writeFileSync(join(home, 'new.log'), line(172_700, 'just arrived', 'late'))
    expect((await runLogflow(['ship', 'new.log'], {home, cwd: home})).status).toBe(0)
    await terminal.shows('1 new at now')
    expect(terminal.screen()).not.toContain('just arrived')
    // Nor has Node warned on the screen of how many wait for the end.
    expect(terminal.screen()).not.toContain('trace-warnings')
    terminal.type('xx')
    await terminal.shows('· 1×')
    terminal.type(`:goto ${at(598)}`)
    terminal.keys('Enter')
    await terminal.shows(/▸\S+ INFO +shop-1 +step 598 of the day/)
    terminal.keys('Space')
    await terminal.shows('skipped 4 h 50 min without records')
    await terminal.shows(/▸\S+ INFO +guard +step \d+ at night/)
    terminal.type('f')
    await terminal.shows('● following')
    await terminal.shows(/▸\S+ INFO +late +just arrived/)
    terminal.type('q')
    await terminal.shows('ended with 0')
  }, 180_000)

  test('played to the end it goes over into following', async () => {
    const terminal = live(await storedHome(), '-n 5')
    await terminal.shows('step 119 at night')
    terminal.type(`:${at(18_000)}`)
    terminal.keys('Enter')
    await terminal.shows(/▸\S+ INFO +guard +step 0 at night/)
    terminal.type(':play 100x')
    terminal.keys('Enter')
    await terminal.shows('now is reached: following')
    await terminal.shows('● following')
  }, 180_000)

  test('scrolling back reads what is stored before, to where it begins', async () => {
    const terminal = live(await storedHome(), '-n 5')
    await terminal.shows('step 119 at night')
    terminal.type(`:${at(2)}`)
    terminal.keys('Enter')
    await terminal.shows(/▸\S+ INFO +shop-2 +step 2 of the day/)
    terminal.type('gk')
    await terminal.shows('the stored records begin here')
    await terminal.shows(/▸\S+ INFO +shop-0 +step 0 of the day/)
  }, 180_000)

  test('times that cannot be are refused at the prompt', async () => {
    const terminal = live(await storedHome(), '-n 5 --timezone Europe/Berlin')
    await terminal.shows('step 119 at night')
    for (const [typed, told] of [
      ['25:99', 'there is no such time of day'],
      ['2199-01-01', 'lies ahead'],
      ['2026-03-29T02:30', 'the clocks leave it out on that day'],
      ['2025-10-26T02:30', 'the clocks show it twice on that day'],
      ['1980-01-01', 'nothing'],
    ] as const) {
      terminal.type(`T${typed}`)
      terminal.keys('Enter')
      await terminal.shows(typed === '1980-01-01' ? 'the stored records begin here' : told)
      terminal.keys('Escape')
      await terminal.shows('● following')
      await terminal.shows('/ filter  Enter')
    }
  }, 180_000)

  test('Tab completes a service, and what was typed is there in the next session', async () => {
    const home = await storedHome()
    const terminal = live(home)
    await terminal.shows('step 119 at night')
    terminal.type('/serv')
    terminal.keys('Tab')
    await terminal.shows('/ service:')
    terminal.type('gu')
    terminal.keys('Tab')
    await terminal.shows('/ service:guard')
    terminal.keys('Enter')
    await terminal.shows(/logflow live .*\/ service:guard/)
    terminal.keys('Escape')
    await until(() => !terminal.screen().includes('service:guard'))
    terminal.type(':mute shop')
    terminal.keys('Tab', 'Tab', 'BTab')
    await terminal.shows(/:mute shop-2/)
    terminal.keys('Enter')
    await terminal.shows('without shop-2')
    terminal.type('q')
    await terminal.shows('ended with 0')

    const next = live(home)
    await next.shows('step 119 at night')
    next.type('/')
    next.keys('Up')
    await next.shows('/ service:guard')
    next.keys('Escape')
    await next.shows('/ filter  Enter')
    next.type(':')
    next.keys('Up')
    await next.shows(':mute shop-2')
    next.keys('Escape')
    await next.shows('/ filter  Enter')
    next.type('q')
    await next.shows('ended with 0')
    const kept = readdirSync(home, {recursive: true, encoding: 'utf8'}).find((path) =>
      path.endsWith('live-history.jsonl'),
    )
    expect(statSync(join(home, kept ?? 'is not there')).mode & 0o777).toBe(0o600)
  }, 180_000)

  test('of plain files what was read can be gone through', async () => {
    const home = emptyHome()
    writeFileSync(join(home, 'day.log'), written())
    const terminal = live(home, '--file day.log')
    await terminal.shows('step 119 at night')
    terminal.type(`:${at(60)}`)
    terminal.keys('Enter')
    await terminal.shows(/▸\S+ INFO +shop-0 +step 60 of the day/)
    appendFileSync(join(home, 'day.log'), line(172_700, 'just arrived', 'late'))
    await terminal.shows('1 new at now')
    terminal.type('f')
    await terminal.shows(/▸\S+ INFO +late +just arrived/)
  }, 180_000)
})
