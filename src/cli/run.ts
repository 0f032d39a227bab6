import type {Command} from '@oclif/core'
import {nearMatch} from '../lib/config/near-match.js'
import {CODES, OutputClosed} from '../lib/errors/logflow-error.js'
import {signals} from './context.js'
import {findCommand, type Invocation} from './find-command.js'
import type {Manifest} from './manifest.js'
import {COMMANDS, TOPICS} from './registry.js'
import {showError, UsageError} from './show-error.js'

/** What the shell needs to know of the package it runs in. */
export interface Package {
  /** Folder of package.json. */
  root: string
  pjson: {name: string; version: string; description: string; oclif: Record<string, unknown>}
  manifest: Manifest
}

/** Runs one command line to its end and says with which exit status the process should end. Never rejects. */
export async function run(argv: string[], pack: Package): Promise<number> {
  try {
    if (argv[0] === '__complete') return await completeFor(argv[1], argv.slice(2), pack)
    const invocation = findCommand(argv, Object.keys(COMMANDS))
    await start(invocation, pack)
    return signals.reason === 'SIGINT' ? 130 : 0
  } catch (error) {
    return statusOf(error, argv)
  }
}

/** Asked by the script of a shell, which would show whatever went wrong in the middle of what is being typed. */
async function completeFor(shell: string | undefined, words: string[], pack: Package): Promise<number> {
  const {complete, printAnswer, unquoted} = await import('./complete/complete.js')
  // A shell that no longer listens is no error.
  process.stdout.on('error', () => {})
  process.stdout.write(printAnswer(await complete(shell === 'bash' ? words.map(unquoted) : words, pack)))
  return 0
}

/** Tells what went wrong where it is something to tell, and says with which exit status the process should end. */
export function statusOf(error: unknown, argv: string[]): number {
  if (error instanceof OutputClosed) return 0
  if (signals.reason !== undefined && isAbort(error, signals.reason)) return signals.reason === 'SIGINT' ? 130 : 0
  const status = showError(error, {stream: process.stderr, verbose: wantsDetail(argv), env: process.env})
  // That it could not be known is no news to whoever interrupted it.
  return signals.reason === 'SIGINT' && status === CODES.NOT_CAUGHT_UP ? 130 : status
}

async function start(invocation: Invocation, pack: Package): Promise<void> {
  switch (invocation.kind) {
    case 'command':
      return runCommand(invocation.id, invocation.argv, pack)
    case 'help': {
      const {showHelp} = await import('./help.js')
      return showHelp(invocation.subject, pack)
    }
    case 'unknown': {
      if (invocation.words.startsWith('-'))
        throw new UsageError(`${invocation.words} is not known here: flags follow the command`, [
          'logflow COMMAND --help  to see the flags of a command',
          'logflow --help          to see all commands',
        ])
      const names = [...Object.keys(COMMANDS), ...Object.keys(TOPICS)].map((id) => id.replaceAll(':', ' '))
      const near = nearMatch(invocation.words, names)
      throw new UsageError(`there is no command ${JSON.stringify(invocation.words)}`, [
        near ? `logflow ${near} --help  to see how it is used` : 'logflow --help  to see all commands',
      ])
    }
  }
}

async function runCommand(id: string, argv: string[], pack: Package): Promise<void> {
  const load = COMMANDS[id]
  if (!load) throw new Error(`no command ${id}`)
  const [{default: loaded}, {openOclif}] = await Promise.all([load(), import('./oclif-config.js')])
  const CommandClass = loaded as new (argv: string[], config: unknown) => Command & {_run(): Promise<unknown>}
  ;(CommandClass as unknown as {id: string}).id = id
  await new CommandClass(argv, await openOclif(pack))._run()
}

/** What waits is ended by an error of that kind, or by the reason of the signal itself. */
export function isAbort(error: unknown, reason: unknown): boolean {
  if (error === reason) return true
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
}

function wantsDetail(argv: string[]): boolean {
  const end = argv.indexOf('--')
  const before = end === -1 ? argv : argv.slice(0, end)
  return before.includes('--verbose') || before.includes('-v')
}
