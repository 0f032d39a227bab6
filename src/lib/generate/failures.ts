import type {ErrorInfo} from './log-event.js'
import type {Random} from './random.js'

const LIBRARY_FRAMES = [
  'at async Pool.acquire (/app/node_modules/pg-pool/index.js:45:11)',
  'at async dispatch (/app/node_modules/router/lib/layer.js:86:5)',
  'at async Promise.all (index 0)',
  'at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
]

/** An error as Node prints it: its own frame first, up to four of the way there, causes below. */
export function failure(
  random: Random,
  name: string,
  message: string,
  frame: string,
  cause?: {name: string; message: string; frame: string},
): ErrorInfo {
  let stack = `${name}: ${message}${frames(random, frame)}`
  if (cause === undefined) return {name, message, stack}
  stack += `\nCaused by: ${cause.name}: ${cause.message}${frames(random, cause.frame)}`
  return {name, message, stack, cause: {name: cause.name, message: cause.message}}
}

/** `charge src/charge.ts` becomes `at charge (/app/src/charge.ts:88:13)` and the frames that led there. */
function frames(random: Random, own: string): string {
  const [place, file] = own.split(' ') as [string, string]
  let text = `\n    at ${place} (/app/${file}:${random.between(12, 380)}:${random.between(3, 40)})`
  text += `\n    at async handle (/app/src/server.ts:${random.between(20, 90)}:${random.between(3, 30)})`
  const from = random.below(LIBRARY_FRAMES.length)
  for (const frame of LIBRARY_FRAMES.slice(from)) text += `\n    ${frame}`
  return text
}
