import {spawn} from 'node:child_process'
import type {Config} from '../lib/config/config.js'
import {emptyReport, type ProcessReport} from '../lib/flows/process-units.js'
import type {ProcessorBeside} from '../lib/flows/ship-files.js'

/** Of what it says on stderr, kept for its error. */
const MOST_SAID = 10_000

/** Has glibc give back what DuckDB frees after each sealing: a tenth of the memory at its peak. */
const TIGHT_MEMORY = {MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '1000000'}

/**
 * Starts `logflow process` beside this process, on the same embedded bus and store: where the store is another one,
 * it would take the units for itself. It ends when its stdin does, so that it never outlives us, however we end.
 */
export function startProcessorBeside({dataDir, topic, group, files}: Config): ProcessorBeside {
  const config = files.exists ? ['--config', files.path] : []
  const args = ['process', '--while-stdin', '--json', '--quiet', '--bus', 'embedded', '--store', 'embedded']
  const where = ['--data-dir', dataDir, '--topic', topic, '--group', group, ...config]
  const child = spawn(process.execPath, [process.argv[1] as string, ...args, ...where], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C reaches us alone; we end it in order.
    detached: true,
    env: {...process.env, ...TIGHT_MEMORY},
  })
  let out = ''
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < MOST_SAID) said += text
  })
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (status, signal) => resolve(firstError(said) ?? signal ?? `exit status ${status}`))
  })
  child.stdin.on('error', () => undefined)
  return {
    async stop() {
      child.stdin.end()
      const end = await ended
      const report = readReport(out)
      return report ? {report} : {report: emptyReport(), failure: end}
    },
  }
}

/** Only a run that came to its end reports. */
function readReport(text: string): ProcessReport | undefined {
  try {
    return {...emptyReport(), ...(JSON.parse(text) as ProcessReport)}
  } catch {
    return undefined
  }
}

function firstError(said: string): string | undefined {
  return /^error: (.+)$/m.exec(said)?.[1]
}
