import type {Writable} from 'node:stream'
import {openSink, type Sink} from './sink.js'
import {textWidth} from './text-width.js'

/** A program that shows text a screen at a time. */
export interface Pager {
  input: Writable
  /** Resolves when it has ended; rejects where it could not do its work. */
  ended: Promise<void>
}

export interface PagedSinkOptions {
  /** Where text goes that fits one screen, or for which there is no pager. */
  direct: Sink
  rows: number
  columns: number
  /** Starts the pager; `undefined` where there is none. */
  open(): Promise<Pager | undefined>
  /** Everything was handed to the pager: from here on it alone has the terminal. */
  handedOver(): void
}

const COLOR = /\x1b\[[0-9;]*m/g

/**
 * Holds text back until it is longer than the screen, then hands all of it to a pager; what ends before that is written
 * as it is. A pager that is left early throws OutputClosed, as any reader that goes.
 */
export function pagedSink({direct, rows, columns, open, handedOver}: PagedSinkOptions): Sink {
  let held = ''
  let lines = 0
  let pager: Pager | undefined
  let target: Sink | undefined

  const longer = (text: string): boolean => {
    for (const line of text.split('\n').slice(0, -1)) {
      lines += Math.max(1, Math.ceil(textWidth(line.replace(COLOR, '')) / columns))
      if (lines >= rows) return true
    }
    return false
  }
  const release = async (): Promise<void> => {
    pager = await open()
    target = pager ? openSink(pager.input) : direct
    const text = held
    held = ''
    await passOn((to) => to.write(text))
    await passOn((to) => to.flush())
  }
  /** A pager that stopped reading says why before its reader's end is told. */
  const passOn = async (pass: (to: Sink) => void | Promise<void>): Promise<void> => {
    try {
      await pass(target as Sink)
    } catch (error) {
      await pager?.ended
      throw error
    }
  }
  return {
    write(text) {
      if (target) return passOn((to) => to.write(text))
      held += text
      if (longer(text)) return release()
    },
    flush() {
      if (target) return passOn((to) => to.flush())
    },
    async end() {
      if (!target) {
        await direct.write(held)
        return direct.end()
      }
      await passOn((to) => to.end())
      if (!pager) return
      pager.input.end()
      handedOver()
      await pager.ended
    },
  }
}
