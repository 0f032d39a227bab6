import {expect, test} from 'vitest'
import {carryOut} from '../../../src/cli/live/effects.js'
import type {Live} from '../../../src/cli/live/parts.js'
import type {Message} from '../../../src/lib/tui/message.js'
import {AS_CONFIGURED, recordCommand} from '../../../src/lib/tui/place.js'
import {Played, records} from '../../lib/tui/made-state.js'

/** What gets to the clipboard, and what is said of it. */
async function copied(text: string): Promise<{clipboard: string | undefined; notes: Message[]}> {
  const written: string[] = []
  const notes: Message[] = []
  const live = {parts: {write: (one: string) => written.push(one)}, tell: (one: Message) => notes.push(one)}
  await carryOut({kind: 'copy', text}, live as unknown as Live)
  const base64 = /^\u001b\]52;c;([A-Za-z0-9+/=]*)\u0007$/.exec(written.join(''))?.[1]
  return {clipboard: base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString(), notes}
}

test('what is copied is the text itself, and is shown', async () => {
  const text = "logflow trace 'a;b' 日本"
  expect(await copied(text)).toEqual({clipboard: text, notes: [{kind: 'note', text}]})
})

test.each(['\u0015rm -rf ~\r', 'a\nb', '\u001b[201~; id', '\u009b2J', '\u202eabc'])(
  '%j, which a shell would take as keys or a reader for something else, is not copied, and that is said',
  async (id) => {
    const {clipboard, notes} = await copied(`logflow trace '${id}'`)
    expect(clipboard).toBeUndefined()
    expect(notes).toMatchObject([{kind: 'note', bad: true}])
  },
)

test('what is too long for a terminal is not cut but refused', async () => {
  const {clipboard, notes} = await copied('x'.repeat(80_000))
  expect(clipboard).toBeUndefined()
  expect(notes).toEqual([{kind: 'note', text: 'not copied: it has 80 kB, and terminals take 75 kB', bad: true}])
  expect((await copied('x'.repeat(70_000))).clipboard).toHaveLength(70_000)
})

test('a pattern without words has no command: it would find everything', () => {
  const patterns = [{text: '<*> <*>', count: 3, errors: 0}]
  const live = new Played().tell({kind: 'patterns', patterns, of: 3}).press('Py')
  expect(live.effects).toEqual([])
  expect(live.text()).toContain('it has no word that could be searched for')
})

test('a record as JSON has such characters escaped, and is the same record', () => {
  const live = new Played().tell({kind: 'records', records: records(1, 0, {message: '\u001b\u009b\u202e\n'})})
  const [effect] = live.press('<return>Y').effects.slice(-1)
  const {text} = effect as {text: string}
  expect(text).toMatch(/^[\x20-\x7e]*$/)
  expect(JSON.parse(text)).toEqual(live.state.all.at(0))
})

test('an id is an argument, whatever it is', () => {
  const files = {...AS_CONFIGURED, files: ['--file', 'a.log']}
  expect(recordCommand(AS_CONFIGURED, '--config=/tmp/x')).toBe("logflow get -- '--config=/tmp/x'")
  expect(recordCommand(AS_CONFIGURED, "a'$(id)")).toBe("logflow get 'a'\\''$(id)'")
  expect(recordCommand(files, "a'$(id)")).toBe(`logflow search --file a.log 'id:"a'\\''$(id)"'`)
  expect(recordCommand(AS_CONFIGURED, 'k-1f4-8a1b')).toBe('logflow get k-1f4-8a1b')
})
