import {expect, test} from 'vitest'
import {placeOnLine} from '../../../src/lib/tui/on-screen.js'
import {streamRows} from '../../../src/lib/tui/state.js'
import {Played, record, records} from './made-state.js'

const DAY = 86_400
/** Which day it is depends on the machine's zone. */
const DATE = /^── \w{3} \d+ \w{3}( \d{4})? ─+$/
const BOLD_UNDERLINED = (text: string) => `\u001b[1m\u001b[4m${text}\u001b[24m\u001b[22m`

/** The lines of the stream, on a terminal that has no frame. */
function lines(live: Played): string[] {
  return live.frame().slice(3, -1)
}

test('words that the filter asks for are marked, in the message of the chosen record too', () => {
  const live = new Played(80, 24).tell({kind: 'records', records: [record(1, {message: 'card declined'}), record(2)]})
  live.press('/declined OR request<return>')
  expect(live.frame(true).join('\n')).toContain(`card ${BOLD_UNDERLINED('declined')}`)
  expect(live.frame(true).join('\n')).toMatch(/\u001b\[4mrequest/)
  expect(live.press('<escape>').frame(true).join('\n')).not.toContain('\u001b[4m')
})

test('the date is shown where it changes, and only there', () => {
  const days = [record(0), record(1), record(DAY), record(DAY + 1), record(3 * DAY)]
  const live = new Played(80, 24).tell({kind: 'records', records: days})
  const shown = lines(live).map((line) => line.trimEnd())
  expect(shown[0]).toContain('request 0')
  expect(shown[2]).toMatch(DATE)
  expect(shown[3]).toContain('request 86400')
  expect(shown[5]).toMatch(DATE)
  expect(live.text().match(/── \w{3} \d/g)).toHaveLength(2)
})

test('the chosen record stays on the screen among dates', () => {
  const daily = Array.from({length: 60}, (_, at) => record(at * DAY))
  const live = new Played(80, 14).tell({kind: 'records', records: daily})
  for (const keys of ['', 'g', '<pageDown>', 'jjj', '<pageUp>', 'kk', 'G'])
    expect(live.press(keys).text()).toMatch(new RegExp(`^▸.* ${live.chosen} *$`, 'm'))
})

test('shown whole, a record has its error below it, the innermost call and the causes', () => {
  const error = {
    name: 'PaymentError',
    message: 'card declined',
    stack: 'PaymentError: card declined\n    at charge (payment.js:88)\n    at run (job.js:3)',
    causes: [{name: 'TimeoutError', message: 'issuer did not answer'}],
  }
  const failed = record(1, {level: 'ERROR', message: 'payment failed', attributes: {status: 402}, error})
  const live = new Played(99, 24).tell({kind: 'records', records: [failed]})
  expect(live.text()).toContain('payment failed  PaymentError: card declined status=402')
  const shown = new Played(90, 19).tell({kind: 'records', records: [failed]}).press('w')
  const text = lines(shown).map((line) => line.trimEnd())
  expect(text[0]).toMatch(/payment failed {2}status=402$/)
  expect(text[1]).toMatch(/^ {28}PaymentError: card declined$/)
  expect(text.slice(2, 4).join(' ')).toMatch(
    /at charge \(payment\.js:88\) {4}\+ 1 frame +caused by TimeoutError: issuer/,
  )
})

test('columns do not move when a service with a longer name leaves the screen', () => {
  const long = record(0, {service: 'recommender'})
  const live = new Played(80, 14).tell({kind: 'records', records: [long, ...records(40, 1)]})
  const before = lines(live)[0]?.indexOf('request')
  expect(lines(live.press('g'))[1]?.indexOf('request')).toBe(before)
})

test('a line of the screen has its record', () => {
  const live = new Played(80, 24).tell({kind: 'records', records: [record(0), record(1), record(DAY)]})
  const at = (line: number) => placeOnLine(live.state, streamRows(live.state), line)
  expect([at(0), at(1), at(2), at(3), at(4)]).toEqual([0, 1, 2, 2, undefined])
  expect(placeOnLine(live.press('w').state, 10, 0)).toBeUndefined()
})
