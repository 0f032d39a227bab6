import {expect, test} from 'vitest'
import {inPlace, placeOfFlags, recordCommand} from '../../../src/lib/tui/place.js'
import {Played, records} from './made-state.js'

const CASES: Array<[flags: Parameters<typeof placeOfFlags>[0], files: string[], command: string, expected: string]> = [
  [{}, [], 'logflow trace 4bf9', 'logflow trace 4bf9'],
  [{profile: 'prod'}, [], "logflow search 'a' --since x", "logflow search --profile prod 'a' --since x"],
  [{'data-dir': '/tmp/my logs'}, [], 'logflow trace 4bf9', "logflow trace --data-dir '/tmp/my logs' 4bf9"],
  [{store: 'remote'}, [], "logflow search -- '-a -- b'", "logflow search --store remote -- '-a -- b'"],
  [{store: 'https://me:secret@es:9200', profile: 'p'}, [], 'logflow trace x', 'logflow trace --profile p x'],
  [{store: 'embedded', bus: 'embedded'}, [], 'logflow dlq show dead', 'logflow dlq show --bus embedded dead'],
  [{}, ['app.log', 'a b.log'], 'logflow trace x', "logflow trace --file app.log --file 'a b.log' x"],
]

test.each(CASES)('%j %j: %s', (flags, files, command, expected) => {
  expect(inPlace(placeOfFlags(flags, files), command)).toBe(expected)
})

test('what the screen was opened with is asked for too', () => {
  const live = new Played()
  const flags = {service: ['pay desk', 'orders'], 'min-level': 'warn', profile: 'p'}
  live.state = {...live.state, place: placeOfFlags(flags, [], 'declined')}
  live.tell({kind: 'records', records: records(3)}).press('/request<return>y')
  expect(live.effects.at(-1)).toEqual({
    kind: 'copy',
    text: `logflow search --profile p '(declined) (request)' --service 'pay desk' --service orders --min-level warn --since 2026-01-01T09:41:00.000Z`,
  })
})

test('a record is got from the store; of files it is looked for', () => {
  expect(recordCommand(placeOfFlags({profile: 'prod'}), 'r-1')).toBe('logflow get --profile prod r-1')
  expect(recordCommand(placeOfFlags({}, ['-']), 'r-1')).toBe(`logflow search --file - 'id:"r-1"'`)
})
