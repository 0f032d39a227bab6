import {paletteFor} from '../../lib/output/palette.js'
import {cutTo} from '../../lib/output/text-width.js'
import type {Context} from '../context.js'

/** True where a person sits at both ends: at the keys, and before what is shown. */
export function isWatched(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true
}

/** Shows what Enter does and waits for it, or for q; Ctrl-C is the signal it always is. */
export async function waitForEnter(what: string, {screen, signal}: Context): Promise<'go on' | 'leave'> {
  const {bold, dim} = paletteFor(screen.color)
  const line = cutTo(`Enter ${what}   q leaves`, screen.width - 1)
  process.stdin.setRawMode(true)
  process.stdout.write(`\n${bold('Enter')}${dim(line.slice('Enter'.length))}`)
  try {
    return await nextKey(process.stdin, signal)
  } finally {
    process.stdin.setRawMode(false)
    // The line and the empty one above it: what follows begins with its own.
    process.stdout.write(`\r${' '.repeat(line.length)}\r\u001b[A`)
  }
}

function nextKey(stdin: NodeJS.ReadStream, signal: AbortSignal): Promise<'go on' | 'leave'> {
  return new Promise((resolve) => {
    const end = (answer: 'go on' | 'leave') => {
      stdin.off('data', read).off('end', leave).off('error', leave)
      signal.removeEventListener('abort', leave)
      stdin.pause()
      resolve(answer)
    }
    const leave = () => end('leave')
    const read = (typed: Buffer | string) => {
      const text = String(typed)
      // In raw mode the terminal makes no signal of it.
      if (text.includes('\u0003')) process.emit('SIGINT')
      else if (/^[\r\n ]/.test(text)) end('go on')
      else if (/^[qQ\u0004]/.test(text) || text === '\u001b') leave()
    }
    if (signal.aborted) return leave()
    signal.addEventListener('abort', leave)
    stdin.on('data', read).once('end', leave).once('error', leave)
    stdin.resume()
  })
}
