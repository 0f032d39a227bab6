import {closeSync, constants as file, fstatSync, openSync} from 'node:fs'
import {constants} from 'node:os'

export type StopReason = 'SIGINT' | 'SIGTERM' | 'output-closed'

export interface Signals {
  /** Aborts at the first SIGINT or SIGTERM, with the signal's name as its reason. */
  readonly signal: AbortSignal
  /** Why it aborted, once it has. */
  readonly reason: StopReason | undefined
  /** Also aborts, within a moment, when the reader of our stdout goes away: for commands that may write nothing for long. */
  watchOutput(): void
}

/** How often a silent live command looks whether anybody still reads its pipe, in ms. */
const LOOK_EVERY = 200

/**
 * Turns the signals of a process into one AbortSignal. The first asks for a clean stop, a second SIGINT ends the
 * process at once. Nothing is installed before `signal` is first read: a command that cannot stop cleanly is
 * ended by the system, as the user expects.
 */
export function signalsOf(target: NodeJS.Process): Signals {
  const controller = new AbortController()
  let installed = false
  let reason: StopReason | undefined

  const stop = (why: StopReason) => {
    reason ??= why
    controller.abort(why)
  }
  const install = () => {
    if (installed) return
    installed = true
    target.on('SIGINT', () => {
      if (reason !== undefined) target.exit(128 + constants.signals.SIGINT)
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
    watchOutput() {
      if (!isPipe(1)) return
      const timer = setInterval(() => {
        if (!hasNoReader()) return
        clearInterval(timer)
        stop('output-closed')
      }, LOOK_EVERY)
      timer.unref()
    },
  }
}

function isPipe(fd: number): boolean {
  try {
    return fstatSync(fd).isFIFO()
  } catch {
    return false
  }
}

/** Opening a pipe for writing without waiting fails with ENXIO when nobody reads it. Linux only: elsewhere never. */
function hasNoReader(): boolean {
  try {
    closeSync(openSync('/proc/self/fd/1', file.O_WRONLY | file.O_NONBLOCK))
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENXIO'
  }
}
