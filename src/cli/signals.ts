import {constants} from 'node:os'
import {findPipeReader, stillReads} from './pipe-reader.js'

export type StopReason = 'SIGINT' | 'SIGTERM' | 'output-closed'

export interface Signals {
  /** Aborts at the first SIGINT or SIGTERM, with the signal's name as its reason. */
  readonly signal: AbortSignal
  /** Why it aborted, once it has. */
  readonly reason: StopReason | undefined
  /** Also aborts, within a moment, when the reader of our stdout goes away: for commands that may write nothing for long. */
  watchOutput(): void
  /**
   * Whose SIGINT is while a pager has the terminal. `shared`: it asks for a clean stop, but a second one does not end us
   * before the pager; `pagers`: it is the pager's alone; `ours` unless said.
   */
  interruptsAre(whose: 'ours' | 'shared' | 'pagers'): void
}

/** How often a silent live command looks whether anybody still reads its pipe, in ms. */
const LOOK_EVERY = 200
const STDOUT = 1

/**
 * Turns the signals of a process into one AbortSignal. The first asks for a clean stop, a second SIGINT ends the
 * process at once. Nothing is installed before `signal` is first read: a command that cannot stop cleanly is
 * ended by the system, as the user expects.
 */
export function signalsOf(target: NodeJS.Process): Signals {
  const controller = new AbortController()
  let installed = false
  let reason: StopReason | undefined
  let interrupts: 'ours' | 'shared' | 'pagers' = 'ours'

  const stop = (why: StopReason) => {
    reason ??= why
    controller.abort(why)
  }
  const install = () => {
    if (installed) return
    installed = true
    target.on('SIGINT', () => {
      if (interrupts === 'pagers') return
      if (reason !== undefined && interrupts === 'ours') target.exit(128 + constants.signals.SIGINT)
      stop('SIGINT')
    })
    target.on('SIGTERM', () => stop('SIGTERM'))
  }
  return {
    get signal() {
      install()
      return controller.signal
    },
    get reason() {
      return reason
    },
    interruptsAre(whose) {
      install()
      interrupts = whose
    },
    watchOutput() {
      let reader = findPipeReader(STDOUT)
      if (!reader) return
      const timer = setInterval(() => {
        if (reader && stillReads(reader, STDOUT)) return
        reader = findPipeReader(STDOUT)
        if (reader) return
        clearInterval(timer)
        stop('output-closed')
      }, LOOK_EVERY)
      timer.unref()
    },
  }
}
