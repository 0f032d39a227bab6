import {expect, test} from 'vitest'
import {helpOf} from '../../../src/lib/tui/help.js'
import type {Key} from '../../../src/lib/tui/line-editor.js'
import {wordOf} from '../../../src/lib/tui/modes/list-keys.js'
import {MODES} from '../../../src/lib/tui/modes/modes.js'
import {update} from '../../../src/lib/tui/update.js'
import {Played, record, records} from './made-state.js'

const NAMES: Readonly<Record<string, readonly string[]>> = {
  arrows: ['up', 'down'],
  PgDn: ['pageDown'],
  PgUp: ['pageUp'],
  Home: ['home'],
  End: ['end'],
  space: [' '],
  Enter: ['return'],
  Esc: ['escape'],
  Tab: ['tab'],
  'shift-Tab': [],
}
/** Columns in which help names keys; what they do stands behind. */
const KEYS = 17
/** Done by the terminal side, which the e2e test presses. */
const OUTSIDE = ['ctrl-l']

const CHARS = Array.from({length: 95}, (_, at) => String.fromCharCode(32 + at))
const ALL: Key[] = [
  ...CHARS.map((text) => ({text})),
  ...CHARS.filter((text) => /[a-z]/.test(text)).map((text) => ({text, ctrl: true})),
  ...(['up', 'down', 'left', 'right', 'pageUp', 'pageDown', 'home', 'end', 'return', 'escape', 'tab'] as const).map(
    (name) => ({text: '', name}),
  ),
  {text: '', name: 'backspace'},
  {text: '', name: 'delete'},
]

/** Keys that change something in one of the states, or ask for something. */
function handled(): string[] {
  const failing = records(90).map((one, at) => record(at, {...one, ...(at % 10 === 3 ? {level: 'ERROR'} : {})}))
  const begun = () => new Played(130, 30).tell({kind: 'records', records: failing})
  const states = [begun(), begun().press('/request<return>gjjjjm'), begun().press('gjjjjp'), begun().press('+k')]
  const done = ALL.filter((key) =>
    states.some(({state}) => {
      const next = update({...state, note: undefined}, {kind: 'key', key})
      return next.effects.length > 0 || JSON.stringify(next.state) !== JSON.stringify({...state, note: undefined})
    }),
  )
  return done.map(wordOf).sort()
}

function named(lines: readonly string[]): string[] {
  const words = lines.flatMap((line) => [
    ...line.slice(0, KEYS).split(/[\s,]+/),
    ...(line.slice(KEYS).match(/ctrl-[a-z]\b/g) ?? []),
  ])
  const keys = words.filter((word) => word !== '').flatMap((word) => NAMES[word] ?? [word])
  return [...new Set(keys)].sort()
}

test('help names the keys of the stream that there are, and no others', () => {
  const everywhere = helpOf({kind: 'stream'}).slice(-3)
  const own = MODES.stream.help.filter((line) => !line.startsWith('in the past'))
  expect(named([...own, ...everywhere]).filter((key) => !OUTSIDE.includes(key))).toEqual(handled())
})

test('? shows the keys of every mode, those of the one one is in first', () => {
  for (const [kind, {help}] of Object.entries(MODES)) {
    const lines = helpOf({kind} as never)
    if (help.length > 0) expect(lines[0]).toBe(help[0])
    for (const {help: other} of Object.values(MODES)) expect(lines).toEqual(expect.arrayContaining([...other]))
  }
})
