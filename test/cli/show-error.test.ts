import {Writable} from 'node:stream'
import {Args, Command, Flags} from '@oclif/core'
import {parse} from '@oclif/core/parser'
import {expect, test} from 'vitest'
import {showError} from '../../src/cli/show-error.js'
import {CODES, type ErrorCode, LogflowError} from '../../src/lib/errors/logflow-error.js'

function shown(thrown: unknown, options: {verbose?: boolean; env?: NodeJS.ProcessEnv} = {}) {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  const status = showError(thrown, {stream, verbose: options.verbose ?? false, env: options.env ?? {}})
  return {text, status}
}

test('what to type is aligned, other advice stands as it is', () => {
  const error = new LogflowError(
    'BUS_UNREACHABLE',
    'no Kafka broker answered at localhost:9092 (tried 3 times in 6 s)',
    {
      suggestions: [
        'logflow doctor  to see what is reachable',
        'logflow ship app.log --bus embedded  to work without Kafka',
        'Check --bus',
      ],
    },
  )
  expect(shown(error)).toEqual({
    status: 3,
    text: [
      'error: no Kafka broker answered at localhost:9092 (tried 3 times in 6 s)',
      '  try  logflow doctor                       to see what is reachable',
      '  or   logflow ship app.log --bus embedded  to work without Kafka',
      '  Check --bus',
      '',
    ].join('\n'),
  })
})

test('a query keeps its caret, control characters are escaped', () => {
  const error = new LogflowError('BAD_QUERY', 'the query does not parse\n  a\x1b[31m:(\n     ^ never closed')
  expect(shown(error)).toEqual({
    status: 2,
    text: 'error: the query does not parse\n  a\\x1b[31m:(\n     ^ never closed\n',
  })
})

test('anything else is a fault of ours: one line, status 70, the rest only when asked', () => {
  const fault = new TypeError('x is not a function\nsecond line', {cause: new Error('deeper')})
  const brief = shown(fault)
  expect(brief).toEqual({
    status: 70,
    text: 'error: internal error: x is not a function\n  Run it again with --verbose to see where it happened\n',
  })
  const long = shown(fault, {verbose: true})
  expect(long.text.startsWith(brief.text)).toBe(true)
  expect(long.text).toMatch(/\n {2}TypeError: x is not a function/)
  expect(long.text).toMatch(/\n {2}caused by Error: deeper/)
  expect(shown('a string').text).toMatch(/^error: internal error: a string\n/)
})

test.each([
  ['ENOSPC', 6],
  ['EACCES', 6],
  ['EINVAL', 70],
])('%s of the system is exit status %i', (code, status) => {
  expect(shown(Object.assign(new Error(`${code}: write`), {code})).status).toBe(status)
})

test('every code has its exit status', () => {
  for (const code of Object.keys(CODES) as ErrorCode[])
    expect(shown(new LogflowError(code, 'x')).status).toBe(CODES[code])
})

test('colour only where it is wanted', () => {
  expect(shown(new LogflowError('USAGE', 'x'), {env: {FORCE_COLOR: '1'}}).text).toBe('\x1b[1;31merror:\x1b[22;39m x\n')
  expect(shown(new LogflowError('USAGE', 'x'), {env: {FORCE_COLOR: '1', NO_COLOR: '1'}}).text).toBe('error: x\n')
})

class Sample extends Command {
  static override flags = {
    limit: Flags.integer({char: 'n', min: 1}),
    level: Flags.string({options: ['info', 'warn']}),
    since: Flags.string({exclusive: ['level']}),
    follow: Flags.boolean({dependsOn: ['since']}),
  }
  async run(): Promise<void> {}
}

test.each([
  ['--limt 3', 'error: unknown flag --limt\n  Did you mean --limit?\n'],
  ['-x', 'error: unknown flag -x\n  Run the command with --help to see how it is used\n'],
  [
    '--limit x',
    'error: --limit: expected an integer but received: x\n  Run the command with --help to see how it is used\n',
  ],
  ['--limit', 'error: flag --limit expects a value\n  Run the command with --help to see how it is used\n'],
  [
    '--limit 0',
    'error: --limit: expected an integer greater than or equal to 1 but received: 0\n  Run the command with --help to see how it is used\n',
  ],
  ['--level wran', 'error: --level must be one of info, warn, not "wran"\n  Did you mean warn?\n'],
  ['surplus', 'error: unexpected argument: surplus\n  Run the command with --help to see how it is used\n'],
  [
    '--level info --since 1h',
    'error: --level and --since exclude each other\n  Run the command with --help to see how it is used\n',
  ],
  ['--follow', 'error: --follow works only with --since\n  Run the command with --help to see how it is used\n'],
])('wrong use in one line: %s', async (line, expected) => {
  const thrown = await parse(line.split(' '), {flags: Sample.flags, args: {}}).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(shown(thrown)).toEqual({status: 2, text: expected})
})

test.each([
  [
    'card declined',
    "error: unexpected argument: declined\n  Several words are one argument in quotes:  'card declined'\n  Run the command with --help to see how it is used\n",
  ],
  ['-debug', "error: unknown flag -debug\n  What begins with - and is no flag goes last, behind --:  -- '-debug'\n"],
])('wrong use of a command that takes one text: %s', async (line, expected) => {
  const args = {query: Args.string({ignoreStdin: true})}
  const thrown = await parse(line.split(' '), {flags: Sample.flags, args}).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(shown(thrown)).toEqual({status: 2, text: expected})
})
