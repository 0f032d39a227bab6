import {execFileSync} from 'node:child_process'
import {describe, expect, test} from 'vitest'
import {DEMO_STEPS} from '../../../src/cli/demo/steps.js'
import {
  commandText,
  folderText,
  introText,
  outroText,
  plainCommand,
  stepText,
} from '../../../src/lib/output/demo-view.js'
import {textWidth} from '../../../src/lib/output/text-width.js'

const screenOf = (width: number) => ({isTerminal: true, width, color: false})
const FACTS = {search: '4bf92f3577b34da6a3ce929d0e0e4736'}
const WORDS = DEMO_STEPS.map((step) => [step.name, step.words(FACTS)] as const)

describe.each([50, 80, 200])('%i columns', (width) => {
  test.each(WORDS)('the command of %s fits, and a shell takes it back as it is run', (_, words) => {
    const text = commandText(words, screenOf(width))
    expect(
      text
        .trimEnd()
        .split('\n')
        .map(textWidth)
        .every((columns) => columns <= width),
    ).toBe(true)
    const taken = execFileSync('sh', ['-c', `logflow() { printf '%s\\0' "$@"; }\n${text.replace('$ ', '')}`], {
      encoding: 'utf8',
    })
    expect(taken.split('\0').slice(0, -1)).toEqual(words)
  })

  test('what is said fits', () => {
    const screen = screenOf(width)
    const said = [
      introText('/tmp/logflow-demo-abcdef', true, screen),
      ...DEMO_STEPS.map((step, index) => stepText({...step, index, of: DEMO_STEPS.length}, screen)),
    ].join('')
    expect(said.split('\n').filter((line) => textWidth(line) > width)).toEqual([])
  })
})

test('in a pipe a command is one line', () => {
  expect(
    commandText(['search', 'level>=warn', '--since', '1h'], {...screenOf(80), width: Number.POSITIVE_INFINITY}),
  ).toBe("$ logflow search 'level>=warn' --since 1h\n")
})

test('a locale without UTF-8 gets none', () => {
  const screen = {...screenOf(80), ascii: true}
  const own = [{words: ['live'], what: 'all of it'}]
  const said = [
    introText('/tmp/x', false, screen),
    ...DEMO_STEPS.map(
      (step, index) => stepText({...step, index, of: 11}, screen) + commandText(step.words(FACTS), screen),
    ),
    outroText({ms: 7_000, own}, screen),
    folderText('/tmp/x', undefined),
  ].join('')
  expect(said).toMatch(/^[\n\x20-\x7e]+$/)
})

test('a kept folder is told with the commands that go on with it, quoted where they must be', () => {
  expect(folderText('/tmp/my x', '/tmp/my x/data')).toBe(
    "\nKept in /tmp/my x. To go on with it:\n  logflow search 'level>=error' --data-dir '/tmp/my x/data'\n  logflow live --data-dir '/tmp/my x/data'\nDelete the folder when you no longer need it.\n",
  )
  expect(plainCommand(['trace', '4bf92f35'])).toBe('logflow trace 4bf92f35')
})
