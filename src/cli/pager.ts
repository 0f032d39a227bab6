import {spawn} from 'node:child_process'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {type Pager, pagedSink} from '../lib/output/paged-sink.js'
import type {Sink} from '../lib/output/sink.js'
import {type Context, signals} from './context.js'

const DEFAULT_PAGER = 'less -RFX'

/** The output of a command whose answer may be longer than the screen: through a pager then, on a terminal. */
export function pagedOutput(context: Context, wanted: boolean): Sink {
  const command = (process.env.LOGFLOW_PAGER ?? process.env.PAGER ?? DEFAULT_PAGER).trim()
  if (!wanted || !context.screen.isTerminal || command === '' || command === 'cat') return context.out
  return pagedSink({
    direct: context.out,
    rows: process.stdout.rows || 24,
    columns: context.screen.width,
    open: () => openPager(command),
    handedOver: () => signals.interruptsAre('pagers'),
  })
}

/** A command of the user's own goes through the shell, as it may come with flags. `undefined`: there is no less. */
function openPager(command: string): Promise<Pager | undefined> {
  const [name = '', ...args] = command.split(' ')
  const own = command !== DEFAULT_PAGER
  const child = spawn(own ? command : name, own ? [] : args, {
    shell: own,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: {LESSCHARSET: 'utf-8', ...process.env},
  })
  const ended = new Promise<void>((done, fail) => {
    child.on('close', (status) => {
      signals.interruptsAre('ours')
      // 126 and 127 are the shell's words for a program that it cannot run.
      if (status !== 126 && status !== 127) return done()
      const suggestions = ['Set LOGFLOW_PAGER or PAGER to a program that is there, or use --no-pager']
      fail(new LogflowError('USAGE', `the pager ${JSON.stringify(command)} cannot be run`, {suggestions}))
    })
  })
  ended.catch(() => undefined)
  return new Promise((resolve) => {
    child.on('error', () => resolve(undefined))
    child.on('spawn', () => {
      signals.interruptsAre('shared')
      resolve({input: child.stdin, ended})
    })
  })
}
