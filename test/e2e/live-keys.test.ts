import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {liveTerminal} from '../support/live-terminal.js'
import {buildLogflow, emptyHome} from '../support/run-logflow.js'
import {hasTmux, type Terminal} from '../support/terminal.js'
import {until} from '../support/until.js'

// Every key of the stream, pressed in a terminal of tmux, one after the other: what it does is on the screen.

type Looks = RegExp | ((screen: string) => boolean)
const without =
  (text: string): Looks =>
  (screen) =>
    !screen.includes(text)

/** Record 43 is among ten of one trace, and fails as every tenth does. */
function writeLog(file: string): void {
  const start = Date.UTC(2026, 0, 5, 10)
  const lines = Array.from({length: 60}, (_, at) => {
    const failed = at % 10 === 3
    const time = new Date(start + at * 5_000).toISOString()
    const msg = failed ? `card declined ${at}` : `request ${at}${at === 58 ? `${' word'.repeat(40)} the very end` : ''}`
    const trace_id = `${Math.floor(at / 10) + 1}`.padStart(32, '0abc')
    const service = at % 3 === 0 ? 'payment' : 'gateway'
    return JSON.stringify({time, level: failed ? 'error' : 'info', service, msg, trace_id})
  })
  writeFileSync(file, `${lines.join('\n')}\n`)
}

/** The record with that number is the chosen one. */
const chosen = (number: number) =>
  new RegExp(`▸\\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\w+ +\\w+ +(request|card declined) ${number}\\b`)
/** Column of the line between the stream and the panes beside it. */
const edge = (screen: string) => screen.split('\n').at(-3)?.indexOf('┴') ?? -1
/** What the last line says unless something is typed there. */
const HINTS = /f follow {2}\/ filter/
const FIRST_EDGE = 130 - 44 - 2

const STEPS: ReadonlyArray<readonly [key: string, looks: Looks]> = [
  ['k', chosen(58)],
  ['j', chosen(59)],
  ['Up', chosen(58)],
  ['Down', chosen(59)],
  ['PageUp', chosen(31)],
  ['PageDown', chosen(59)],
  ['C-b', chosen(31)],
  ['C-f', chosen(59)],
  ['g', chosen(0)],
  ['G', chosen(59)],
  ['Home', chosen(0)],
  ['End', /● following/],
  ['N', chosen(53)],
  ['N', chosen(43)],
  ['n', chosen(53)],
  ['f', /● following/],
  ['Space', /paused, 0 new/],
  ['Space', /● following/],
  ['w', /the very end/],
  ['w', without('the very end')],
  ['b', without('services')],
  ['b', /services/],
  ['v', without('volume')],
  ['v', /volume/],
  ['+', (screen) => edge(screen) === FIRST_EDGE - 4],
  ['-', (screen) => edge(screen) === FIRST_EDGE],
  ['-', (screen) => edge(screen) === FIRST_EDGE + 4],
  ['=', (screen) => edge(screen) === FIRST_EDGE],
  ['z', without('services')],
  ['z', /services/],
  ['Tab', /▸gateway +\S+ +10\.0 %/],
  ['Tab', /▸ +\d+ request <\*>/],
  ['BTab', /▸gateway +\S+ +10\.0 %/],
  ['z', /services .* records +errors +share/],
  ['z', /request 5\d/],
  ['Escape', chosen(59)],
  ['V', /records {2}15 s each/],
  ['Left', /▲ 10:04:30/],
  ['Escape', chosen(59)],
  ['P', /count +share +errors/],
  ['Escape', chosen(59)],
  ['S', /services .* records +errors +share/],
  ['Escape', chosen(59)],
  ['a', (screen) => / alerts/.test(screen) && !screen.includes('volume')],
  ['Escape', chosen(59)],
  ['D', /dead letters/],
  ['Escape', chosen(59)],
  ['H', /pipeline/],
  ['Escape', chosen(59)],
  ['T', /^│ (go to|to|at)\b/m],
  ['Escape', HINTS],
  [':', /^│ : *│?/m],
  ['Escape', HINTS],
  ['s', /save to logflow-live\.jsonl/],
  ['Escape', HINTS],
  ['/', /^│ \/ /m],
  ['Escape', HINTS],
  ['y', /logflow tail|logflow search|logflow live/],
  ['m', /payment is muted|gateway is muted/],
  ['M', without('─ without')],
  ['N', /▸.* card declined \d3/],
  ['p', /◆ 10:0\d:\d\d pinned/],
  ['k', chosen(52)],
  ['c', /≠ message +card declined 53 +request 52/],
  ['Escape', chosen(52)],
  ['Enter', /severity_number/],
  ['Escape', chosen(52)],
  ['t', /^trace \w+ .*10 records/m],
  ['Escape', chosen(52)],
  ['?', /next and previous error/],
  ['Escape', chosen(52)],
  ['C-l', chosen(52)],
  ['q', /ended with 0/],
]

describe.skipIf(!hasTmux)('keys of the stream (skipped without tmux)', () => {
  let terminal: Terminal | undefined
  beforeAll(buildLogflow)
  afterAll(() => terminal?.close())

  test('each does what help says', async () => {
    const home = emptyHome()
    writeLog(join(home, 'app.log'))
    terminal = liveTerminal(home, 'logflow live --file app.log', {columns: 130, rows: 35})
    const screen = () => (terminal as Terminal).screen()
    await terminal.shows(chosen(59))
    await terminal.shows(/\d request <\*>/)
    for (const [index, [key, looks]] of STEPS.entries()) {
      terminal.keys(key)
      const holds = typeof looks === 'function' ? looks : (text: string) => looks.test(text)
      await until(() => holds(screen())).catch((cause) => {
        throw new Error(`step ${index + 1}, ${key}: ${looks} is not so; the screen shows\n${screen()}`, {cause})
      })
    }
    expect(screen()).not.toContain('following')
  }, 300_000)
})
